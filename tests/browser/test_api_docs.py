"""`/api/docs` in a real browser: bundled, under the policy, and what it tries out works."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, expect

from inventory.models import StockLevel
from tests.browser.conftest import Visit
from tests.browser.people import PHONE
from tests.inventory.books import on_hand

pytestmark = pytest.mark.django_db(transaction=True)

STATUS = ".live-responses-table tr.response .response-col_status"


def opened(page_call: Locator) -> Locator:
    page_call.locator("button.opblock-summary-control").click()
    page_call.get_by_role("button", name="Try it out").click()
    return page_call


def test_a_get_is_tried_out(visit: Visit, bob: User, flour_level: StockLevel) -> None:
    page = visit(bob, "/api/docs").page
    call = opened(page.locator(".opblock-get", has_text="What stands where").first)
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(STATUS).first).to_contain_text("200")
    expect(call.locator(".live-responses-table")).to_contain_text("FLOUR")


def test_a_post_is_tried_out_and_carries_its_csrf_token(
    visit: Visit, bob: User, flour_level: StockLevel
) -> None:
    page = visit(bob, "/api/docs", viewport=PHONE).page
    call = opened(page.locator(".opblock-post"))
    body = (
        '{"operations": [{"id": "6f1c1a52-6a0e-4c0c-9f0d-0d5c6f1c1a52", "kind": "receive",'
        ' "sku": "FLOUR", "location": "WH", "quantity": 7}]}'
    )
    call.locator("textarea.body-param__text").fill(body)
    call.get_by_role("button", name="Execute").click()
    answer = call.locator(".live-responses-table")
    expect(call.locator(STATUS).first).to_contain_text("200")
    expect(answer).to_contain_text(re.compile('"status": "applied"'))
    assert on_hand() == 7
