"""All or nothing, for what belongs together."""

from django.contrib.auth.models import User

from inventory.models import Operation, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand, said, undo


def test_all_are_booked(bob: User, flour_level: StockLevel) -> None:
    answers = book(ask("receive", 5), ask("sale", 2), by=bob, together=True)
    assert said(answers) == ["applied", "applied"]
    assert on_hand() == 3


def test_one_that_is_refused_refuses_all(bob: User, flour_level: StockLevel) -> None:
    version = StockLevel.objects.get().version
    answers = book(ask("receive", 5), ask("sale", 9), ask("sale", 1), by=bob, together=True)
    assert said(answers) == ["not_all", "insufficient", "not_all"]
    assert (on_hand(), StockMovement.objects.count()) == (0, 0)
    assert StockLevel.objects.get().version == version


def test_a_conflict_refuses_the_others_too(bob: User, flour_level: StockLevel) -> None:
    book(ask("receive", 5), by=bob)
    answers = book(ask("sale", 1), ask("count", 9, base_version=1), by=bob, together=True)
    assert said(answers) == ["not_all", "conflict"]
    assert on_hand() == 5


def test_the_answer_is_kept_for_a_repeat(bob: User, flour_level: StockLevel) -> None:
    asked = [ask("receive", 5), ask("sale", 9)]
    first = book(*asked, by=bob, together=True)
    again = book(*asked, by=bob, together=True)
    assert said(again) == said(first)
    assert all(answer.duplicate for answer in again)
    assert Operation.objects.count() == 2


def test_a_repeat_of_what_was_refused_refuses_what_is_new(
    bob: User, flour_level: StockLevel
) -> None:
    refused = ask("sale", 9)
    book(refused, by=bob)
    assert said(book(ask("receive", 5), refused, by=bob, together=True)) == [
        "not_all", "insufficient",
    ]  # fmt: skip
    assert on_hand() == 0


def test_the_same_id_twice_is_news_once(bob: User, flour_level: StockLevel) -> None:
    once = ask("receive", 5)
    answers = book(once, once, by=bob, together=True)
    assert [answer.duplicate for answer in answers] == [False, True]
    assert on_hand() == 5


def test_a_correction_is_an_undo_and_the_right_booking(bob: User, flour_level: StockLevel) -> None:
    _, sold = book(ask("receive", 10), ask("sale", 7), by=bob)
    assert said(book(undo(sold), ask("sale", 2), by=bob, together=True)) == ["applied"] * 2
    assert on_hand() == 8
    assert said(book(undo(sold), ask("sale", 2), by=bob, together=True)) == [
        "already_reversed", "not_all",
    ]  # fmt: skip
    assert on_hand() == 8
