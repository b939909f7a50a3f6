"""The crowd of open pages, each with the client's own code: tests/js/tabs.js, in a process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import Answering
from tests.soak.rig import Rig

NODE = Path(sys.executable).with_name("node")
SCRIPT = "tests/js/tabs.js"


class Tabs(Answering):
    def __init__(self, rig: Rig, seed: int) -> None:
        super().__init__(str(NODE), SCRIPT, f"127.0.0.1:{rig.server.port}", str(seed))
        self._cookies = rig.cookies

    def come(self, pages: list[dict[str, Any]]) -> int:
        """They are opened, and all live when this returns."""
        asked = [page | {"cookie": self._cookies[page["person"]]} for page in pages]
        return int(self.ask(do="come", pages=asked))


@contextmanager
def tabs(rig: Rig, seed: int) -> Iterator[Tabs]:
    crowd = Tabs(rig, seed)
    try:
        yield crowd
    finally:
        crowd.stop()
