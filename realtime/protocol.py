"""The words of the socket: the mirror of docs/protocol.md."""

import json
import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

VERSION = 1

LARGEST_FRAME_BYTES = 64 * 1024
LARGEST_CURSOR_CHARS = 4096
MOST_TOPICS = 100
MOST_RESOURCES = 10
MOST_NAMES = 20
MOST_UNACKED_FRAMES = 64
MOST_UNACKED_BYTES = 256 * 1024
FRAMES_A_SECOND = 10
FRAMES_AT_ONCE = 30
# All the tabs of one person in one process.
PERSON_FRAMES_A_SECOND = 100
PERSON_FRAMES_AT_ONCE = 500

LIMITS = {
    "topics": MOST_TOPICS,
    "resources": MOST_RESOURCES,
    "frame_bytes": LARGEST_FRAME_BYTES,
    "unacked_frames": MOST_UNACKED_FRAMES,
    "unacked_bytes": MOST_UNACKED_BYTES,
    "frames_a_second": FRAMES_A_SECOND,
    "person_frames_a_second": PERSON_FRAMES_A_SECOND,
}

# Every message and its fields, those with ? not always: the tables of docs/protocol.md.
CLIENT_SAYS = {
    "hello": ("v", "client", "epoch", "cursor", "rights", "topics"),
    "subscribe": ("topics", "cursor"),
    "unsubscribe": ("topics",),
    "ping": ("n", "t"),
    "presence": ("resource", "state"),
    "ack": ("cursor",),
}
SERVER_SAYS = {
    "welcome": ("epoch", "cursor", "topics", "refused", "sent_at", "limits"),
    "subscribed": ("epoch", "cursor", "topics", "refused"),
    "changes": ("cursor", "sent_at", "html", "levels", "removed", "stale", "spread_ms?"),
    "pong": ("n", "t", "server_time", "cursor?"),
    "reset": ("why", "after_ms"),
    "presence": ("resource", "people", "more"),
    "revoked": ("topics",),
    "bye": ("code", "after_ms"),
}

# What pg_current_snapshot() prints: xmin:xmax:xip,xip,...
CURSOR = re.compile(r"\d{1,20}:\d{1,20}:(?:\d{1,20}(?:,\d{1,20})*)?")

# Nine of ten messages are this one, as a browser writes it.
QUICK_ACK = re.compile(r'\{"type":"ack","cursor":"([\d:,]{1,4096})"\}')
# What does not begin like this is not worth reading to find out whether it is one.
ACK_BEGINS = b'{"type":"ack",'


class Close(IntEnum):
    """Why a socket was closed; a client's rule for each is in docs/protocol.md."""

    TOO_BIG = 1009  # said by Daphne itself
    FAULT = 1011
    RESTART = 1012
    TRY_LATER = 1013
    MALFORMED = 4400
    LOG_IN = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4408
    TOO_FAST = 4429


class State(StrEnum):
    """What somebody does on a page; away is not there for the others."""

    VIEWING = "viewing"
    EDITING = "editing"
    AWAY = "away"


class Malformed(Exception):
    """A message that is not in the protocol; says what would be."""


@dataclass(frozen=True, slots=True)
class Hello:
    epoch: str
    cursor: str
    rights: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subscribe:
    topics: tuple[str, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    n: int
    t: float


@dataclass(frozen=True, slots=True)
class Here:
    resource: str
    state: State


@dataclass(frozen=True, slots=True)
class Ack:
    cursor: str


Message = Hello | Subscribe | Unsubscribe | Ping | Here | Ack


def parse(text: str) -> Message:
    """Read one message of a client; raises Malformed."""
    if found := QUICK_ACK.fullmatch(text):
        return Ack(check_cursor(found[1]))
    if len(text.encode()) > LARGEST_FRAME_BYTES:
        raise Malformed(f"a frame has at most {LARGEST_FRAME_BYTES} bytes")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Malformed("a frame is one JSON object") from fault
    if not isinstance(message, dict):
        raise Malformed("a frame is one JSON object")
    match message.get("type"):
        case "hello":
            return _hello(message)
        case "subscribe":
            return Subscribe(_topics(message), _cursor(message))
        case "unsubscribe":
            return Unsubscribe(_topics(message))
        case "ping":
            return Ping(_number(message, "n"), _number(message, "t"))
        case "presence":
            return Here(_text(message, "resource"), _state(message))
        case "ack":
            return Ack(_cursor(message))
    raise Malformed(f"type is one of {', '.join(CLIENT_SAYS)}")


def _hello(message: dict[str, Any]) -> Hello:
    if message.get("v") != VERSION:
        raise Malformed(f"this server speaks version {VERSION}")
    return Hello(
        epoch=_text(message, "epoch"),
        cursor=_cursor(message),
        rights=_text(message, "rights"),
        topics=_topics(message),
    )


def check_cursor(cursor: str) -> str:
    """A cursor goes into SQL as a parameter; its form and length are checked all the same."""
    if len(cursor) > LARGEST_CURSOR_CHARS or not CURSOR.fullmatch(cursor):
        raise Malformed("cursor is one that this server printed, like 730:733:731")
    return cursor


def _cursor(message: dict[str, Any]) -> str:
    return check_cursor(_text(message, "cursor"))


def _text(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or len(value) > LARGEST_CURSOR_CHARS:
        raise Malformed(f"{name} is a text of at most {LARGEST_CURSOR_CHARS} characters")
    return value


def _number(message: dict[str, Any], name: str) -> Any:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(f"{name} is a number")
    return value


def _state(message: dict[str, Any]) -> State:
    value = message.get("state")
    if not isinstance(value, str) or value not in set(State):
        raise Malformed(f"state is one of {', '.join(State)}")
    return State(value)


def _topics(message: dict[str, Any]) -> tuple[str, ...]:
    topics = message.get("topics")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise Malformed("topics is a list of texts")
    if len(topics) > MOST_TOPICS:
        raise Malformed(f"topics names at most {MOST_TOPICS}")
    return tuple(dict.fromkeys(topics))


def frame(type_: str, **fields: Any) -> str:
    return json.dumps({"type": type_, **fields}, ensure_ascii=False, separators=(",", ":"))
