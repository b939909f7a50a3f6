import random
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries

from inventory.demo.traffic import Traffic
from inventory.models import Source
from inventory.operations import apply
from inventory.operations.faults import Busy

FASTEST = 10_000.0
LONGEST_NAP_S = 0.2


class Command(BaseCommand):
    help = "Move stock as people would, for a while; Ctrl-C ends it earlier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rate", type=_rate, default=5.0, help="operations a second (5)")
        parser.add_argument("--seconds", type=_seconds, default=60.0, help="for how long (60)")
        parser.add_argument("--seed", type=int, help="the same traffic again")

    def handle(self, *, rate: float, seconds: float, seed: int | None, **_: Any) -> None:
        traffic = Traffic(random.Random(seed))  # noqa: S311  # play, not secrets
        if not traffic.is_possible:
            raise CommandError("There is no stock to move: run `manage.py demo` first.")
        manager = User.objects.filter(
            username="manager", is_active=True, groups__name="manager"
        ).first()
        self.stderr.write(f"simulate: {rate:g} operations a second for {seconds:g} s ...")
        started = time.monotonic()
        try:
            _run(traffic, manager, rate, started, seconds)
        except KeyboardInterrupt:
            self.stderr.write("simulate: stopped")
        took = time.monotonic() - started
        done = traffic.tally.total()
        words = ", ".join(f"{name} {count:,}" for name, count in traffic.tally.most_common())
        self.stdout.write(
            f"{done:,} operations in {took:.1f} s, {done / max(took, 0.001):.1f} a second"
            f"{': ' + words if words else ''}"
        )


def _run(traffic: Traffic, by: User | None, rate: float, started: float, seconds: float) -> None:
    """As many as are due by now, then a nap; all of them in the end, if the machine keeps up."""
    asked = 0
    while True:
        now = min(time.monotonic() - started, seconds)
        due = min(round(now * rate) - asked, settings.OPERATIONS_PER_CALL)
        if due > 0:
            asks = [traffic.next() for _ in range(due)]
            try:
                traffic.learn(asks, apply(asks, by=by, source=Source.TASK))
            except Busy:
                traffic.forget(asks)
            asked += due
            reset_queries()  # with DEBUG on, Django keeps what it sent
        if now >= seconds:
            return
        time.sleep(min(LONGEST_NAP_S, max(1 / rate, 0.005), seconds - now))


def _rate(text: str) -> float:
    return _number(text, FASTEST, "operations a second")


def _seconds(text: str) -> float:
    return _number(text, 7 * 24 * 3600.0, "seconds")


def _number(text: str, most: float, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= most:
        raise ArgumentTypeError(f"{text!r}: above 0 and at most {most:g} {what}")
    return number
