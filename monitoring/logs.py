"""Lines of the log, and the errors among them that the page shows."""

import json
import logging
import traceback
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitoring.doing import doing
from monitoring.measure import took

ROOT = str(Path(__file__).resolve().parent.parent)
MOST_ERRORS = 50
LONGEST_SAID = 200
# Their messages name values by arguments; others may write them into the text.
OURS = ("config", "inventory", "realtime", "monitoring", "django", "celery")


class Named(logging.Filter):
    """Adds to every record what it was written for."""

    def filter(self, record: logging.LogRecord) -> bool:
        what = doing.get()
        record.request_id = what.request_id or what.connection or "-"
        record.route = what.route
        record.connection = what.connection
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line, so that no message can pretend to be several."""

    def format(self, record: logging.LogRecord) -> str:
        what = doing.get()
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": what.request_id,
            "connection": what.connection,
            "route": what.route,
            "process": record.process,
        }
        line = {name: value for name, value in line.items() if value not in {"", None}}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class RecentErrors(logging.Handler):
    """Keeps the last errors without anything that may be about a person: no values, no message
    of the exception, no address that was asked for."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        # Its single steps are safe between threads; only `take` takes anything away.
        self._kept: deque[dict[str, Any]] = deque(maxlen=MOST_ERRORS)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._keep(record)
        except Exception:
            # As logging's own handlers do: whoever logs must not suffer from it.
            self.handleError(record)

    def _keep(self, record: logging.LogRecord) -> None:
        what = doing.get()
        error = {
            "at": record.created,
            "logger": record.name,
            "level": record.levelname,
            "said": _said(record),
            "exception": "",
            "where": "",
            "route": what.route,
            "request_id": what.request_id or what.connection,
        }
        if record.exc_info and record.exc_info[0]:
            error["exception"] = record.exc_info[0].__name__
            error["where"] = _where(record.exc_info[2])
        took(("logged",), 0, failed=True)
        self._kept.append(error)

    def take(self) -> list[dict[str, Any]]:
        """Those since the last call, oldest first."""
        return [self._kept.popleft() for _ in range(len(self._kept))]

    def kept(self) -> list[dict[str, Any]]:
        return [error | {"process": ""} for error in list(self._kept)]

    def give_back(self, errors: list[dict[str, Any]]) -> None:
        """They could not be told; newer ones matter more."""
        room = max(0, MOST_ERRORS - len(self._kept))
        self._kept.extendleft(
            reversed(errors[len(errors) - room :] if room < len(errors) else errors)
        )


def _said(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] not in OURS or not isinstance(record.msg, str):
        return ""
    return record.msg[:LONGEST_SAID]


def _where(trace: Any) -> str:
    """The innermost line of ours, else of anybody."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if frame.filename.startswith(ROOT)]
    inside = [frame for frame in ours if "site-packages" not in frame.filename]
    for frame in reversed(inside or frames):
        return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
    return ""


recent_errors = RecentErrors()


def the_recent_errors() -> RecentErrors:
    """For the settings: one handler, wherever it is asked for."""
    return recent_errors
