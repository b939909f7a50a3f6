"""Real people: Chromium, the real server on the tests' database, and a watch on every fault."""

import os

# Playwright's synchronous calls keep an event loop in this thread; the ORM is used between them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests import chromium
from tests.browser.people import Visitor, visiting
from tests.browser.processes import Server

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium.find()  # asks Playwright itself at times: before it runs here
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()
        # Within an event loop the thread has a connection of its own; it ends here.
        connections.close_all()


@pytest.fixture(scope="session")
def running_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server") / "log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running_server: Server) -> Iterator[Server]:
    """The server, running: a test may have killed it."""
    if not running_server.is_running:
        running_server.start()
    before = running_server.log_size
    yield running_server
    faults = running_server.faults_since(before)
    assert not faults, f"the server wrote:\n{faults}"


@pytest.fixture
def visit(server: Server, browser: Browser) -> Iterator[Visit]:
    """`visit(person, path)` opens a page."""
    with visiting(browser, server.url) as open_page:
        yield open_page
