"""Writers, and readers of the cache, in two server processes, while Valkey goes through all that
can happen to one: nobody is shown less than what was answered before they asked."""

import asyncio
import contextlib
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from tests.breakable import Breakable
from tests.browser.processes import Server
from tests.soak.house import PLACES, SKUS
from tests.soak.relay import Relay
from tests.soak.report import Report
from tests.soak.rig import Rig, standing
from tests.soak.truth import Level, Truth
from tests.soak.wire import Lost, Wire

SECONDS = 240.0
HOT = [(sku, place) for sku in SKUS[:4] for place in PLACES[:2]]
# For each of the two servers; writers pause, or there would be nothing that could be stale.
WRITERS, READERS = 1, 3
PAUSE_S = (0.1, 0.6)
LOOKED_WITHIN_S = 5.0
PATHS = (
    *["/api/v1/inventory?product={sku}"] * 4,
    "/api/v1/inventory?location={place}",
    "/api/v1/inventory?product={sku}&location={place}",
    "/api/v1/inventory?limit=500",
    "/stock/?location={place}",
    "/products/{sku}/",
    "/locations/{place}/",
)
ROW = re.compile(r'data-sku="(\w+)"[^>]*data-location="(\w+)"[^>]*data-version="(\d+)"')
UNTOLD = """
UPDATE inventory_stocklevel AS level SET reserved = 1 - level.reserved
FROM inventory_product AS product, inventory_location AS location
WHERE product.id = level.product_id AND location.id = level.location_id
  AND product.sku = %s AND location.code = %s
RETURNING level.version
"""
GRANT = """
INSERT INTO inventory_locationaccess (user_id, location_id, may_read, may_write)
SELECT %s, id, %s, false FROM inventory_location WHERE code = %s
ON CONFLICT (user_id, location_id) DO UPDATE SET may_read = excluded.may_read
"""


def long(seed: int) -> Report:
    with standing() as rig:
        return run(rig, seed, seconds=SECONDS)


def run(rig: Rig, seed: int, *, seconds: float) -> Report:
    report = Report("stale reads", seed, {"seconds": seconds})
    with tempfile.TemporaryDirectory(prefix="liveshelf-stale-") as folder:
        valkey = Breakable(Path(folder) / "valkey")
        valkey.start()
        try:
            scene = Scene(rig, valkey, Path(folder), random.Random(seed))
            asyncio.run(scene.play(seconds))
        finally:
            valkey.remove()
    scene.tell(report)
    return report


class Scene:
    def __init__(self, rig: Rig, valkey: Breakable, folder: Path, chance: random.Random) -> None:
        self.rig, self.valkey, self.folder, self.chance = rig, valkey, folder, chance
        self.truth = Truth()
        self.writes: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.rights: Counter[str] = Counter()
        self.wrong_rights: list[str] = []
        self.guest, self.cookie = json.loads(rig.run("-m", "tests.soak.guest").stdout)
        # How often it changed, odd while it changes; whether the guest may read.
        self.may = (0, False)
        self.looked = asyncio.Event()
        self.until = 0.0
        self.has_had_all_troubles = False

    async def play(self, seconds: float) -> None:
        relay = Relay(urlsplit(self.valkey.url).port or 0)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(relay.running())
            servers = [
                Server(self.folder / f"server{number}.log", self.rig.postgres.url)
                for number in range(2)
            ]
            for server, port in zip(servers, (None, relay.port), strict=True):
                stack.callback(server.stop)
                with redis_url(self.valkey.url, port):
                    await asyncio.to_thread(server.start)
            self.until = time.monotonic() + seconds
            async with asyncio.TaskGroup() as tasks:
                for number, server in enumerate(servers):
                    for each in range(WRITERS):
                        tasks.create_task(self.write(server, self.rig.cookies[each]))
                    for each in range(READERS):
                        cookie = self.rig.cookies[-1 - each]
                        tasks.create_task(self.read(server, f"server {number}", cookie))
                    tasks.create_task(self.read_as_guest(server))
                tasks.create_task(self.write_untold())
                tasks.create_task(self.give_and_take())
                tasks.create_task(self.trouble(relay))

    def is_on(self) -> bool:
        """On a slow machine a short run takes longer: each trouble has to have been."""
        return time.monotonic() < self.until or not self.has_had_all_troubles

    # -- who writes -------------------------------------------------------------------------

    async def write(self, server: Server, cookie: str) -> None:
        wire = Wire(server.port, cookie)
        while self.is_on():
            sku, place = self.chance.choice(HOT)
            kind = self.chance.choice(["receive", "receive", "sale"])
            ask = {"id": str(uuid4()), "kind": kind, "sku": sku, "location": place, "quantity": 1}
            try:
                status, answer = await wire.post([ask])
            except Lost:
                self.writes["lost"] += 1
                continue
            if status == 200 and answer["results"][0]["status"] == "applied":
                self.truth.answer((sku, place), answer["results"][0]["version"])
            self.writes[str(status)] += 1
            await asyncio.sleep(self.chance.uniform(*PAUSE_S))
        wire.close()

    async def write_untold(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self.rig.postgres.url, autocommit=True
        ) as database:
            while self.is_on():
                level = self.chance.choice(HOT)
                row = await (await database.execute(UNTOLD, level)).fetchone()
                assert row is not None
                self.truth.commit(level, row[0])
                self.writes["told nobody"] += 1
                await asyncio.sleep(self.chance.uniform(0.5, 1.5))

    # -- who reads --------------------------------------------------------------------------

    async def read(self, server: Server, name: str, cookie: str) -> None:
        wire = Wire(server.port, cookie)
        while self.is_on():
            sku, place = self.chance.choice(HOT)
            path = self.chance.choice(PATHS).format(sku=sku, place=place)
            floors, asked_at = self.truth.floors(), time.monotonic()
            try:
                status, headers, body = await wire.get(path)
            except Lost:
                continue
            assert status == 200, (path, status, body[:300])
            outcome = headers["x-cache"]
            self.truth.outcomes[outcome] += 1
            self.truth.compare(f"{name} {path} {outcome}", floors, shown(body), asked_at)
        wire.close()

    async def give_and_take(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self.rig.postgres.url, autocommit=True
        ) as database:
            while self.is_on():
                number, may = self.may
                self.may = (number + 1, may)  # neither the one nor the other, while it commits
                await database.execute(GRANT, [self.guest, not may, HOT[0][1]])
                self.may = (number + 2, not may)
                # Until it was looked at, however slow the machine: else nothing is shown by it.
                for _ in range(3):
                    self.looked.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOKED_WITHIN_S):
                            await self.looked.wait()

    async def read_as_guest(self, server: Server) -> None:
        wire = Wire(server.port, self.cookie)
        while self.is_on():
            before = self.may
            try:
                status, _, body = await wire.get(f"/api/v1/inventory?product={HOT[0][0]}")
            except Lost:
                continue
            if before == self.may and before[0] % 2 == 0:
                saw = status == 200 and bool(json.loads(body)["items"])
                self.rights["seen" if saw else "not seen"] += 1
                self.looked.set()
                if saw != before[1]:
                    self.wrong_rights.append(f"{status}, allowed: {before[1]}")
            await asyncio.sleep(0.01)
        wire.close()

    # -- what happens to Valkey ---------------------------------------------------------------

    async def trouble(self, relay: Relay) -> None:
        troubles: dict[str, Callable[[], Awaitable[None]]] = {
            "flushed": lambda: asyncio.to_thread(self.valkey.say, "FLUSHALL"),
            "generations evicted": lambda: asyncio.to_thread(
                self.valkey.evict, "liveshelf:cached:generation:*"
            ),
            "unreachable for one of the two": lambda: self.cut(relay),
            "killed and restarted": lambda: asyncio.to_thread(self.restart),
            "frozen": self.freeze,
            "gone back to an old copy": self.go_back,
        }
        names = list(troubles)
        while self.is_on():
            self.chance.shuffle(names)
            for name in names:
                # Long enough for answers to be kept again: else there is nothing to be stale.
                await asyncio.sleep(self.chance.uniform(0.8, 2.5))
                if not self.is_on():
                    return
                await troubles[name]()
                self.faults[name] += 1
            self.has_had_all_troubles = True

    async def cut(self, relay: Relay) -> None:
        async with relay.cut():
            await asyncio.sleep(self.chance.uniform(0.3, 1.5))

    async def freeze(self) -> None:
        with self.valkey.frozen():
            await asyncio.sleep(self.chance.uniform(0.2, 1.0))

    def restart(self) -> None:
        self.valkey.kill()
        self.valkey.start()

    async def go_back(self) -> None:
        copy = self.folder / f"copy{self.faults['gone back to an old copy']}"
        await asyncio.to_thread(self.valkey.keep_copy, copy)
        await asyncio.sleep(self.chance.uniform(0.5, 2.0))
        await asyncio.to_thread(self.valkey.go_back_to, copy)

    # -- what is said of it -------------------------------------------------------------------

    def tell(self, report: Report) -> None:
        truth = self.truth
        report.figures |= {
            "writes answered": self.writes["200"],
            "writes not answered": self.writes.total()
            - self.writes["200"]
            - self.writes["told nobody"],
            "writes that told nobody": self.writes["told nobody"],
            **{f"reads: {name}": number for name, number in sorted(truth.outcomes.items())},
            "levels compared": truth.compared,
            "longest that an untold write was unseen, ms": truth.longest_unseen_s * 1000,
            "reads as a person whose rights change": self.rights.total(),
            **{f"Valkey {name}": number for name, number in self.faults.items()},
        }
        report.blame("shown less than was answered", truth.stale)
        report.blame("shown by rights of before", self.wrong_rights)
        for what in ("200", "told nobody"):
            if not self.writes[what]:
                report.blame("nothing was written: nothing was proved", [what])
        if truth.outcomes["hit"] < truth.outcomes.total() / 10:
            report.blame("too few hits: nothing was proved", [dict(truth.outcomes)])
        if len(self.rights) < 2:
            report.blame("rights were not both given and taken", [dict(self.rights)])


@contextmanager
def redis_url(url: str, port: int | None) -> Iterator[None]:
    """For the processes that are started meanwhile."""
    parts = urlsplit(url)
    if port is not None:
        parts = parts._replace(netloc=parts.netloc.rpartition(":")[0] + f":{port}")
    before = os.environ["REDIS_URL"]
    os.environ["REDIS_URL"] = urlunsplit(parts)
    try:
        yield
    finally:
        os.environ["REDIS_URL"] = before


def shown(body: bytes) -> dict[Level, int]:
    if body.startswith(b"{"):
        items = json.loads(body)["items"]
        return {(item["sku"], item["location"]): item["version"] for item in items}
    return {(sku, place): int(version) for sku, place, version in ROW.findall(body.decode())}
