"""Random people do random things: the program and a model in plain Python agree at every step.

`STATEFUL_EXAMPLES=500 pytest tests/inventory/test_operations_stateful.py` looks further.
"""

import os
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from inventory.ledger_check import check_ledger
from inventory.models import (
    GROUPS,
    Location,
    LocationAccess,
    OperationKind,
    Product,
    Source,
    StockLevel,
    StockMovement,
)
from inventory.operations import Answer, Ask, apply
from tests.inventory.ledger_model import Books, Verdict

SKUS = ("FLOUR", "RYE")
PLACES = {"WH": False, "SHOP": False, "YARD": True}  # the yard may go below zero
PEOPLE = ("alice", "bob", "charlie")
NAMES = UUID("5a1e5000-0000-4000-8000-000000000000")
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "30"))
STEPS = 25
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
# To find the smallest example takes minutes: for who has asked for many.
LONG = (Phase.shrink, Phase.explain)


def often(*usual: Any, rarely: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Nonsense must come up, but who asks for nothing else never gets far."""
    return st.sampled_from([*(usual * (24 // len(usual))), *rarely])


people = often("alice", "alice", "bob", rarely=("charlie",))
places = often("WH", "WH", "SHOP", "YARD", rarely=("NOWHERE",))
amounts = often(1, 2, 3, 4, 5, 6, rarely=(0, -1, -4, 10**12 + 1))
thresholds = st.dictionaries(
    st.sampled_from(("minimum", "maximum")), often(None, 1, 2, 3, 4, 5, rarely=(-1,)), min_size=1
)
kinds = often(*OperationKind, "sale", "count", "threshold", "reversal", "reversal", "transfer")
# What an ask refers to is drawn as a number and looked up in what there is by then.
whats = st.fixed_dictionaries(
    {
        "kind": kinds.map(OperationKind),
        "sku": often("FLOUR", "FLOUR", "RYE", rarely=("NOTHING",)),
        "place": places,
        "there": places,
        "amount": amounts,
        "thresholds": thresholds,
        "behind": often(0, 0, 1, 2, 3, 4, rarely=(-1, 99)),
        "past": st.integers(0, 12),
        "by_movement": st.booleans(),
        "again": st.integers(0, 9),
        "otherwise": st.integers(0, 5),
    }
)


class Business(RuleBasedStateMachine):
    """Everything happens in one transaction, which the end of the example takes back."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.books = Books()
        self.sent: list[Ask] = []
        self.operations: list[UUID] = []
        self.ids: list[int] = []  # of movements, in the order of the ledger

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def open_the_doors(self) -> None:
        for name in GROUPS:
            Group.objects.get_or_create(name=name)
        for sku in SKUS:
            Product.objects.create(sku=sku, name=sku, cost=2, minimum=3)
            self.books.products[sku] = True
        for code, below in PLACES.items():
            Location.objects.create(code=code, name=code, may_go_negative=below)
            self.books.places[code] = below
        for name in PEOPLE:
            User.objects.create(username=name)
        User.objects.get(username="alice").groups.add(Group.objects.get(name="manager"))
        self.books.managers.add("alice")
        for code in ("WH", "SHOP"):
            self.change_rights("bob", code, reads=True, writes=True)
            self.deliver(9, "FLOUR", code)

    # -- what people do ---------------------------------------------------------------------

    @rule(wanted=st.lists(whats, min_size=4, max_size=12), together=often(False, False, True))
    def ask_as_the_manager(self, wanted: list[dict[str, Any]], together: bool) -> None:
        self.compare([self.one(what) for what in wanted], "alice", together=together)

    @rule(who=people, wanted=st.lists(whats, min_size=1, max_size=12))
    def ask(self, who: str, wanted: list[dict[str, Any]]) -> None:
        self.compare([self.one(what) for what in wanted], who, together=False)

    def deliver(self, quantity: int, sku: str, place: str) -> None:
        """So that there is something to sell, move and undo."""
        ask = Ask(self.new_id(), OperationKind.RECEIVE, sku, place, quantity)
        self.compare([ask], "alice", together=False)

    def compare(self, asks: list[Ask], who: str, *, together: bool) -> None:
        numbers = {id_: number for number, id_ in enumerate(self.ids)}
        expected = self.books.book(asks, who, numbers, together=together)
        person = User.objects.get(username=who)
        answers = apply(asks, by=person, source=Source.API, together=together)
        assert [told(answer) for answer in answers] == expected, asks
        self.sent += asks

    def one(self, what: dict[str, Any]) -> Ask:
        if what["again"] == 0 and self.sent:
            place: int = what["past"] % len(self.sent)
            before = self.sent[place]
            # The same once more, or something else under the same id.
            return before if what["otherwise"] else replace(before, reason="Something else")
        kind: OperationKind = what["kind"]
        ask = Ask(self.new_id(), kind, what["sku"], what["place"], what["amount"])
        shelf = self.books.shelves.get((ask.sku, ask.location))
        seen = max(-1, (shelf.version if shelf else 0) - what["behind"])
        match kind:
            case OperationKind.TRANSFER:
                return replace(ask, to_location=what["there"])
            case OperationKind.COUNT:
                return replace(ask, quantity=abs(what["amount"]), base_version=seen)
            case OperationKind.THRESHOLD:
                return replace(ask, quantity=None, base_version=seen, thresholds=what["thresholds"])
            case OperationKind.REVERSAL:
                return replace(
                    ask, quantity=None, sku="", location="", reverses=self.something_past(what)
                )
        return ask

    def something_past(self, what: dict[str, Any]) -> UUID | int:
        """An operation of before or of this very batch, or a movement; or none of all."""
        back: int = what["past"]
        if what["by_movement"]:
            return self.ids[-1 - back % len(self.ids)] if self.ids else 7
        return self.operations[-1 - back % len(self.operations)]

    def new_id(self) -> UUID:
        self.operations.append(uuid5(NAMES, str(len(self.operations))))
        return self.operations[-1]

    # -- what administrators do -------------------------------------------------------------

    @rule(what=st.integers(0, 3), place=often(*PLACES), sku=often(*SKUS), how=st.integers(0, 2))
    def administrate(self, what: int, place: str, sku: str, how: int) -> None:
        """Rights, archives and accounts; most of the time it is good news."""
        match what:
            case 0:
                self.change_rights("bob", place, reads=how > 0, writes=how > 1)
            case 1:
                self.change_rights("charlie", place, reads=how > 0, writes=how > 1)
                self.books.gone = {"charlie"} if how == 0 else set()
                User.objects.filter(username="charlie").update(is_active=how > 0)
            case 2:
                self.books.products[sku] = how > 0
                Product.objects.filter(sku=sku).update(active=how > 0)
            case 3:
                self.books.archived = {place} if how == 0 else set()
                Location.objects.update(active=True)
                Location.objects.filter(code__in=self.books.archived).update(active=False)

    def change_rights(self, who: str, place: str, *, reads: bool, writes: bool) -> None:
        person, location = User.objects.get(username=who), Location.objects.get(code=place)
        LocationAccess.objects.filter(user=person, location=location).delete()
        if reads:
            LocationAccess.objects.create(user=person, location=location, may_write=writes)
        for right, rights in ((reads, self.books.reads), (writes, self.books.writes)):
            rights.discard((who, place))
            if right:
                rights.add((who, place))

    # -- what always holds ------------------------------------------------------------------

    @invariant()
    def the_ledger_is_the_same(self) -> None:
        rows = StockMovement.objects.order_by("id").values_list(
            "id", "operation_id", "product__sku", "location__code", "kind", "delta",
            "quantity_after", "version_after", "reverses", "undone_kind",
        )  # fmt: skip
        found = list(rows)
        self.ids = [row[0] for row in found]
        number: dict[Any, int] = {id_: number for number, id_ in enumerate(self.ids)}
        assert [(*row[1:8], number.get(row[8]), row[9]) for row in found] == [
            (e.operation, e.sku, e.place, e.kind, e.delta, e.quantity, e.version, e.undoes,
             e.undone_kind)
            for e in self.books.ledger
        ]  # fmt: skip

    @invariant()
    def the_levels_are_the_same(self) -> None:
        rows = StockLevel.objects.values_list(
            "product__sku", "location__code", "quantity", "version", "minimum", "maximum"
        )
        assert {(sku, code): rest for sku, code, *rest in rows} == {
            where: [shelf.quantity, shelf.version, shelf.minimum, shelf.maximum]
            for where, shelf in self.books.shelves.items()
        }

    @invariant()
    def the_proof_finds_nothing(self) -> None:
        report = check_ledger()
        assert not report.drifts, report.drifts


def told(answer: Answer) -> Verdict:
    """An answer in the words of the model."""
    conflict: Any = answer.conflict
    if conflict and conflict.fields:
        conflict = [(f["field"], f["base"], f["yours"], f["current"]) for f in conflict.fields]
    elif conflict:
        ways = {way["way"]: way["gives"] for way in conflict.ways}
        deltas = [line["delta"] for line in conflict.movements]
        conflict = (conflict.base, conflict.yours, conflict.current, deltas, ways)
    word = answer.error.code if answer.error else str(answer.status)
    return Verdict(word, answer.quantity, answer.version, answer.duplicate, conflict)


@pytest.mark.django_db
@pytest.mark.timeout(1800)
def test_the_program_and_a_plain_model_agree_whatever_people_do() -> None:
    run(
        Business,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=[*QUICK, *(LONG if EXAMPLES > 100 else ())],
        ),
    )
