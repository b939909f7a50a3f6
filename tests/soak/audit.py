"""What was acknowledged, held against what the database keeps. Read by SQL, not by the program."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tests.soak.plan import Operation, Plan
from tests.soak.report import Report
from tests.soak.rig import Rig

TAKING = {"sale", "waste"}
OPERATIONS = "SELECT id::text, outcome, answer FROM inventory_operation WHERE source = 'api'"
LINES = """
SELECT line.operation_id::text, line.id, line.kind, product.sku, location.code, line.delta,
       line.quantity_after, line.version_after, undone.operation_id::text
FROM inventory_stockmovement AS line
JOIN inventory_product AS product ON product.id = line.product_id
JOIN inventory_location AS location ON location.id = line.location_id
LEFT JOIN inventory_stockmovement AS undone ON undone.id = line.reverses_id
WHERE line.source = 'api'
"""
NEGATIVE = """
SELECT product.sku || ' at ' || location.code
FROM inventory_stocklevel AS level
JOIN inventory_product AS product ON product.id = level.product_id
JOIN inventory_location AS location ON location.id = level.location_id
WHERE level.quantity < 0
UNION ALL
SELECT 'line ' || id FROM inventory_stockmovement WHERE quantity_after < 0
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    kind: str
    sku: str
    location: str
    delta: int
    quantity: int
    version: int
    undone: str | None  # the operation of the line that this one takes back


def booked(rig: Rig) -> set[str]:
    return {id_ for id_, _, _ in rig.rows(OPERATIONS)}


def audit(rig: Rig, plan: Plan, report: Report, *, before: set[str]) -> None:
    """Every promise about numbers, one by one, into the report; `before` was there at the start."""
    kept = {id_: (outcome, answer) for id_, outcome, answer in rig.rows(OPERATIONS)}
    lines: dict[str, list[Line]] = defaultdict(list)
    for id_, *fields in rig.rows(LINES):
        lines[id_].append(Line(*fields))
    ours = {each.id: each for each in plan.operations}
    answered = [each for each in plan.operations if each.answers]
    report.blame("never answered", (each.id for each in plan.operations if not each.answers))
    report.blame("not of this run", kept.keys() - ours.keys() - before)
    report.blame("acknowledged and lost", (each.id for each in answered if each.id not in kept))
    report.blame("answered as new twice", (each.id for each in answered if _news(each) > 1))
    report.blame("a repeat got another answer", (each.id for each in answered if _differs(each)))
    report.blame(
        "kept with another answer than was given",
        (each.id for each in answered if each.id in kept and kept[each.id][1] != _first(each)),
    )
    report.blame(
        "lines of the ledger are not what was acknowledged",
        (
            f"{each.id} ({each.kind} {_first(each)['status']}: {lines[each.id]})"
            for each in answered
            if not _booked_as_answered(each, lines)
        ),
    )
    report.blame("negative", (row[0] for row in rig.rows(NEGATIVE)))
    if drift := rig.check_ledger():
        report.blame("check_ledger", [drift])
    report.figures["lines in the ledger"] = sum(len(lines[id_]) for id_ in ours)
    report.figures["deadlocks that PostgreSQL broke up"] = rig.rows(DEADLOCKS)[0][0]


def _first(operation: Operation) -> dict[str, Any]:
    return {name: value for name, value in operation.answers[0].items() if name != "duplicate"}


def _news(operation: Operation) -> int:
    return sum(not answer.get("duplicate") for answer in operation.answers)


def _differs(operation: Operation) -> bool:
    first = _first(operation)
    return any(
        answer | {"duplicate": 1} != first | {"duplicate": 1} for answer in operation.answers
    )


def _booked_as_answered(operation: Operation, ledger: dict[str, list[Line]]) -> bool:
    answer, lines = operation.answers[0], sorted(ledger[operation.id], key=lambda line: line.id)
    if answer["status"] != "applied" or operation.kind == "threshold" or not lines:
        return bool(lines) == (answer["status"] == "applied" and operation.kind != "threshold")
    figures = [(line.quantity, line.version) for line in lines]
    asked = operation.asked or {}
    if operation.kind == "reversal":
        taken_back = sorted(line.delta for line in ledger[asked["reverses"]])
        return (
            figures[:1] == [(answer["quantity"], answer["version"])]
            and {line.undone for line in lines} == {asked["reverses"]}
            and sorted(-line.delta for line in lines) == taken_back
        )
    places = [(line.sku, line.location, line.delta) for line in lines]
    right = places == _expected(operation, asked, lines)
    return right and figures[0] == (answer["quantity"], answer["version"])


def _expected(
    operation: Operation, asked: dict[str, Any], lines: list[Line]
) -> list[tuple[str, str, int]]:
    sku, location = operation.level
    match operation.kind:
        case "transfer":
            amount = asked["quantity"]
            return [(sku, location, -amount), (sku, asked["to_location"], amount)]
        case "count":
            # What it moved is what was missing; what stands there afterwards is what was counted.
            right = len(lines) == 1 and lines[0].quantity == asked["quantity"]
            return [(sku, location, lines[0].delta)] if right else []
        case kind:
            return [(sku, location, -asked["quantity"] if kind in TAKING else asked["quantity"])]
