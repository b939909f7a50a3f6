"""A server as it is run for people, with DEBUG off, which a run may end and start again."""

import socket
import time

from tests.browser.processes import Server

SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": "soak-only-" * 8,
    "ALLOWED_HOSTS": "127.0.0.1",
}
APPLICATION = "tests.soak.production_asgi:application"
# A herd and its business share the machine with it.
LISTENS_WITHIN_S = 120


class ProductionServer(Server):
    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self.run("-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), APPLICATION)
        until = time.monotonic() + LISTENS_WITHIN_S
        while not self._listens():
            self.expect_life()
            assert time.monotonic() < until, f"it does not listen:\n{self.log[-4000:]}"
            time.sleep(0.05)

    def _listens(self) -> bool:
        """Under a herd a question of ours would stand in line with all of theirs."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True
