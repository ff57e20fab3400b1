"""What Authlib leaves to the application: clients, codes and tokens, kept in memory."""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from known_clients import CLIENTS

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass
class User:
    name: str

    def get_user_id(self):
        return self.name


@dataclass
class Client(ClientMixin):
    name: str
    client_id: str
    client_secret: str
    redirect_uris: list

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.redirect_uris or without_port(redirect_uri) in self.redirect_uris

    def check_client_secret(self, client_secret):
        return client_secret == self.client_secret

    def check_endpoint_auth_method(self, method, endpoint):
        kind = self.name.split("_", maxsplit=1)[0]
        return method == {"basic": "client_secret_basic", "body": "client_secret_post"}.get(kind, "none")

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in {"authorization_code", "refresh_token"}


def without_port(redirect_uri):
    """RFC 8252 §7.3: on loopback any port will do."""
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or parts.port is None:
        return redirect_uri
    return parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()


@dataclass
class Code(AuthorizationCodeMixin):
    client_id: str
    redirect_uri: str
    scope: str
    user: User
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


@dataclass
class Token(TokenMixin):
    client_id: str
    user: User
    members: dict
    issued_at: float
    is_refreshed: bool = False

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.members["scope"]

    def get_expires_in(self):
        return self.members["expires_in"]

    def is_revoked(self):
        return False

    def is_expired(self):
        return time.time() > self.issued_at + self.get_expires_in()


CLIENTS_BY_ID = {
    client["id"]: Client(name, client["id"], client.get("secret", ""), client["redirect_uris"])
    for name, client in CLIENTS.items()
}
CODES = {}
TOKENS = []


def save_token(members, request):
    TOKENS.append(Token(request.client.client_id, request.user, members, time.time()))
