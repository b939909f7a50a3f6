"""Schemathesis over the API's document: no fault of ours, and no answer that it does not name.

Derandomised: the same cases each time, several hundred in all.
"""

from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from inventory.models import ApiToken, Barcode, Operation, Product, StockLevel
from tests.inventory.books import ask, book

pytestmark = pytest.mark.django_db
DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CASES = 10
Credentials: TypeAlias = dict[str, dict[str, str]]


def application(environ: Any, start_response: Any) -> Any:
    """The program itself; the test's transaction stays open over its requests."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        answer = WSGIHandler()(environ, start_response)
        body = b"".join(answer)
        answer.close()
        return [body]
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


# Who asks is the cast's part.
CONFIG = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
API = schemathesis.openapi.from_wsgi(DOCUMENT, application, config=CONFIG)
FOUND: Any = API.get_all_operations()  # `ok()` fails for a call that the document leaves unclear
CALLS = {call.label: call for call in (each.ok() for each in FOUND)}


def by_session(person: User) -> Credentials:
    client = Client()
    client.force_login(person)
    csrf = _get_new_csrf_string()
    session = client.cookies["sessionid"].value
    return {"cookies": {"sessionid": session, "csrftoken": csrf}, "headers": {"X-CSRFToken": csrf}}


def by_token(person: User, *, may_write: bool) -> Credentials:
    token = ApiToken(person=person, name=f"may write: {may_write}", may_write=may_write)
    secret = token.set_secret()
    token.save()
    return {"headers": {"Authorization": f"Bearer {secret}"}}


@pytest.fixture
def cast(alice: User, bob: User, dora: User) -> dict[str, Callable[[], Credentials]]:
    return {
        "manager": lambda: by_session(alice),
        "staff": lambda: by_session(bob),
        "stranger": lambda: by_session(dora),
        "a token that reads": lambda: by_token(bob, may_write=False),
        "a token that writes": lambda: by_token(bob, may_write=True),
        "nobody": dict,
    }


@pytest.fixture
def known(bob: User, flour: Product, flour_level: StockLevel) -> dict[str, Any]:
    """What is there, by the name under which a call asks for it."""
    Barcode.objects.create(code="4000", product=flour, pack_quantity=12)
    book(ask("receive", 50), ask("sale", 3, reason="to see", unit_price=None), by=bob)
    operation = str(Operation.objects.values_list("pk", flat=True)[0])
    return {
        "sku": "FLOUR",
        "product": "FLOUR",
        "vendor": "MILL",
        "location": "WH",
        "barcode": "4000",
        "id": operation,
        "operation": operation,
    }


def make_real(case: Any, known: dict[str, Any]) -> None:
    """Chance alone hardly ever names what is there, and so sees little but 404."""
    for given_values in (case.path_parameters, case.query):
        for name in {*(given_values or {})} & {*known}:
            given_values[name] = known[name]
    if case.method == "POST":
        body = case.body if isinstance(case.body, dict) else {}
        listed = body.get("operations")
        first = listed[0] if isinstance(listed, list) and listed else {}
        kept = {name: first[name] for name in ("reason", "reference") if name in first}
        asked = {"id": str(uuid4()), "kind": "receive", "sku": "FLOUR", "location": "WH"}
        case.body = {"operations": [kept | asked | {"quantity": 3}]}


@pytest.mark.parametrize("label", CALLS)
@pytest.mark.parametrize(
    "who",
    ["manager", "staff", "stranger", "a token that reads", "a token that writes", "nobody"],
)
def test_no_answer_is_off_the_document(
    who: str,
    label: str,
    cast: dict[str, Callable[[], Credentials]],
    known: dict[str, Any],
    settings: Any,
) -> None:
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (100_000, 100_000))
    credentials = cast[who]()
    call = CALLS[label]
    seen: list[int] = []

    @given(
        case=call.as_strategy(GenerationMode.POSITIVE) | call.as_strategy(GenerationMode.NEGATIVE)
    )
    @_quickly
    def answers_by_the_document(case: Any) -> None:
        if len(seen) % 2:
            make_real(case, known)
        answer = case.call(**credentials)
        seen.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    answers_by_the_document()
    assert seen
    assert (401 in seen) == (who == "nobody"), seen
    if who == "staff":
        assert 200 in seen, "chance must have met what is there"


def _quickly(test: Any) -> Any:
    return settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(test)
