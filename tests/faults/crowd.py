"""A hundred real clients: the modules of static/js in a process of Node (crowd/main.js)."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.house import Person

MAIN = Path(__file__).with_name("crowd") / "main.js"
NODE = Path(sys.executable).with_name("node")
PATIENCE_S = 120

Row = tuple[int, int, int, str]  # level, quantity, version, revision


class Crowd:
    """The clients by their place: that of their person in `people`."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self._process = subprocess.Popen(
            [str(NODE), str(MAIN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, do: str, **given: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        # A client that hangs must fail the run, not hold it.
        watchdog = threading.Timer(PATIENCE_S, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps({"do": do, **given}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        assert line, f"the clients' process ended at {do}: {self._process.poll()}"
        return json.loads(line)

    def open(self, port: int) -> None:
        screens = [
            {"path": person.path, "cookie": person.cookie, "port": port} for person in self.people
        ]
        self.ask("open", screens=screens)

    def until_live(self, within_s: float, places: Sequence[int] | None = None) -> dict[str, int]:
        """Wait for all of them; what else they are in after so long, nothing where all are live."""
        return self.until("live", within_s, places)

    def until(
        self, state: str, within_s: float, places: Sequence[int] | None = None
    ) -> dict[str, int]:
        answer = self.ask("until", state=state, within_ms=1000 * within_s, places=places)
        return {} if answer["all"] else answer["states"]

    def until_none_is_live(self, within_s: float) -> None:
        answer = self.ask("until", state="live", none=True, within_ms=1000 * within_s)
        assert answer["all"], f"somebody did not notice: {answer['states']}"

    def rows(self, places: Sequence[int] | None = None) -> list[list[Row]]:
        return [[(*row,) for row in rows] for rows in self.ask("rows", places=places)]

    def fresh(self, places: Sequence[int]) -> list[list[Row] | None]:
        """Of their pages loaded anew; None of one that can't be."""
        found = self.ask("fresh", places=places)
        return [None if rows is None else [(*row,) for row in rows] for rows in found]

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()
