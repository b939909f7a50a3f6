"""Screens that have the same topics and may read the same places get the same frames.

What concerns them is worked out, merged, written and timed once for all of them.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from realtime.parcels import Parcel
from realtime.rights import Rights, Scope
from realtime.subscriber import Subscriber
from realtime.topics import Priority

# No screen gets more than ten frames a second by what changes.
MERGE_WINDOW_S = 0.1
# What can wait, waits so long, and so does what is sent to more screens than this process can
# serve ten times a second.
LONGEST_WINDOW_S = 0.5
# Sending to one audience takes this part of the process at most, before its window widens.
SHARE_OF_TIME = 0.5


@dataclass(frozen=True, slots=True)
class Flush:
    """What one look of the hub found: from one cursor to the next. `committed_at` is when the
    oldest of it was committed, as far as a hint has told (Unix seconds)."""

    number: int
    since: str
    cursor: str
    committed_at: float | None = None


class Audience:
    """`held` is what waits for the end of the window; `held_from` is the cursor before it."""

    __slots__ = (
        "committed_at",
        "cost_s",
        "cursor",
        "flush",
        "held",
        "held_from",
        "rights",
        "screens",
        "sent_at",
    )

    def __init__(self, rights: Rights, screens: Iterable[Subscriber] = ()) -> None:
        self.rights = rights
        self.screens = set(screens)
        self.held: Parcel | None = None
        self.held_from = ""
        self.cursor = ""
        self.flush = 0
        self.committed_at: float | None = None
        self.sent_at = -LONGEST_WINDOW_S
        self.cost_s = 0.0

    def hold(self, parcel: Parcel, flush: Flush) -> None:
        if self.held:
            self.held.merge(parcel)
        else:
            self.held, self.held_from = parcel, flush.since
        self.cursor, self.flush = flush.cursor, flush.number
        # The first to wait is the oldest.
        self.committed_at = self.committed_at or flush.committed_at

    @property
    def due(self) -> float:
        """When the held parcel may leave: after quiet that was already."""
        if self.held and self.held.priority == Priority.LOW:
            return self.sent_at + LONGEST_WINDOW_S
        window = max(MERGE_WINDOW_S, self.cost_s / SHARE_OF_TIME)
        return self.sent_at + min(window, LONGEST_WINDOW_S)

    def waiting(self) -> list[Subscriber]:
        """Those the held parcel is for: who came after it was read has caught up with it."""
        return [screen for screen in self.screens if screen.entered < self.flush]

    def owes(self, screen: Subscriber) -> bool:
        return self.held is not None and screen.entered < self.flush

    def sent(self, began: float, written: float) -> None:
        """All of it has left. Only now: until then a pong may not run ahead of it. The next window
        begins with the writing: from one frame to the next it is never shorter."""
        self.held = self.committed_at = None
        self.sent_at = written
        self.cost_s = time.monotonic() - began


Topics = dict[str, set[Audience]]


class Room:
    """Everybody who is connected, by audience and by topic."""

    def __init__(self) -> None:
        self.screens: set[Subscriber] = set()
        self.topics: Topics = {}
        self.holding: set[Audience] = set()
        self.owed: dict[Subscriber, tuple[Parcel, str, str]] = {}
        """What waited for a screen in an audience that it has left: parcel, from, cursor."""
        self._audiences: dict[tuple[frozenset[str], Scope], Audience] = {}

    def seat(self, screen: Subscriber) -> None:
        """Put it with those who have the same topics and rights by now."""
        left = self._rise(screen)
        self.screens.add(screen)
        if not screen.topics:
            return
        key = (frozenset(screen.topics), screen.rights.scope)
        if key not in self._audiences:
            audience = self._audiences[key] = Audience(screen.rights)
            if left:
                audience.sent_at = left.sent_at
            for topic in screen.topics:
                self.topics.setdefault(topic, set()).add(audience)
        self._audiences[key].screens.add(screen)
        screen.seat = key

    def remove(self, screen: Subscriber) -> None:
        self._rise(screen)
        self.owed.pop(screen, None)
        self.screens.discard(screen)

    def behind(self, screen: Subscriber) -> str | None:
        """The cursor that a screen with something waiting for it stands at."""
        if screen in self.owed:
            return self.owed[screen][1]
        audience = self._audiences.get(screen.seat) if screen.seat else None
        return audience.held_from if audience and audience.owes(screen) else None

    def hold(self, parcels: dict[Audience, Parcel], flush: Flush) -> None:
        for audience, parcel in parcels.items():
            audience.hold(parcel, flush)
        self.holding |= parcels.keys()

    def due(self) -> list[Audience]:
        """Whose parcels may leave now, the urgent ones first."""
        now = time.monotonic()
        ready = [audience for audience in self.holding if audience.due <= now]
        return sorted(ready, key=lambda audience: -audience.held.priority if audience.held else 0)

    def next_due(self) -> float | None:
        if self.owed:
            return 0.0
        return min((audience.due for audience in self.holding), default=None)

    def _rise(self, screen: Subscriber) -> Audience | None:
        key, screen.seat = screen.seat, None
        if key is None:
            return None
        audience = self._audiences[key]
        if audience.held and screen.topics and audience.owes(screen):
            self._owe(screen, audience.held, audience)
        audience.screens.discard(screen)
        if not audience.screens:
            del self._audiences[key]
            self.holding.discard(audience)
            for topic in key[0]:
                self.topics[topic].discard(audience)
                if not self.topics[topic]:
                    del self.topics[topic]
        return audience

    def _owe(self, screen: Subscriber, held: Parcel, audience: Audience) -> None:
        parcel = held.for_only(screen.topics, screen.rights)
        since = audience.held_from
        if screen in self.owed:
            earlier, since, _ = self.owed[screen]
            parcel, later = earlier.for_only(screen.topics, screen.rights), parcel
            parcel.merge(later)
        self.owed[screen] = parcel, since, audience.cursor
