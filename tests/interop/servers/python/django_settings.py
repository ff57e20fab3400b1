"""The settings of the Django server, and why those differ from what Django or the toolkit has by itself."""

LOGIN_PAGE = """<form method="post">{% csrf_token %}<input name="username">
<input type="password" name="password"><input type="submit" value="Log in"></form>"""

TOOLKIT = {
    "SCOPES": {"api": "the API", "offline_access": "to stay logged in", "openid": "who you are"},
    # Without a signing key: a login that asks for `openid` ends in an HTML page with 500.
    "OIDC_ENABLED": True,
    # By itself the toolkit takes http and https alone, and `localhost` only with its registered port.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https", "com.example.app"],
    "ALLOW_LOCALHOST_LOOPBACK": True,
    # RFC 9207 and RFC 9700 §4.14.2: both are off by themselves.
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
}

SETTINGS = {
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.staticfiles",
        "oauth2_provider",
    ],
    "LOGIN_URL": "/login/",
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    "OAUTH2_PROVIDER": TOOLKIT,
    # The slow hashes of a real server would cost a second for each login.
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "ROOT_URLCONF": "django_urls",
    "SECRET_KEY": "interop",
    "STATIC_URL": "static/",
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN_PAGE}),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    "USE_TZ": True,
}
