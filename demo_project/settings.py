"""Settings of the demo shop: SQLite, the ORM broker, mail written to files. Needs nothing but the package.

``OPENFLOW_DEMO_HOME`` moves the folder that holds all that the site writes (default: ``var/`` beside
``manage.py``).
"""

import os
from pathlib import Path

import django

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("OPENFLOW_DEMO_HOME", BASE_DIR / "var"))
HOME.mkdir(parents=True, exist_ok=True)

DEBUG = True
SECRET_KEY = os.environ.get("SECRET_KEY", "demo only: a site of your own needs a secret of its own")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "demo_project.accounts",
    "demo_project.shop",
    "openflow_django",
    "django_q",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "openflow_django.middleware.accountability_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "demo_project.urls"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# WAL lets the site read while the worker writes; IMMEDIATE takes the write lock at the start of a
# transaction, so that two writers wait for each other instead of failing half way.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "demo.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    },
}

# Shared by the processes of the site and of the worker, which a cache in memory would not be.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "cache",
    },
}

# Where flows find the demo site, which plays the outside world too; ``manage.py demo`` sets the real port.
os.environ.setdefault("DEMO_SITE", "http://127.0.0.1:8000")

OPENFLOW = {
    "SCRIPT_LANGUAGES": ["bun", "deno", "nativets"],
    "ENV_ALLOW_LIST": ["DEMO_SITE"],
    "HTTP_ALLOWED_NETWORKS": ["127.0.0.1/32"],
}

Q_CLUSTER = {
    "name": "openflow",
    "orm": "default",
    "workers": 2,
    "poll": 0.05,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,  # of other tasks: runs have limits of their own, and no timer that kills them in mid-flow
    "retry": 90,
    "max_attempts": 0,
    "save_limit": -1,  # the run log is kept by openflow_django
    "recycle": 500,
    "catch_up": False,
}

if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": HOME / "mail"},
        },
    }
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"
DEFAULT_FROM_EMAIL = "shop@example.com"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
