"""What one person may see right now, in a session that still is one.

Read from the database on the hub's own connection.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from inventory.models import MANAGERS, OPERATORS

READ = """
SELECT asked.person, asked.session,
       person.is_active AND EXISTS (
           SELECT FROM inventory_session session
           WHERE session.session_key = asked.session AND session.person_id = person.id
             AND session.expire_date > now()),
       person.is_superuser OR EXISTS (
           SELECT FROM auth_user_groups member
           JOIN auth_group ON auth_group.id = member.group_id
           WHERE member.user_id = person.id AND auth_group.name = %(managers)s),
       ARRAY(SELECT location_id FROM inventory_locationaccess
             WHERE user_id = person.id AND may_read),
       COALESCE((SELECT rights FROM inventory_rightsstamp WHERE user_id = person.id), 0),
       left(COALESCE(NULLIF(btrim(concat_ws(' ', first_name, last_name)), ''), username), 60),
       person.is_superuser OR EXISTS (
           SELECT FROM auth_user_groups member
           JOIN auth_group ON auth_group.id = member.group_id
           WHERE member.user_id = person.id AND auth_group.name = %(operators)s)
FROM unnest(%(people)s::bigint[], %(sessions)s::text[]) AS asked(person, session)
JOIN auth_user person ON person.id = asked.person
"""


def fingerprint(person: int, stamp: int) -> str:
    """Differs whenever the rights do; stands in the page and in `hello`."""
    return f"{person}.{stamp}"


@dataclass(frozen=True, slots=True)
class Rights:
    active: bool
    everything: bool
    locations: frozenset[int]
    fingerprint: str
    name: str = ""
    """By which others know the person: cut where a list of names would be one name."""
    operates: bool = False
    """May see how the system itself is."""

    def read(self, location: int) -> bool:
        return self.active and (self.everything or location in self.locations)

    @property
    def scope(self) -> "Scope":
        return self.active, self.everything, self.locations, self.operates

    @property
    def anywhere(self) -> bool:
        return self.active and (self.everything or bool(self.locations))


# What rights come to, whoever has them: equal scopes see the same.
Scope = tuple[bool, bool, frozenset[int], bool]

NOBODY = Rights(active=False, everything=False, locations=frozenset(), fingerprint="")


Holder = tuple[int, str]
"""A person, and the session they are in."""


async def rights_of(
    connection: AsyncConnection[Any], holders: Collection[Holder]
) -> dict[Holder, Rights]:
    """In one statement, however many they are; NOBODY's for a person who is not there."""
    people, sessions = [person for person, _ in holders], [session for _, session in holders]
    rows = await connection.execute(
        READ,
        {
            "people": people,
            "sessions": sessions,
            "managers": MANAGERS,
            "operators": OPERATORS,
        },
    )
    found = dict.fromkeys(holders, NOBODY)
    async for person, session, active, everything, locations, stamp, name, operates in rows:
        found[person, session] = Rights(
            active, everything, frozenset(locations), fingerprint(person, stamp), name, operates
        )
    return found
