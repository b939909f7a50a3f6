"""Run as a program: asks the application, in this process, as a mix of people would.

One process asks as often as it can, which is not how often a business does. How many answers are
hits depends on how often each is asked for within its life alone, so the lives are made longer or
shorter by as much as the rate is to be higher or lower. And it starts where such a rate has always
been: of asks that come by themselves, `often` in a second, an answer of life T is there with the
chance often * T / (1 + often * T), and is then of any age (the renewals of a Poisson process).
"""

import json
import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

# What a hundred requests are, and the cache of each; the writes sell one of what is read.
READS = {
    "/api/v1/inventory?product={sku}": 55,
    "/api/v1/products/{sku}": 20,
    "/api/v1/inventory?location={place}": 10,
    "/stock/?location={place}": 5,
    "/api/v1/locations": 4,
    "/api/v1/vendors": 5,
}
CACHE_OF = dict(
    zip(READS, ("inventory", "product", "inventory", "list", "list", "vendor"), strict=True)
)
WRITES = 1
WARM_UP = 300
# The dearest questions: of what stands on much.
MISSES = (*READS, "/api/v1/inventory", "/api/v1/inventory?vendor={vendor}", "/stock/", "/")
PLACES = 5
VENDORS = 20
HELLO = "/hello/"
TOTAL = re.compile(r"total;dur=([\d.]+)")


def hello(request: HttpRequest) -> HttpResponse:
    """The least that a page for somebody who is logged in does: it knows who it is."""
    return HttpResponse(f"hello {request.user.pk}")


class Asker:
    def __init__(self, frequencies: list[int], seed: int) -> None:
        from django.contrib.auth.models import User
        from django.test import Client

        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(User.objects.get(username="person0"))
        self.skus = [f"SKU-{number}" for number in range(1, len(frequencies) + 1)]
        self.weights = frequencies
        self.chance = random.Random(seed)
        self.lives: dict[str, timedelta] = {}

    def settle(self, a_second: int) -> dict[str, float]:
        """As it is where so many ask in a second, and have for long."""
        from inventory.cached.caches import CACHES
        from inventory.cached.gate import forget_everything

        self._forget_earlier_runs()
        self.mix(WARM_UP)
        began = time.perf_counter()
        self.mix(WARM_UP)
        pace = WARM_UP / (time.perf_counter() - began)
        lives = {}
        for cache in CACHES:
            self.lives.setdefault(cache.name, cache.lifetime)
            life = self.lives[cache.name] * (a_second / pace)
            object.__setattr__(cache, "lifetime", life)
            lives[cache.name] = life.total_seconds()
        forget_everything()
        for path, often in self._asked_for(pace):
            asked = often * lives[CACHE_OF[path[0]]]
            if self.chance.random() < asked / (1 + asked):
                self.get(path[1])
        self._age(lives)
        return {"pace": pace, "scale": a_second / pace}

    def _asked_for(self, pace: float) -> Iterator[tuple[tuple[str, str], float]]:
        """Each kind of read and its address, and how often it is asked for in a second."""
        everything = sum(self.weights)
        for kind, share in READS.items():
            often = pace * share / (sum(READS.values()) + WRITES)
            if "{sku}" in kind:
                for sku, weight in zip(self.skus, self.weights, strict=True):
                    yield (kind, kind.format(sku=sku)), often * weight / everything
            elif "{place}" in kind:
                for number in range(1, PLACES + 1):
                    yield (kind, kind.format(place=f"Q{number}")), often / PLACES
            else:
                yield (kind, kind), often

    def _forget_earlier_runs(self) -> None:
        """Their answers had longer lives, so they would be the last that a full cache lets go."""
        from django_redis import get_redis_connection

        valkey = get_redis_connection("cached")
        for key in valkey.scan_iter("liveshelf:cached:*", count=1000):
            valkey.unlink(key)

    def _age(self, lives: dict[str, float]) -> None:
        """Of any age each, now that all are there."""
        from django_redis import get_redis_connection

        valkey = get_redis_connection("cached")
        with valkey.pipeline(transaction=False) as line:
            for name, life_s in lives.items():
                for key in valkey.scan_iter(f"liveshelf:cached:*:{name}:*", count=1000):
                    line.pexpire(key, max(1, round(self.chance.random() * life_s * 1000)))
            line.execute()

    def mix(self, requests: int) -> dict[str, Any]:
        """Outcomes by path, and what hits took: in the view, and in all."""
        outcomes: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        in_view: list[float] = []
        in_all: list[float] = []
        kinds = [*READS, None]
        for kind in self.chance.choices(kinds, [*READS.values(), WRITES], k=requests):
            (sku,) = self.chance.choices(self.skus, self.weights)
            if kind is None:
                self.sell(sku)
                continue
            answer, took_ms = self.get(kind.format(sku=sku, place=self.place))
            outcome = answer["X-Cache"]
            outcomes[kind][("hit", "miss", "bypass").index(outcome)] += 1
            if outcome == "hit" and kind.startswith("/api/v1/inventory?product"):
                found = TOTAL.search(answer["Server-Timing"])
                assert found, answer["Server-Timing"]
                in_view.append(float(found[1]))
                in_all.append(took_ms)
        return {"outcomes": outcomes, "view_ms": in_view, "all_ms": in_all}

    def hello(self, requests: int) -> list[float]:
        return [self.get(HELLO)[1] for _ in range(requests)]

    def misses(self, times: int) -> dict[str, list[float]]:
        from inventory.cached.gate import forget_everything

        found: dict[str, list[float]] = defaultdict(list)
        for _ in range(times):
            for path in MISSES:
                forget_everything()
                (sku,) = self.chance.choices(self.skus, self.weights)
                vendor = f"V{self.chance.randint(1, VENDORS)}"
                answer, took_ms = self.get(path.format(sku=sku, place=self.place, vendor=vendor))
                if answer["X-Cache"] == "miss":
                    found[path].append(took_ms)
        return found

    @property
    def place(self) -> str:
        return f"Q{self.chance.randint(1, PLACES)}"

    def get(self, path: str) -> tuple[Any, float]:
        began = time.perf_counter()
        answer = self.client.get(path)
        took_ms = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:300])
        return answer, took_ms

    def sell(self, sku: str) -> None:
        ask = {"id": str(uuid4()), "kind": "receive", "sku": sku, "location": self.place}
        answer = self.client.post(
            "/api/v1/operations",
            {"operations": [ask | {"quantity": 1}]},
            content_type="application/json",
        )
        assert answer.json()["results"][0]["status"] == "applied", answer.content


def main() -> None:
    os.environ["DEBUG"] = "1"  # no hashed static files are needed for this
    import django

    django.setup()
    from django.conf import settings
    from django.urls import path

    import config.urls
    from tests.benchmarks.house import without_limits

    urls: Any = ModuleType("tests.benchmarks.hello_urls")
    urls.urlpatterns = [path(HELLO.strip("/") + "/", hello), *config.urls.urlpatterns]
    sys.modules[urls.__name__] = urls
    settings.DEBUG = False
    settings.ROOT_URLCONF = urls.__name__
    without_limits().enable()
    frequencies, seed = json.loads(sys.argv[1])
    asker = Asker(frequencies, seed)
    acts: dict[str, Callable[..., Any]] = {
        "settle": asker.settle,
        "mix": asker.mix,
        "hello": asker.hello,
        "misses": asker.misses,
    }
    for line in sys.stdin:
        question = json.loads(line)
        answer = acts[question.pop("do")](**question)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
