"""A shelf of its own for each test: another database of the same Valkey, empty."""

import logging
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from pytest_django import Settings

from monitoring import collect, measure, probes, reporting
from monitoring.logs import recent_errors
from monitoring.shelf import Shelf
from tests.monitoring.plant import Plant

A_DATABASE_OF_ITS_OWN = 9


def own_url() -> str:
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{A_DATABASE_OF_ITS_OWN}"))


@pytest.fixture
def shelf(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    settings.REDIS_URL = own_url()
    monkeypatch.setattr(collect, "_collector", None)
    monkeypatch.setattr(reporting, "_reporter", None)
    probes._sources.cache_clear()
    shelf = Shelf()
    shelf.redis.flushdb()
    measure.take()
    recent_errors.take()
    yield shelf
    shelf.redis.flushdb()
    shelf.redis.close()
    probes._sources.cache_clear()


@pytest.fixture
def nowhere(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Valkey that is away."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(collect, "_collector", None)
    monkeypatch.setattr(reporting, "_reporter", None)
    probes._sources.cache_clear()
    measure.take()
    recent_errors.take()


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # each of its requests is a line
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", os.environ["REDIS_URL"])
        plant = Plant(tmp_path_factory.mktemp("plant"))
        patch.setenv("WATCHED_FOLDER", str(plant.disk))
        try:
            plant.start()
            yield plant
        finally:
            plant.stop()
