"""A whole installation of its own: PostgreSQL, Valkey, web, worker and beat, on the fast clock."""

import html
import json
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import redis
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from config.embedded import Postgres, Valkey
from tests.browser.processes import ROOT, Process, Server

PATIENCE_S = 60.0
PAUSE_MS = 100
CELERY = ("-m", "celery", "--app", "tests.monitoring.fast_celery", "--quiet")
WORKER = (*CELERY, "worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip")
CAUSE = re.compile(
    r'<li class="cause.*?</span>(\d+)</p>.*?<strong>(.*?)</strong>(.*?)</li>', re.DOTALL
)
SCORE = re.compile(r'class="score-figure">([^<]*)<')
WORD = re.compile(r'class="score-word">([^<]*)<')


@dataclass(frozen=True, slots=True)
class Look:
    """What the page says at one moment."""

    score: int
    word: str
    costs: dict[str, int]
    """By cause, in points."""
    caps: dict[str, int]
    text: str

    def says(self, words: str) -> bool:
        return any(re.search(words, cause) for cause in (*self.costs, *self.caps))

    def cost(self, words: str) -> int:
        """In points; a cap costs what is above it."""
        lost = [points for cause, points in self.costs.items() if re.search(words, cause)]
        limits = [100 - limit for cause, limit in self.caps.items() if re.search(words, cause)]
        return max([*lost, *limits], default=0)

    @property
    def adds_up(self) -> bool:
        left = 100 - sum(self.costs.values())
        return self.score == max(0, min([left, *self.caps.values()]))


def read(page: str) -> Look:
    [score], [word] = SCORE.findall(page), WORD.findall(page)
    costs: dict[str, int] = {}
    caps: dict[str, int] = {}
    for points, cause, rest in CAUSE.findall(page):
        kind = caps if "the score is at most" in rest else costs
        kind[html.unescape(cause)] = int(points)
    return Look(int(score) if score.isdigit() else -1, word, costs, caps, page)


class Plant:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.disk = folder / "disk"
        self.disk.mkdir()
        self.postgres = Postgres(folder / "postgres")
        self.valkey = Valkey(folder / "valkey")
        self.postgres.start()
        self.valkey.start()
        os.environ["REDIS_URL"] = self.valkey.url
        self.cookie = json.loads(self.run("-m", "tests.soak.house"))[0]
        self.web = Server(
            folder / "web.log",
            self.postgres.url,
            application="tests.monitoring.fast_web:application",
        )
        self.worker = Process(folder / "worker.log", self.postgres.url)
        self.beat = Process(folder / "beat.log", self.postgres.url)
        self._idle = threading.Event()
        self._visits = threading.Thread(target=self._visit_now_and_then)

    def start(self) -> None:
        self.web.start()
        self.worker.run(*WORKER)
        self.start_beat()
        self.worker.wait_for("ready.")
        self.screen = self.socket("monitoring", "summary")
        self._visits.start()

    def start_beat(self) -> None:
        schedule = self._folder / f"beat-{secrets.token_hex(4)}"  # a killed one leaves half of it
        self.beat.run(*CELERY, "beat", "--schedule", str(schedule), "--pidfile=")

    def stop(self) -> None:
        self._idle.set()
        if self._visits.is_alive():
            self._visits.join()
            self.screen.close()
        for process in (self.beat, self.worker, self.web):
            process.stop()
        self.valkey.remove()
        self.postgres.remove()

    def everybody(self) -> list[int]:
        """The numbers of all processes of the program."""
        parents = (self.web.pid, self.worker.pid, self.beat.pid)
        pools = (psutil.Process(pid).children(recursive=True) for pid in parents)
        return [*parents, *(each.pid for pool in pools for each in pool)]

    def kill_the_worker(self) -> None:
        """With its pool, as the kernel does where memory ends."""
        pool = psutil.Process(self.worker.pid).children(recursive=True)
        self.worker.kill()
        for process in pool:
            process.kill()

    def run(self, *command: str) -> str:
        environment = {"DATABASE_URL": self.postgres.url, "DEBUG": "1"}
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    # -- who uses it --------------------------------------------------------------------------

    def browser(self) -> httpx.Client:
        """Of an operator."""
        cookie = {"Cookie": self.cookie}
        return httpx.Client(base_url=self.web.url, timeout=PATIENCE_S, headers=cookie)

    def get(self, path: str) -> httpx.Response:
        with self.browser() as browser:
            return browser.get(path)

    def get_many(self, path: str, times: int) -> list[int]:
        """At the same time."""
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(lambda _: self.get(path).status_code, range(times)))

    def _visit_now_and_then(self) -> None:
        """So that there is always something to measure; a page that needs nothing."""
        with httpx.Client(base_url=self.web.url, timeout=PATIENCE_S) as stranger:
            while not self._idle.wait(0.2):
                try:
                    stranger.get("/login/")
                except httpx.HTTPError:
                    continue  # stopped by a test; the next one may find it

    def socket(self, *topics: str) -> ClientConnection:
        page = self.get("/").text
        where = dict(re.findall(r'data-(cursor|epoch|rights)="([^"]*)"', page))
        address = self.web.url.removeprefix("http://")
        wire = connect(
            f"ws://{address}/ws/live/",
            additional_headers={"Cookie": self.cookie},
            origin=Origin(self.web.url),
            max_size=None,
            legacy=True,  # without a `with`: it stays open over many tests
        )
        hello = {"type": "hello", "v": 1, "client": "test", "topics": topics}
        wire.send(json.dumps(hello | where))
        while json.loads(wire.recv(timeout=PATIENCE_S))["type"] != "welcome":
            pass
        return wire

    # -- what they see ------------------------------------------------------------------------

    def look(self) -> Look:
        return read(self.get("/monitoring/").text)

    @contextmanager
    def watched(self) -> Iterator[list[Look]]:
        """What an open page is told meanwhile: some causes are over before the next one begins."""
        looks: list[Look] = []
        wire = self.socket("monitoring")
        ended = threading.Event()

        def look_on() -> None:
            while not ended.is_set():
                looks.append(self.next_look(wire))

        with ThreadPoolExecutor(1) as pool:
            looking = pool.submit(look_on)
            try:
                yield looks
            finally:
                ended.set()
                looking.result()
                wire.close()

    def next_look(self, wire: ClientConnection) -> Look:
        while True:
            frame = json.loads(wire.recv(timeout=PATIENCE_S))
            if frame["type"] == "changes":
                wire.send(json.dumps({"type": "ack", "cursor": frame["cursor"]}))
                if 'id="monitoring"' in frame["html"]:
                    return read(frame["html"])

    def until(self, wanted: Callable[[Look], bool], within_s: float = PATIENCE_S) -> Look:
        until = time.monotonic() + within_s
        while not wanted(look := self.look()):
            assert time.monotonic() < until, (look.score, look.word, look.costs, look.caps)
            time.sleep(0.2)
        return look

    def until_it_costs(self, words: str) -> Look:
        look = self.until(lambda look: look.cost(words) > 0)
        assert look.adds_up, (look.score, look.costs, look.caps)
        return look

    def until_it_costs_nothing(self, words: str) -> Look:
        look = self.until(lambda look: look.score >= 0 and not look.says(words))
        assert look.adds_up, (look.score, look.costs, look.caps)
        return look

    # -- what goes wrong ----------------------------------------------------------------------

    @contextmanager
    def database(self, *, autocommit: bool = True) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.postgres.url, autocommit=autocommit) as connection:
            yield connection

    def redis(self) -> Any:
        return redis.Redis.from_url(self.valkey.url, socket_timeout=5)

    @contextmanager
    def slow_valkey(self) -> Iterator[None]:
        """Whatever it is asked, it answers up to PAUSE_MS later."""
        ended = threading.Event()

        def pause() -> None:
            with self.redis() as valkey:
                while not ended.is_set():
                    valkey.client_pause(PAUSE_MS, all=True)  # waits for the pause before, itself

        with ThreadPoolExecutor(1) as pool:
            pausing = pool.submit(pause)
            try:
                yield
            finally:
                ended.set()
                pausing.result()
