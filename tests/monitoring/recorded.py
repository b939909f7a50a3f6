"""The application, and outside of it how long each request really took, written to a file."""

import json
import os
from pathlib import Path
from time import perf_counter
from typing import Any

from config.asgi import application as measured

FILE = Path(os.environ["RECORD_TO"]) / f"{os.getpid()}.jsonl"


class Recorded:
    def __init__(self) -> None:
        self._file = FILE.open("a", buffering=1)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await measured(scope, receive, send)
            return
        began = perf_counter()
        ended = began

        async def tell(message: Any) -> None:
            nonlocal ended
            await send(message)
            ended = perf_counter()

        await measured(scope, receive, tell)
        self._file.write(json.dumps([scope["path"], ended - began]) + "\n")


application = Recorded()
