"""What one request reads through the cache."""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.http import HttpRequest, HttpResponse

from inventory.cached import codec, counts, feed
from inventory.cached.caches import Cache
from inventory.cached.entries import Entry, Found
from inventory.cached.gate import Gate, move_to, open_gate, read_gate
from inventory.cached.link import Away, link
from inventory.models import CODE_PATTERN, KnownRights, remember_rights

logger = logging.getLogger(__name__)

Value = TypeVar("Value")
Basis = Callable[[Gate], Sequence[str] | None]
"""The generations that an answer stands on; None: it is not to be kept."""

CODE = re.compile(CODE_PATTERN)
# Who waits longer for the one that makes an answer makes it for themselves.
WAIT_S = 0.5
LOOK_AGAIN_S = 0.005
MOVE_EVERY_S = 1.0

_moved_at = -MOVE_EVERY_S


class Visit:
    """Hits, misses and times of one request; `named` are codes whose keys answers stand on."""

    def __init__(self, request: HttpRequest, **named: str) -> None:
        self.request = request
        # What no code looks like names nothing, and PostgreSQL could not even compare it.
        self._named = {name: code for name, code in named.items() if CODE.fullmatch(code)}
        self._gate: Gate | None = None
        self._has_asked = False
        self._outcomes: set[counts.Outcome] = set()
        self.cache_s = 0.0
        self.database_s = 0.0

    @property
    def is_used(self) -> bool:
        return bool(self._outcomes)

    @property
    def outcome(self) -> counts.Outcome:
        """Of all that was read, the worst."""
        for worst in ("bypass", "miss", "hit"):
            if worst in self._outcomes:
                return worst
        return "bypass"

    @property
    def timing(self) -> str:
        parts = (f"cache;desc={self.outcome}", self.cache_s), ("db", self.database_s)
        return ", ".join(f"{name};dur={seconds * 1000:.2f}" for name, seconds in parts)

    def mark(self, response: HttpResponse) -> HttpResponse:
        response["X-Cache"] = self.outcome
        response["Server-Timing"] = self.timing
        return response

    def gate(self) -> Gate | None:
        """Read once a request; None: nothing is to be given from the cache, nor kept."""
        if not self._has_asked:
            self._has_asked = True
            self._gate = self._read_gate()
        return self._gate

    def read(
        self,
        cache: Cache,
        question: Sequence[Any],
        basis: Basis,
        make: Callable[[], Value],
        *,
        for_writers: bool = False,
    ) -> Value:
        """What `make` gives, now or for who asked before: a value that `codec` can write.

        With `for_writers` it depends on where the person may write, too."""

        def text() -> bytes:
            made.append(make())
            return codec.dumps(made[0])

        made: list[Value] = []
        asked = (codec.version(), *question)
        body = self.read_bytes(cache, asked, basis, text, for_writers=for_writers)
        return made[0] if made else codec.loads(body)

    def read_bytes(
        self,
        cache: Cache,
        question: Sequence[Any],
        basis: Basis,
        make: Callable[[], bytes],
        *,
        for_writers: bool = False,
    ) -> bytes:
        gate = self.gate()
        stands_on = basis(gate) if gate else None
        if gate is None or stands_on is None:
            return self._past(cache, make)
        whose = (gate.readers, gate.writers if for_writers else "")
        asked = hashlib.sha256(repr((*whose, *question)).encode()).hexdigest()[:40]
        entry = Entry(gate.namespace, cache, asked, stands_on)
        try:
            found = self._find(entry, gate)
        except Away:
            return self._past(cache, make)
        if found.server != gate.server:
            self._quietly(lambda: entry.give_up(found.tag))
            self._move(found.server, gate)
            return self._past(cache, make)
        if found.body is not None:
            self._note(cache, "hit")
            self._as_of(gate.looked)
            return found.body
        self._note(cache, "miss")
        return self._make(entry, found, make)

    # -- the gate ---------------------------------------------------------------------------

    def _read_gate(self) -> Gate | None:
        # What a transaction of one's own has written is not committed: nobody else may get it.
        person = self.request.user.pk
        if person is None or connection.in_atomic_block or link().is_left_alone:
            return None
        gate = self._ask_gate(person)
        if gate is None:
            return None
        if not gate.namespace:
            self._open()
            gate = self._ask_gate(person)
        if gate and not gate.is_fresh and feed.wait_for_a_look():
            gate = self._ask_gate(person)
        elif gate and gate.is_due:
            feed.ask_for_a_look()
        return gate if gate and gate.namespace and gate.is_fresh else None

    def _ask_gate(self, person: int) -> Gate | None:
        began = time.perf_counter()
        gate = read_gate(person, self._named)
        self.database_s += time.perf_counter() - began
        if gate is not None:
            rights = KnownRights(gate.everything, gate.readable, gate.writable, gate.groups)
            remember_rights(self.request.user, rights)
        return gate

    def _open(self) -> None:
        try:
            open_gate(link().say("PING").server)
        except Away as fault:
            logger.info("Nothing is kept yet: %s", fault)

    def _move(self, server: str, gate: Gate) -> None:
        """Two processes that see two servers would take turns at this for each read."""
        global _moved_at
        if time.monotonic() - _moved_at > MOVE_EVERY_S:
            _moved_at = time.monotonic()
            logger.warning("Valkey is another one now: all cached answers are forgotten.")
            move_to(server, gate.server)

    # -- finding and making -----------------------------------------------------------------

    def _find(self, entry: Entry, gate: Gate) -> Found:
        """What is there; or, as long as it is worth it, what somebody else is just making."""
        until = time.perf_counter() + WAIT_S
        while True:
            began = time.perf_counter()
            try:
                found = entry.find(gate.cursor)
            finally:
                self.cache_s += time.perf_counter() - began
            is_settled = found.body is not None or found.is_ours or found.server != gate.server
            if is_settled or time.perf_counter() > until:
                return found
            time.sleep(LOOK_AGAIN_S)

    def _make(self, entry: Entry, found: Found, make: Callable[[], bytes]) -> bytes:
        try:
            body = self._timed(make)
        except BaseException:
            self._quietly(lambda: entry.give_up(found.tag))
            raise
        self._quietly(lambda: entry.keep(found.tag, body))
        return body

    def _past(self, cache: Cache, make: Callable[[], bytes]) -> bytes:
        self._note(cache, "bypass")
        return self._timed(make)

    def _timed(self, make: Callable[[], bytes]) -> bytes:
        began = time.perf_counter()
        try:
            return make()
        finally:
            self.database_s += time.perf_counter() - began

    def _quietly(self, act: Callable[[], None]) -> None:
        """What is read is there already; keeping it is for others."""
        began = time.perf_counter()
        try:
            act()
        except Away as fault:
            logger.info("An answer was not kept: %s", fault)
        finally:
            self.cache_s += time.perf_counter() - began

    # -- what is said of it -----------------------------------------------------------------

    def _note(self, cache: Cache, outcome: counts.Outcome) -> None:
        self._outcomes.add(outcome)
        # Without an address it is our own work: filling the cache is no reader's miss.
        if route := self.request.resolver_match:
            counts.note(cache.name, route.view_name, outcome, self.cache_s)

    def _as_of(self, cursor: str) -> None:
        """A live page goes on from where what it shows is known to be complete."""
        live = getattr(self.request, "live", None)
        if live is not None:
            live.cursor = cursor
