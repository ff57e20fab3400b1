"""Authlib on Flask: prints its port and serves until it is stopped."""

import os

# Authlib refuses plain http by itself, on loopback, too.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, jsonify, request, session
from werkzeug.serving import make_server

from authlib_store import CLIENTS_BY_ID, CODES, TOKENS, Code, User, save_token

PAGE = '<!DOCTYPE html><title>Interop</title><form method="post">%s</form>'
LOGIN = PAGE % '<input name="username"><input type="password" name="password"><input type="submit" value="Log in">'
CONSENT = PAGE % '<input type="submit" name="deny" value="Deny"><input type="submit" name="allow" value="Allow">'


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code, request):
        payload = request.payload
        CODES[code] = Code(
            request.client.client_id,
            payload.redirect_uri,
            request.scope,
            request.user,
            payload.data.get("code_challenge"),
            payload.data.get("code_challenge_method"),
        )

    def query_authorization_code(self, code, client):
        found = CODES.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code):
        for code in [code for code, kept in CODES.items() if kept is authorization_code]:
            del CODES[code]

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class RefreshTokenGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return next((t for t in TOKENS if t.members["refresh_token"] == refresh_token and not t.is_refreshed), None)

    def authenticate_user(self, refresh_token):
        return refresh_token.user

    def revoke_old_credential(self, refresh_token):
        refresh_token.is_refreshed = True


class BearerToken(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return next((t for t in TOKENS if t.members["access_token"] == token_string), None)


class Issuer(IssuerParameter):
    def get_issuer(self):
        return issuer()


app = Flask(__name__)
app.config.update(SECRET_KEY="interop", OAUTH2_REFRESH_TOKEN_GENERATOR=True)
authorization = AuthorizationServer(app, query_client=CLIENTS_BY_ID.get, save_token=save_token)
authorization.register_grant(AuthorizationCodeGrant, [CodeChallenge(required=True)])
authorization.register_grant(RefreshTokenGrant)
authorization.register_extension(Issuer())
require_token = ResourceProtector()
require_token.register_token_validator(BearerToken())


def issuer():
    return request.host_url.rstrip("/")


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    if request.method == "POST" and "username" in request.form:
        session["username"] = request.form["username"]
    if "username" not in session:
        return LOGIN
    user = User(session["username"])
    try:
        grant = authorization.get_consent_grant(end_user=user)
    except OAuth2Error as error:
        return authorization.handle_error_response(authorization.create_oauth2_request(None), error)
    if request.method == "GET" or "username" in request.form:
        return CONSENT
    return authorization.create_authorization_response(grant_user=user if "allow" in request.form else None, grant=grant)


@app.post("/token")
def token():
    return authorization.create_token_response()


@app.get("/resource")
@require_token("api")
def resource():
    return "resource"


# Authlib has a class that checks a metadata document, but nothing that writes or serves one. It stands at the second of
# the two places, so that a search has to go on.
@app.get("/.well-known/openid-configuration")
def metadata():
    return jsonify(
        issuer=issuer(),
        authorization_endpoint=issuer() + "/authorize",
        token_endpoint=issuer() + "/token",
        response_types_supported=["code"],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, app)
    print("port", server.server_port, flush=True)
    server.serve_forever()
