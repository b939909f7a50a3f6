"""Many at once, on connections of their own: the books agree and nobody sees a deadlock."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count

from inventory.models import Location, Operation, Product, Source, StockLevel, StockMovement
from inventory.operations import Answer, Ask, apply
from inventory.tasks import fold_location_totals
from tests.inventory.books import ask, assert_books_agree, book, on_hand, said

WRITERS = 8
CALLS = 25
SKUS = [f"P{number}" for number in range(6)]
KINDS = ["receive", "production", "return", "sale", "sale", "waste", "adjust", "transfer"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def goods(warehouse: Location, shop: Location) -> None:
    Product.objects.bulk_create(Product(sku=sku, name=sku) for sku in SKUS)


def anything(chance: random.Random) -> Ask:
    here, there = chance.sample(["WH", "SHOP"], 2)
    kind = chance.choice([*KINDS, "count"])
    amount = chance.randint(1, 9)
    return ask(
        kind,
        chance.choice([-amount, amount]) if kind == "adjust" else amount,
        sku=chance.choice(SKUS),
        location=here,
        to_location=there if kind == "transfer" else "",
        base_version=chance.randint(0, 3) if kind == "count" else None,
    )


def write(seed: int, start: Barrier, person: User) -> list[Answer]:
    """Batches of new operations, now and then with one that was sent before."""
    chance = random.Random(seed)
    sent: list[Ask] = []
    answers: list[Answer] = []
    try:
        start.wait(20)
        for _ in range(CALLS):
            batch = [anything(chance) for _ in range(chance.randint(1, 12))]
            batch += chance.sample(sent, min(len(sent), chance.randint(0, 3)))
            sent += batch
            answers += apply(batch, by=person, source=Source.API)
    finally:
        connection.close()
    return answers


def test_random_writers_leave_books_that_agree(goods: None, alice: User) -> None:
    start = Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS) as pool:
        calls = [pool.submit(write, seed, start, alice) for seed in range(WRITERS)]
        answers = [answer for call in calls for answer in call.result(90)]
    assert_books_agree()
    assert not StockLevel.objects.filter(quantity__lt=0).exists()
    acted = Counter(a.id for a in answers if a.status == "applied" and not a.duplicate)
    assert set(acted.values()) == {1}
    assert len(acted) == Operation.objects.filter(outcome="applied").count()
    lines = Operation.objects.annotate(lines=Count("movements")).values_list(
        "outcome", "kind", "lines"
    )
    for outcome, kind, number in lines:
        expected = 0 if outcome != "applied" else 2 if kind == "transfer" else 1
        assert number == expected, (outcome, kind)
    assert {"applied", "insufficient", "conflict"} <= set(said(answers))


def test_the_same_batch_sent_by_many_at_once_acts_once(goods: None, alice: User) -> None:
    batch = [ask("receive", 2, sku=sku) for sku in SKUS]
    start = Barrier(WRITERS)

    def send() -> list[Answer]:
        try:
            start.wait(20)
            return apply(batch, by=alice, source=Source.API)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        calls = [pool.submit(send) for _ in range(WRITERS)]
        answers = [answer for call in calls for answer in call.result(60)]
    assert sum(not answer.duplicate for answer in answers) == len(batch)
    assert [on_hand(sku) for sku in SKUS] == [2] * len(SKUS)
    assert StockMovement.objects.count() == len(batch)


def test_the_last_piece_is_sold_once(goods: None, alice: User) -> None:
    book(ask("receive", 1, sku="P0"), by=alice)
    start = Barrier(WRITERS)

    def sell() -> str:
        try:
            start.wait(20)
            return said(apply([ask("sale", 1, sku="P0")], by=alice, source=Source.API))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        calls = [pool.submit(sell) for _ in range(WRITERS)]
        outcomes = Counter(call.result(60) for call in calls)
    assert outcomes == {"applied": 1, "insufficient": WRITERS - 1}


def test_edits_of_the_catalogue_and_the_fold_wait_for_nobody_for_ever(
    goods: None, alice: User
) -> None:
    start = Barrier(4)

    def edit() -> None:
        chance = random.Random(7)
        try:
            start.wait(20)
            for _ in range(CALLS):
                Product.objects.filter(sku=chance.choice(SKUS)).update(
                    minimum=chance.randint(0, 9), cost=chance.randint(0, 9)
                )
                fold_location_totals()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(write, seed, start, alice) for seed in range(3)]
        editing = pool.submit(edit)
        for call in calls:
            call.result(90)
        editing.result(90)
    assert_books_agree()
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT location_id, total.value, total.pieces, total.low, total.out,
                   sum(level.quantity * cost), sum(level.quantity),
                   count(*) FILTER (WHERE status = 'low'), count(*) FILTER (WHERE status = 'out')
            FROM inventory_stocklevel level JOIN inventory_product p ON p.id = product_id
            JOIN inventory_locationtotalnow total USING (location_id)
            GROUP BY location_id, total.value, total.pieces, total.low, total.out""")
        rows = cursor.fetchall()
    assert len(rows) == 2
    for _, value, pieces, low, out, *truth in rows:
        assert [value, pieces, low, out] == truth
