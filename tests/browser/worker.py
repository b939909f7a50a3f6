"""A worker with a task that sells: the program itself has none that moves stock."""

from config.celery import app
from tests.browser.books import book

QUEUE = "browser-tests"
COMMAND = (
    "-m",
    "celery",
    "-A",
    "config",
    "worker",
    "--include=tests.browser.worker",
    "--pool=solo",
    f"--queues={QUEUE}",
    "--loglevel=INFO",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
)


@app.task
def sell(quantity: int) -> None:
    book("sale", quantity)
