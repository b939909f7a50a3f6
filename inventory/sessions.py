"""Django's sessions in the database, each with its person beside it."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

if TYPE_CHECKING:
    from inventory.models import Session


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type["Session"]:
        from inventory.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> "Session":
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]  # of our model
        session.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session
