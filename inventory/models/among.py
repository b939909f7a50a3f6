from collections.abc import Iterable
from typing import Any

from django.db.models import Field, Lookup


@Field.register_lookup
class Among(Lookup):
    """`field__among=values`: what `in` does, with one array as its parameter instead of one
    parameter for each value. For batches of hundreds that is most of the statement's cost."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        values: Iterable[Any] = self.rhs
        field = self.lhs.output_field
        return [field.get_prep_value(value) for value in values]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, parameters = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.db_type(connection).partition("(")[0]
        return f"{left} = ANY(%s::{kind}[])", (*parameters, self.rhs)
