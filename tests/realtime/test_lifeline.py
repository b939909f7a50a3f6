"""Tasks that live and end together, also those that do not hear it at first."""

import asyncio
import contextlib

import pytest

from realtime.lifeline import Lifeline

pytestmark = pytest.mark.asyncio

PATIENCE_S = 5


async def deaf() -> None:
    """As redis under `wait_for`: the first cancellation is swallowed."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def ended(task: asyncio.Task[None]) -> bool:
    await asyncio.wait([task], timeout=PATIENCE_S)
    return task.cancelled()


async def test_when_one_ends_all_begin_again_and_nothing_is_left_of_the_old_ones() -> None:
    brief = asyncio.Event()

    async def ends_once() -> None:
        await brief.wait()
        brief.clear()

    lifeline = Lifeline(lambda: [("brief", ends_once()), ("deaf", deaf())])
    lifeline.start()
    _, old = lifeline.tasks
    await asyncio.sleep(0)  # they begin

    brief.set()

    assert await ended(old)
    assert old not in lifeline.tasks
    assert not any(task.done() for task in lifeline.tasks)
    await lifeline.stop()


async def test_stopping_ends_what_does_not_hear_it_at_first() -> None:
    lifeline = Lifeline(lambda: [("deaf", deaf())])
    lifeline.start()
    (task,) = lifeline.tasks
    await asyncio.sleep(0)  # it begins

    await asyncio.wait_for(lifeline.stop(), PATIENCE_S)

    assert task.cancelled()
    assert lifeline.tasks == []
