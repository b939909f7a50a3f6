"""Who is at which page: the tabs of a person as one, and the words for each who is there."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from realtime.protocol import MOST_NAMES, State
from realtime.wire import Text

# A process that says nothing for so long is gone, and its people with it.
BELIEVED_FOR_S = 25.0


class Somebody(NamedTuple):
    name: str
    edits: bool


Crowd = dict[int, Somebody]
"""By the person's key."""
Crowds = dict[str, Crowd]
"""By resource."""


def enter(crowd: Crowd, person: int, one: Somebody) -> None:
    """However many tabs they have: who edits in one of them is editing."""
    if person not in crowd or one.edits:
        crowd[person] = one


def changed(before: Crowds, now: Crowds) -> Crowds:
    """The resources where others are than before; nobody where all have left."""
    return {
        resource: now.get(resource, {})
        for resource in before.keys() | now.keys()
        if before.get(resource) != now.get(resource)
    }


def packed(crowds: Crowds) -> dict[str, list[list[object]]]:
    """As it travels: keys that are no texts would not."""
    return {
        resource: [[person, one.name, one.edits] for person, one in crowd.items()]
        for resource, crowd in crowds.items()
    }


def unpacked(said: Mapping[str, Any]) -> Crowds:
    return {
        resource: {person: Somebody(name, edits) for person, name, edits in crowd}
        for resource, crowd in said.items()
    }


class Elsewhere:
    """What the other processes said last."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[float, Crowds]] = {}

    def hear(self, process: str, news: Crowds, *, whole: bool) -> bool:
        """Take in what a process said of some resources, or of all; says whether it was unknown."""
        self.forget_the_silent()
        known = self._of.pop(process, None)
        heard_at, before = known or (time.monotonic(), {})
        if whole:
            heard_at, before = time.monotonic(), {}
        now = {resource: crowd for resource, crowd in (before | news).items() if crowd}
        if now:
            self._of[process] = heard_at, now
        return known is None

    def forget_the_silent(self) -> None:
        since = time.monotonic() - BELIEVED_FOR_S
        self._of = {process: said for process, said in self._of.items() if said[0] >= since}

    def at(self, resource: str) -> Iterator[Crowd]:
        for _, crowds in self._of.values():
            yield crowds.get(resource, {})


class Notice:
    """The frame for each of a crowd: the others, those who edit first, then by name.

    It is written once for all who are not named in it.
    """

    def __init__(self, resource: str, crowd: Crowd) -> None:
        self._resource = resource
        self.crowd = crowd
        order = sorted(crowd.items(), key=lambda item: (not item[1].edits, item[1].name, item[0]))
        # One more than is shown: who is among them is shown the others.
        self._first = order[: MOST_NAMES + 1]
        self._for: dict[int | None, Text] = {}

    def for_(self, person: int) -> Text:
        whose = person if any(person == key for key, _ in self._first) else None
        if whose not in self._for:
            others = [one for key, one in self._first if key != whose][:MOST_NAMES]
            self._for[whose] = self._write(others, len(self.crowd) - 1 - len(others))
        return self._for[whose]

    def _write(self, named: list[Somebody], more: int) -> Text:
        people = [
            {"name": one.name, "state": State.EDITING if one.edits else State.VIEWING}
            for one in named
        ]
        return Text.of("presence", resource=self._resource, people=people, more=more)
