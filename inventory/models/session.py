from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from inventory import sessions


class Session(AbstractBaseSession):
    """A session that knows its person, so that the database can end it.

    Triggers on people, their groups and their single rights delete the sessions of whoever they
    change; a deleted session touches its person's stamp, by which the hubs find it.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type["sessions.SessionStore"]:
        return sessions.SessionStore
