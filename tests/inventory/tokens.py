"""A token for a test, and a client that sends it."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from inventory.models import ApiToken


def token_of(person: User, **fields: Any) -> tuple[ApiToken, str]:
    token = ApiToken(**{"person": person, "name": "Till"} | fields)
    secret = token.set_secret()
    token.save()
    return token, secret


def client_with(secret: str) -> Client:
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})
