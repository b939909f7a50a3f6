"""One unit is left, and everybody wants it at once."""

import asyncio
from uuid import uuid4

from tests.soak.house import LAST_PLACE, LAST_SKU, PEOPLE
from tests.soak.report import Report
from tests.soak.rig import Rig, standing
from tests.soak.wire import Wire

ROUNDS = 10
REFUSED = f"None on hand at Place {LAST_PLACE}, 1 asked for."
LINES = """
SELECT line.delta FROM inventory_stockmovement AS line
JOIN inventory_product AS product ON product.id = line.product_id
WHERE product.sku = %s AND line.kind = 'sale'
"""


def long(seed: int) -> Report:
    with standing() as rig:
        return run(rig, seed, rounds=ROUNDS)


def run(rig: Rig, seed: int, *, rounds: int) -> Report:
    report = Report("last unit", seed, {"buyers": PEOPLE, "rounds": rounds})
    sold = refused = 0
    for _ in range(rounds):
        answers = asyncio.run(_rush(rig))
        won = [each for each in answers if each["status"] == "applied"]
        others = [each for each in answers if each not in won]
        report.blame("not exactly one sale", [str(won)] if len(won) != 1 else [])
        report.blame(
            "not a clear refusal",
            (
                str(each)
                for each in others
                if each.get("error") != {"code": "insufficient", "message": REFUSED}
                or each["quantity"] != 0
            ),
        )
        sold, refused = sold + len(won), refused + len(others)
    report.figures |= {"sales": sold, "refusals with figures": refused}
    booked = rig.rows(LINES, LAST_SKU)
    report.blame("the ledger has other sales", [booked] if len(booked) < rounds else [])
    if drift := rig.check_ledger():
        report.blame("check_ledger", [drift])
    return report


async def _rush(rig: Rig) -> list[dict[str, object]]:
    wires = [Wire(rig.server.port, cookie) for cookie in rig.cookies]
    try:
        (received,) = await _book(wires[0], "receive")
        assert received["quantity"] == 1, received
        bought = await asyncio.gather(*(_book(wire, "sale") for wire in wires))
        return [answer for answers in bought for answer in answers]
    finally:
        for wire in wires:
            wire.close()


async def _book(wire: Wire, kind: str) -> list[dict[str, object]]:
    ask = {
        "id": str(uuid4()),
        "kind": kind,
        "sku": LAST_SKU,
        "location": LAST_PLACE,
        "quantity": 1,
    }
    status, answer = await wire.post([ask])
    assert status == 200, (status, answer)
    results: list[dict[str, object]] = answer["results"]
    return results
