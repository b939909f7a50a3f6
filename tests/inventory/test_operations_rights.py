from django.contrib.auth.models import User

from inventory.models import Location, LocationAccess, StockLevel, StockMovement
from tests.inventory.books import ask, book, on_hand, said


def test_who_may_write_a_location_books_there(bob: User, flour_level: StockLevel) -> None:
    assert said(book(ask("receive", 1), by=bob)) == ["applied"]


def test_who_only_looks_is_told_so(charlie: User, flour_level: StockLevel) -> None:
    assert said(book(ask("receive", 1), by=charlie)) == ["not_allowed"]
    assert not StockMovement.objects.exists()


def test_a_location_one_may_not_see_is_not_there(
    bob: User, dora: User, flour_level: StockLevel, shop: Location
) -> None:
    (hidden,) = book(ask("receive", 1, location="SHOP"), by=bob)
    (absent,) = book(ask("receive", 1, location="NOPE"), by=bob)
    assert said([hidden]) == said([absent]) == ["unknown_location"]
    assert said(book(ask("receive", 1), by=dora)) == ["unknown_location"]


def test_a_refusal_about_rights_tells_no_quantity(charlie: User, flour_level: StockLevel) -> None:
    (answer,) = book(ask("sale", 1), by=charlie)
    assert (answer.quantity, answer.version) == (None, None)


def test_who_was_locked_out_books_nothing(alice: User, bob: User, flour_level: StockLevel) -> None:
    for person in (alice, bob):
        person.is_active = False
        person.save()
        assert said(book(ask("receive", 1), by=person)) == ["unknown_location"]


def test_a_right_that_was_taken_away_acts_at_once(bob: User, flour_level: StockLevel) -> None:
    book(ask("receive", 1), by=bob)
    LocationAccess.objects.filter(user=bob).update(may_write=False)
    assert said(book(ask("receive", 1), by=bob)) == ["not_allowed"]


def test_the_system_itself_may_everything(flour_level: StockLevel) -> None:
    assert said(book(ask("receive", 2), by=None)) == ["applied"]
    assert on_hand() == 2
