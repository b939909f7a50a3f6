import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import DEVELOPMENT_KEY, read_environment

GOOD = {
    "DEBUG": "0",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "stock.example",
    "CSRF_TRUSTED_ORIGINS": "https://stock.example",
    "DATABASE_URL": "postgres://somebody@db:5432/liveshelf",
    "REDIS_URL": "redis://cache:6379/0",
    "EMAIL_URL": "console://",
}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_what_is_said_is_read(variables: pytest.MonkeyPatch) -> None:
    environment = read_environment()
    assert (environment.debug, environment.allowed_hosts) == (False, ["stock.example"])
    assert environment.database["NAME"] == "liveshelf"


@pytest.mark.parametrize(
    ("name", "nonsense"),
    [
        ("DEBUG", "perhaps"),
        ("SECRET_KEY", ""),
        ("PROXIES", "one"),
        ("PROXIES", "-1"),
        ("METRICS_TOKEN", "too short"),
        ("METRICS_TOKEN", "long, but there is a space in it"),
        ("WATCHED_FOLDER", "/there/is/no/such/folder"),
        ("CSRF_TRUSTED_ORIGINS", "stock.example"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "postgres://somebody@db:5432/"),
        ("DATABASE_URL", "postgres://somebody@db:many/liveshelf"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "http://cache"),
        ("EMAIL_URL", "pigeon://roof"),
        ("EMAIL_URL", "smtp://roof:many"),
    ],
)
def test_nonsense_is_refused_with_the_name_in_one_line(
    name: str, nonsense: str, variables: pytest.MonkeyPatch
) -> None:
    variables.setenv(name, nonsense)
    with pytest.raises(ImproperlyConfigured, match=name) as refusal:
        read_environment()
    assert "\n" not in str(refusal.value)


def test_development_needs_no_key_of_its_own(variables: pytest.MonkeyPatch) -> None:
    variables.setenv("DEBUG", "1")
    variables.delenv("SECRET_KEY")
    assert read_environment().secret_key


def test_the_key_of_development_is_no_key_once_debug_is_off(
    variables: pytest.MonkeyPatch,
) -> None:
    variables.setenv("SECRET_KEY", DEVELOPMENT_KEY)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        read_environment()


@pytest.mark.parametrize("start", ["manage.py check", "-m daphne config.asgi:application"])
def test_without_a_key_and_without_debug_nothing_starts(start: str) -> None:
    done = subprocess.run(
        [sys.executable, *start.split()],
        env=os.environ | GOOD | {"SECRET_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "SECRET_KEY is not set" in done.stderr.strip().splitlines()[-1]
