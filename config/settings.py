"""Settings of Liveshelf; everything that differs by machine is in config/environment.py."""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from config.environment import read_environment

ENVIRONMENT = read_environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
PROXIES = ENVIRONMENT.proxies
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.static.StaticFilesConfig",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "channels",
    "csp",
    "django_htmx",
    "import_export",
    "ninja",
    "inventory",
    "realtime",
    "monitoring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "inventory.login_gate.LoginGate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "realtime.middleware.LiveMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "inventory.places.writes",
            ],
        },
    }
]

# A writer that waits longer than this for a row answers "busy, try again" instead of hanging;
# a statement of a page that runs longer is a fault, not something to wait for.
LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 60_000

# Whoever wants a connection waits so long for one. As long the pool tries for it, after 1, 2, 4 and
# 3 seconds; by itself it would for five minutes, at last each other minute, and a database that is
# back would be of no use until then.
CONNECTION_WITHIN_S = 10
# What was sent and is not acknowledged by then has led nowhere; by itself Linux tries for a quarter
# of an hour. A line on which nothing is sent is asked each ten seconds whether it is still there.
UNACKNOWLEDGED_FOR_MS = 10_000
LINES = {
    "connect_timeout": 3,
    "tcp_user_timeout": UNACKNOWLEDGED_FOR_MS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}

DATABASES = {
    "default": ENVIRONMENT.database
    | {
        "CONN_MAX_AGE": 0,
        # A connection that a restart of the database has cut is found out before it is handed out.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **LINES,
            **ENVIRONMENT.database.get("OPTIONS", {}),
            "pool": {
                "min_size": 0,
                "max_size": 20,
                "timeout": CONNECTION_WITHIN_S,
                "reconnect_timeout": CONNECTION_WITHIN_S,
            },
            "options": f"-c lock_timeout={LOCK_TIMEOUT_MS}",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = ENVIRONMENT.redis_url
METRICS_TOKEN = ENVIRONMENT.metrics_token
# /monitoring/ says how full the disk is that this lies on.
WATCHED_FOLDER = ENVIRONMENT.watched_folder or str(BASE_DIR)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": ENVIRONMENT.redis_url,
        "KEY_PREFIX": "liveshelf",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.5, "SOCKET_TIMEOUT": 0.5},
    },
    # Answers that were read before (docs/caching.md); of this one only the connections are used.
    # The name, because django-redis has one pool for each address; `CLIENT LIST` shows it.
    "cached": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"{ENVIRONMENT.redis_url}{'&' if '?' in ENVIRONMENT.redis_url else '?'}"
        "client_name=liveshelf-cached",
        "OPTIONS": {
            "CONNECTION_POOL_CLASS": "inventory.cached.link.NamingPool",
            "SOCKET_CONNECT_TIMEOUT": 0.25,
            "SOCKET_TIMEOUT": 0.25,
        },
    },
}

# Only hints travel here, from a committed write to each web process: a lost one costs a second
# at most, because every hub also looks once a second. And who has which page open.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [
                {
                    "address": ENVIRONMENT.redis_url,
                    "socket_connect_timeout": 0.5,
                    "socket_timeout": 5,
                }
            ],
            "prefix": "liveshelf",
        },
    }
}

CELERY_BROKER_URL = ENVIRONMENT.redis_url
# However long it is away: after a hundred attempts, within the hour, the worker would end.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "fold-location-totals": {
        "task": "inventory.tasks.fold_location_totals",
        "schedule": timedelta(seconds=5),
        # A beat that nobody fetched is worth nothing once the next one is there.
        "options": {"expires": 5},
    },
    # Two short questions, unless the cache has begun anew.
    "warm-cache": {
        "task": "inventory.tasks.warm_cache",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "prune": {"task": "inventory.tasks.prune", "schedule": timedelta(hours=1)},
    # At night, when hardly anybody sells.
    "prove-ledger": {
        "task": "inventory.tasks.prove_ledger",
        "schedule": crontab(hour="3", minute="30"),
    },
}

# What the URL does not say keeps Django's default.
globals().update({name: value for name, value in ENVIRONMENT.email.items() if value is not None})

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_root or BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static.HashedStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "inventory.sessions"
# The machine in front ends TLS and says so; a program that nobody put behind one must still be
# reachable to be asked for its health, so redirecting to https is that machine's part.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEBUG else 3600
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"},
        "json": {"()": "monitoring.logs.JsonLines"},
    },
    "filters": {"named": {"()": "monitoring.logs.Named"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["named"],
            "formatter": "line" if DEBUG else "json",
        },
        # What the operators' page shows of it.
        "errors": {"()": "monitoring.logs.the_recent_errors"},
    },
    "root": {"handlers": ["console", "errors"], "level": "INFO"},
}

# Tests ask with settings of their own for these; people get the defaults of the design.
OPERATIONS_PER_CALL = 500
# (a second, burst) for each person, of failed tokens for each address; published in the API's
# document.
API_LIMITS = {"requests": (100, 500), "operations": (2_000, 20_000), "failed tokens": (1, 30)}
API_BODY_BYTES = 2_000_000
