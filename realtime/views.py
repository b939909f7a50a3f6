"""`GET /live/changes/`: the frames of the socket over HTTP, by the same code."""

import hashlib
import json
import math
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_GET

from realtime.buckets import Bucket
from realtime.hub import Join, current_hub
from realtime.protocol import MOST_TOPICS, Close, Malformed, check_cursor
from realtime.subscriber import Subscriber

NOT_NOW_S = 2
# An answer costs as much as a hundred frames. If all screens of a process ask at once, because
# their sockets failed, asking must not be what keeps the sockets from coming back.
ASKED_A_SECOND = 60.0
ASKED_AT_ONCE = 200.0
_door = Bucket(ASKED_A_SECOND, ASKED_AT_ONCE)


@require_GET
async def changes(request: HttpRequest) -> HttpResponse:
    """What changed since `cursor` for `topics` (repeated, or separated by commas).

    `epoch` and `rights` are those of the page. An unchanged answer is 304.
    """
    if wait_s := _door.take_or_wait_s():
        return _later("too_many", "Too many ask at once; try again.", math.ceil(wait_s))
    user: Any = await request.auser()
    try:
        join = _join(request)
    except Malformed as fault:
        return _problem(400, "malformed", str(fault))
    frames: list[dict[str, Any]] = []
    closed: list[Close] = []

    async def collect(text: str) -> None:
        frames.append(json.loads(text))

    async def shut(code: Close) -> None:
        closed.append(code)

    join.subscriber = Subscriber(user.pk, request.session.session_key or "", collect, shut)
    hub = current_hub()
    try:
        await hub.join(join)
    except ConnectionError:
        return _later("try_later", "The database can't be reached; try again.", NOT_NOW_S)
    finally:
        hub.leave(join.subscriber)
    if closed:
        return _problem(401, "log_in", "Log in again.")
    return _answer(request, frames)


def _join(request: HttpRequest) -> Join:
    asked = [topic for value in request.GET.getlist("topics") for topic in value.split(",")]
    topics = tuple(dict.fromkeys(topic for topic in asked if topic))
    if len(topics) > MOST_TOPICS:
        raise Malformed(f"topics names at most {MOST_TOPICS}")
    return Join(
        subscriber=Subscriber(0, "", _nowhere, _nowhere),
        topics=topics,
        cursor=check_cursor(request.GET.get("cursor", "")),
        first=True,
        epoch=request.GET.get("epoch", ""),
        rights=request.GET.get("rights", ""),
    )


async def _nowhere(_: Any) -> None:
    raise AssertionError("replaced before the join")


def _answer(request: HttpRequest, frames: list[dict[str, Any]]) -> HttpResponse:
    cursor = next((frame["cursor"] for frame in reversed(frames) if "cursor" in frame), None)
    news = [
        {name: value for name, value in frame.items() if name not in {"cursor", "sent_at"}}
        for frame in frames
    ]
    etag = f'"{hashlib.sha256(json.dumps(news).encode()).hexdigest()[:32]}"'
    if all(frame["type"] == "welcome" for frame in frames) and (
        request.headers.get("If-None-Match") == etag
    ):
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    return JsonResponse(
        {"frames": frames, "cursor": cursor},
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
    )


def _later(code: str, detail: str, after_s: int) -> HttpResponse:
    answer = _problem(503, code, detail)
    answer["Retry-After"] = str(after_s)
    return answer


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(
        {"status": status, "code": code, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )
