from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    IntegerField = models.BigIntegerField[int, int]
else:
    IntegerField = models.BigIntegerField


class XidField(IntegerField):
    """A 64-bit PostgreSQL transaction id (`xid8`): which transaction wrote the row last.

    Read only: the triggers of migration 0002 set it, whoever writes.
    """

    description = "transaction id"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        kwargs["db_default"] = RawSQL("pg_current_xact_id()", ())
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        # An integer would be sent as int8, which PostgreSQL will not cast to xid8; text it will.
        if isinstance(value, int):
            return str(value)
        return super().get_db_prep_value(value, connection, prepared)


class Versioned(models.Model):
    """A row whose every change is numbered and can be found by the transaction that made it.

    A BEFORE trigger raises `version` and sets `changed_xid`, so that `save()`, `update()`, bulk
    writes, the admin and hand-written SQL are all seen. Values assigned here are ignored.
    """

    version = models.BigIntegerField(default=1, db_default=1, editable=False)
    changed_xid = XidField()

    class Meta:
        abstract = True
