"""What the environment says, read once and refused by name when it makes no sense."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

EMBEDDED_HINT = "run the command through `python -m config.embedded`, or set it"
EMAIL_FORM = "smtp://user:password@host:587 is the form"
SHORTEST_TOKEN = 16
DEVELOPMENT_KEY = "for-development-only-and-refused-when-DEBUG-is-off"


@dataclass(frozen=True, slots=True)
class Environment:
    debug: bool
    secret_key: str
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    database: dict[str, Any]
    redis_url: str
    email: dict[str, Any]
    static_root: str
    proxies: int
    metrics_token: str
    watched_folder: str


def read_environment() -> Environment:
    """Read the variables of the README's table.

    Raises ImproperlyConfigured, in one line with the variable's name, for a value that can't be
    used and for one that is missing and has no safe default.
    """
    env = Env()
    try:
        debug = env.bool("DEBUG", False)
        return Environment(
            debug=debug,
            secret_key=_secret_key(env, debug=debug),
            allowed_hosts=env.list("ALLOWED_HOSTS", _local_hosts() if debug else []),
            csrf_trusted_origins=_origins(env),
            database=_database(env),
            redis_url=_redis_url(env),
            email=_email(env),
            static_root=env.str("STATIC_ROOT", ""),
            proxies=_proxies(env),
            metrics_token=_metrics_token(env),
            watched_folder=_watched_folder(env),
        )
    except (EnvError, ValueError) as fault:
        raise ImproperlyConfigured(str(fault)) from fault


def _local_hosts() -> list[str]:
    return ["localhost", "127.0.0.1", "[::1]"]


def _secret_key(env: Env, *, debug: bool) -> str:
    key = env.str("SECRET_KEY", "")
    if debug:
        return key or DEVELOPMENT_KEY
    if key in {"", DEVELOPMENT_KEY}:
        raise ImproperlyConfigured(
            f"SECRET_KEY is {'the one of development' if key else 'not set'}: with DEBUG off "
            "Liveshelf needs one of its own, at least 50 random characters"
        )
    return key


def _proxies(env: Env) -> int:
    raw: str = env.str("PROXIES", "") or "0"
    if not raw.isdecimal():
        raise ImproperlyConfigured(
            f"PROXIES is {raw!r}: how many proxies of yours stand in front, 0 or more"
        )
    return int(raw)


def _metrics_token(env: Env) -> str:
    token: str = env.str("METRICS_TOKEN", "")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or " " in token):
        raise ImproperlyConfigured(
            f"METRICS_TOKEN can't be used: at least {SHORTEST_TOKEN} ASCII characters, no spaces"
        )
    return token


def _watched_folder(env: Env) -> str:
    folder: str = env.str("WATCHED_FOLDER", "")
    if folder and not Path(folder).is_dir():
        raise ImproperlyConfigured(
            f"WATCHED_FOLDER is {folder!r}, which is no folder here: that of PostgreSQL's data, "
            "where it runs on this machine"
        )
    return folder


def _origins(env: Env) -> list[str]:
    origins: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
    for origin in origins:
        if urlsplit(origin).scheme not in {"http", "https"}:
            raise ImproperlyConfigured(
                f"CSRF_TRUSTED_ORIGINS holds {origin!r}: each must start with http:// or https://"
            )
    return origins


def _database(env: Env) -> dict[str, Any]:
    raw = env.str("DATABASE_URL", "")
    if not raw:
        raise ImproperlyConfigured(f"DATABASE_URL is not set: {EMBEDDED_HINT}")
    if urlsplit(raw).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgres://: PostgreSQL is the only database"
        )
    database: dict[str, Any] = env.dj_db_url("DATABASE_URL")
    if not database.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL names no database: postgres://user@host:port/name is the form"
        )
    return database


def _email(env: Env) -> dict[str, Any]:
    try:
        email: dict[str, Any] = env.dj_email_url("EMAIL_URL", "console://")
    except (EnvError, ValueError) as fault:
        raise ImproperlyConfigured(f"EMAIL_URL can't be used: {EMAIL_FORM}") from fault
    # The reader behind it passes over a scheme that it does not know.
    if "EMAIL_BACKEND" not in email:
        raise ImproperlyConfigured(f"EMAIL_URL has an unknown scheme: {EMAIL_FORM}")
    return email


def _redis_url(env: Env) -> str:
    url = env.str("REDIS_URL", "")
    if not url:
        raise ImproperlyConfigured(f"REDIS_URL is not set: {EMBEDDED_HINT}")
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(
            "REDIS_URL must start with redis://, rediss:// or unix://: "
            "redis://host:6379/0 is the form"
        )
    return url
