"""How many are told at once to fetch something again, and over how long they spread it."""

import json
from typing import Any

import pytest

from realtime.audiences import Audience, Flush
from realtime.parcels import Parcel, texts
from realtime.release import FETCHES_A_SECOND, FEW, _spread_ms
from realtime.rights import NOBODY


def audience(screens: int, parcel: Parcel) -> Audience:
    made = Audience(NOBODY, [object() for _ in range(screens)])  # type: ignore[misc]
    made.hold(parcel, Flush(1, since="1:1:", cursor="2:2:"))
    return made


@pytest.mark.parametrize(("screens", "spread_ms"), [(FEW, 0), (100, 2_500), (2_000, 50_000)])
def test_the_more_are_told_the_longer_they_take(screens: int, spread_ms: int) -> None:
    due = [audience(screens, Parcel(stale={"summary"}))]

    assert _spread_ms(due) == spread_ms
    assert spread_ms in (0, 1000 * screens // FETCHES_A_SECOND)


def test_who_has_nothing_to_fetch_does_not_count() -> None:
    due = [audience(100, Parcel(removed={1: 1})), audience(FEW, Parcel(fresh={1}))]

    assert _spread_ms(due) == 0


def test_only_a_frame_that_makes_pages_fetch_says_so() -> None:
    text = texts(2_500)
    frames: list[dict[str, Any]] = [
        json.loads(text(parcel, "2:2:").text)
        for parcel in (Parcel(stale={"summary"}), Parcel(removed={1: 1}))
    ]

    assert [frame.get("spread_ms") for frame in frames] == [2_500, None]
