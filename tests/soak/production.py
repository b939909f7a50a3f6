"""A server as it is run for people, with DEBUG off, which a run may end and start again."""

import socket

from tests.browser.processes import Server

SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": "soak-only-" * 8,
    "ALLOWED_HOSTS": "127.0.0.1",
}
CONNECTS_WITHIN_S = 1


class ProductionServer(Server):
    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def run(self, *command: str, keep: socket.socket | None = None) -> None:
        *daphne, _application = command
        super().run(*daphne, "tests.soak.production_asgi:application", keep=keep)

    def _answers(self) -> bool:
        """It listens. Under a herd a question of ours would stand in line with all of theirs."""
        try:
            socket.create_connection(("127.0.0.1", self.port), CONNECTS_WITHIN_S).close()
        except OSError:
            return False
        return True
