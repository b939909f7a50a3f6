"""A Valkey of a test's own, that it may kill, stop, flush and hand an old copy of its data."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from config.embedded.valkey import Valkey


class Breakable(Valkey):
    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and never answers."""
        process = self.process()
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def say(self, *command: Any) -> Any:
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*command)

    def keys(self, pattern: str) -> list[bytes]:
        found: list[bytes] = self.say("KEYS", pattern)
        return found

    def evict(self, pattern: str) -> None:
        if keys := self.keys(pattern):
            self.say("DEL", *keys)

    def keep_copy(self, place: Path) -> None:
        self.stop()
        shutil.copytree(self.data, place)
        self.start()

    def go_back_to(self, place: Path) -> None:
        self.kill()
        for part in place.rglob("*"):
            if part.is_file():
                shutil.copy2(part, self.data / part.relative_to(place))
        self.start()
