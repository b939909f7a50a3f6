from argparse import ArgumentParser
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from inventory.demo.business import found
from inventory.demo.goods import articles
from inventory.demo.history import three_weeks
from inventory.demo.people import LOGINS, PASSWORD, make_logins
from inventory.demo.places import LOCATIONS
from inventory.management.progress import Progress
from inventory.models import Location, Outcome, Product, Source, StockLevel
from inventory.operations import apply


class Command(BaseCommand):
    help = "Make a believable business to look at: stock, three weeks of history, logins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing if there is any product."
        )
        parser.add_argument(
            "--force", action="store_true", help="Also with DEBUG off: the password is public!"
        )
        parser.add_argument("--seed", type=int, default=1, help="Another one, another history.")

    def handle(self, *, if_empty: bool, force: bool, seed: int, **_: Any) -> None:
        if if_empty and Product.objects.exists():
            return
        if not settings.DEBUG and not force:
            raise CommandError(
                "DEBUG is off: the demo logins have a public password. If that is what you want "
                "here, say --force."
            )
        if Location.objects.filter(code__in=[code for code, *_ in LOCATIONS]).exists():
            raise CommandError("The demo business is here already; nothing was changed.")
        with transaction.atomic():
            booked = self._fill(seed)
        levels = StockLevel.objects.filter(location__code__in=[code for code, *_ in LOCATIONS])
        self.stdout.write(
            f"The demo business is ready: {len(LOCATIONS)} places, {len(articles())} products, "
            f"{levels.count()} stock levels ({levels.filter(status='low').count()} low, "
            f"{levels.filter(status='out').count()} out), {booked:,} operations."
        )
        self.stdout.write(f"Log in with the password {PASSWORD!r} as:")
        for login in LOGINS:
            self.stdout.write(f"  {login.name:<10}{login.may}")

    def _fill(self, seed: int) -> int:
        goods = articles()
        found(goods)
        manager = make_logins()
        books = three_weeks(
            goods,
            until=timezone.now(),
            seed=seed,
            namespace=uuid5(NAMESPACE_URL, f"liveshelf:demo:{seed}"),
        )
        progress = Progress("demo: operations booked", len(books.asks))
        size = settings.OPERATIONS_PER_CALL
        for start in range(0, len(books.asks), size):
            answers = apply(books.asks[start : start + size], by=manager, source=Source.IMPORT)
            for answer in answers:
                if answer.status != Outcome.APPLIED:
                    raise CommandError(f"The demo's history is wrong: {answer.error}")
            progress.at(start + len(answers))
        progress.close()
        return len(books.asks)
