"""django-oauth-toolkit under `/o/`: prints its port and serves until it is stopped."""

from wsgiref.simple_server import make_server

import django
from django.conf import settings

from django_settings import SETTINGS

settings.configure(**SETTINGS)
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from oauth2_provider.models import get_application_model

from known_clients import CLIENTS


def fill_database():
    call_command("migrate", verbosity=0)
    User.objects.create_user("alice", password="wonderland")
    application = get_application_model()
    for name, client in CLIENTS.items():
        is_public = "secret" not in client
        application.objects.create(
            name=name,
            client_id=client["id"],
            client_secret=client.get("secret", ""),
            client_type=application.CLIENT_PUBLIC if is_public else application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=application.GRANT_AUTHORIZATION_CODE,
            redirect_uris=" ".join(client["redirect_uris"]),
        )


if __name__ == "__main__":
    fill_database()
    # One thread: the database is in memory and belongs to one connection.
    server = make_server("127.0.0.1", 0, get_wsgi_application())
    print("port", server.server_port, flush=True)
    server.serve_forever()
