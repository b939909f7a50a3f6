"""Collected files as the web process serves them."""

import asyncio
import gzip
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from config.static import StaticFiles

WORDS = 'import "./parts.js";\n' + "// much that repeats\n" * 200


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """The application behind, which knows none of the paths asked for here."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"a page"})


@pytest.fixture
def files(tmp_path: Path, settings: LazySettings) -> StaticFiles:
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.js").write_text(WORDS)
    (source / "parts.js").write_text("export const part = 1;\n")
    settings.STATIC_ROOT = str(tmp_path / "collected")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "config.static.HashedStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return StaticFiles(pages)


def get(files: StaticFiles, path: str, method: str = "GET", **headers: str) -> Answer:
    answer = Answer()

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            answer.status = event["status"]
            answer.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        else:
            answer.body += event["body"]

    async def ask() -> None:
        raw = [(name.replace("_", "-").encode(), headers[name].encode()) for name in headers]
        scope = {"type": "http", "method": method, "path": path, "headers": raw}
        await files(scope, None, send)

    asyncio.run(ask())
    return answer


def test_a_hashed_file_is_kept_for_ever(files: StaticFiles) -> None:
    url = staticfiles_storage.url("app.js")
    assert url != "/static/app.js"

    answer = get(files, url)

    assert answer.status == 200
    kept = answer.headers["cache-control"]
    assert "immutable" in kept
    assert "max-age=315360000" in kept
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"much that repeats" in answer.body


def test_a_module_imports_the_hashed_name_of_another(files: StaticFiles) -> None:
    answer = get(files, staticfiles_storage.url("app.js"))

    name = staticfiles_storage.url("parts.js").rpartition("/")[2]
    assert f'"./{name}"'.encode() in answer.body


def test_a_name_without_a_hash_is_asked_for_again_soon(files: StaticFiles) -> None:
    kept = get(files, "/static/app.js").headers["cache-control"]

    assert "max-age=60" in kept
    assert "immutable" not in kept


def test_a_file_goes_compressed_to_who_understands_that(files: StaticFiles) -> None:
    url = staticfiles_storage.url("app.js")

    plain, small = get(files, url), get(files, url, accept_encoding="gzip")

    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["vary"] == "Accept-Encoding"
    assert int(small.headers["content-length"]) == len(small.body) < len(plain.body) / 4
    assert gzip.decompress(small.body) == plain.body


def test_what_the_browser_has_already_is_not_sent_again(files: StaticFiles) -> None:
    url = staticfiles_storage.url("app.js")
    since = get(files, url).headers["last-modified"]

    answer = get(files, url, if_modified_since=since)

    assert (answer.status, answer.body) == (304, b"")


def test_head_has_the_headers_alone(files: StaticFiles) -> None:
    answer = get(files, staticfiles_storage.url("app.js"), method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 1000


@pytest.mark.parametrize("path", ["/static/none.js", "/static/../manage.py", "/static/", "/"])
def test_what_is_no_file_is_for_the_pages_to_answer(files: StaticFiles, path: str) -> None:
    answer = get(files, path)

    assert (answer.status, answer.body) == (404, b"a page")


def test_no_file_costs_a_thread(files: StaticFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    url = staticfiles_storage.url("app.js")
    get(files, url)

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a thread was started")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert get(files, url).status == 200
