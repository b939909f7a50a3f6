"""Tasks of which none may be missing: when one ends that nobody ended, all of them begin again."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

logger = logging.getLogger(__name__)

# Long enough that a task which ends at once does not spin, short enough that no screen is behind.
AGAIN_AFTER_S = 0.2
CANCEL_AGAIN_AFTER_S = 0.1

Work = Coroutine[Any, Any, None]


class Lifeline:
    def __init__(self, begin: Callable[[], Iterable[tuple[str, Work]]]) -> None:
        """`begin` makes the work of each task anew, with its name."""
        self._begin = begin
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, where not all of them run already."""
        if self.tasks and not any(task.done() for task in self.tasks):
            return
        # One of them alone is of no use: what is left goes, too.
        for task in self.tasks:
            send_away(task)
        self.tasks = [asyncio.create_task(work, name=name) for name, work in self._begin()]
        for task in self.tasks:
            task.add_done_callback(self._ended)

    async def stop(self) -> None:
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            send_away(task)
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task in self.tasks:
            logger.error("The task %r ended; it begins again.", task.get_name())
            # Later: a loop that is just closing cancels its tasks, and begins nothing more.
            asyncio.get_running_loop().call_later(AGAIN_AFTER_S, self._again, task)

    def _again(self, task: asyncio.Task[None]) -> None:
        if task in self.tasks:
            self.start()


def send_away(task: asyncio.Task[None]) -> None:
    """Cancel it until it has ended: redis uses `wait_for`, which before Python 3.12 may swallow a
    cancellation."""
    if not task.done():
        task.cancel()
        asyncio.get_running_loop().call_later(CANCEL_AGAIN_AFTER_S, send_away, task)
