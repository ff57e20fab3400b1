"""The pages of the Django server: the toolkit under `/o/`, a login, and an API."""

from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.urls import include, path
from oauth2_provider.decorators import protected_resource
from oauth2_provider.urls import metadata_urlpatterns


@protected_resource(scopes=["api"])
def resource(request):
    """An API that answers whoever has a good access token."""
    return HttpResponse("resource")


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    # RFC 8414 §3.1: the well-known path stands before that of the issuer.
    path("", include((metadata_urlpatterns, "metadata"))),
    path("login/", LoginView.as_view()),
    path("resource", resource),
]
