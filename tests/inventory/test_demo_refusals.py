"""When `manage.py demo` leaves a database as it is."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from inventory.models import Product


def test_if_empty_leaves_a_catalogue_alone(flour: Product) -> None:
    out = StringIO()
    call_command("demo", if_empty=True, stdout=out)
    assert out.getvalue() == ""
    assert Product.objects.count() == 1


def test_demo_is_refused_with_debug_off(db: None, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        call_command("demo")
    assert not User.objects.exists()
