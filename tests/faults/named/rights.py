"""Rights that change, and sessions that end, while a page is open or away."""

import secrets
import time
from collections.abc import Sequence

from tests.faults.fault import Left, fault
from tests.faults.house import MANAGERS
from tests.faults.stage import Stage
from tests.faults.verdict import Truth

CONCERNED = list(range(MANAGERS, MANAGERS + 10))
TAKE = """
DELETE FROM inventory_locationaccess access USING inventory_location location
WHERE location.id = access.location_id AND access.user_id = ANY(%s)
  AND location.code = (SELECT min(other.code) FROM inventory_locationaccess theirs
                       JOIN inventory_location other ON other.id = theirs.location_id
                       WHERE theirs.user_id = access.user_id)
"""
GIVE = """
INSERT INTO inventory_locationaccess (user_id, location_id, may_read, may_write)
SELECT person, (SELECT location.id FROM inventory_location location
                WHERE location.code LIKE 'P%%' AND NOT EXISTS (
                    SELECT FROM inventory_locationaccess
                    WHERE user_id = person AND location_id = location.id)
                ORDER BY location.code LIMIT 1), true, false
FROM unnest(%s) AS person
"""
ACTS_WITHIN_S = 2.0  # the promise is one second; the rest is this machine's
PATIENCE_S = 20.0


def _change(stage: Stage, statement: str, places: Sequence[int]) -> None:
    with stage.database() as database:
        done = database.execute(statement, [[stage.people[place].key for place in places]])
        assert done.rowcount == len(places), f"{done.rowcount} rights changed"


@fault("rights taken away while connected", sees="the rows of that place leave within a second")
def taken_while_connected(stage: Stage) -> Left:
    before = [{level for level, *_ in rows} for rows in stage.crowd.rows(CONCERNED)]
    taken_at = time.time()
    _change(stage, TAKE, CONCERNED)
    began = time.monotonic()
    allowed = [set(Truth(stage).of(stage.people[place])) for place in CONCERNED]
    lost = [had - may for had, may in zip(before, allowed, strict=True)]
    assert all(lost), "each must have lost rows for this to mean anything"
    while any(
        {level for level, *_ in rows} & gone
        for rows, gone in zip(stage.crowd.rows(CONCERNED), lost, strict=True)
    ):
        assert time.monotonic() - began < PATIENCE_S, "rows stay that may not be seen any more"
    took = time.monotonic() - began
    after_ms = 1000 * time.time()
    stage.traffic.until_more(20)
    screens = stage.crowd.ask("record")["screens"]
    for place, gone in zip(CONCERNED, lost, strict=True):
        told = [
            level for at, level, _ in screens[place]["shown"] if at > after_ms and level in gone
        ]
        assert not told, f"{stage.people[place].key} was told of levels {told} without the right"
    _change(stage, GIVE, CONCERNED)
    return Left(
        blind=dict.fromkeys(CONCERNED, (taken_at, time.time())),
        late=[f"rows stayed for {took:.1f} s"] * (took > ACTS_WITHIN_S),
        figures={"seconds until the rows had left": round(took, 2)},
    )


@fault("rights taken away while away", sees="the page loads itself again, without that place")
def taken_while_away(stage: Stage) -> Left:
    stage.to_clients.cut()
    _change(stage, TAKE, CONCERNED)
    return Left(afterwards=lambda stage: _change(stage, GIVE, CONCERNED))


@fault("rights gained while away", sees="the page loads itself again, with the new place")
def gained_while_away(stage: Stage) -> Left:
    stage.to_clients.cut()
    _change(stage, GIVE, CONCERNED)
    return Left(afterwards=lambda stage: _change(stage, TAKE, CONCERNED))


@fault("session ended", sees="the login page; what was typed stays until then")
def session_ended(stage: Stage) -> Left:
    concerned = CONCERNED[:5]
    again: dict[int, str] = {}
    with stage.database() as database:
        for place in concerned:
            name, _, key = stage.people[place].cookie.partition("=")
            fresh = secrets.token_hex(16)
            copied = database.execute(
                """INSERT INTO inventory_session (session_key, session_data, expire_date, person_id)
                   SELECT %s, session_data, expire_date, person_id FROM inventory_session
                   WHERE session_key = %s""",
                [fresh, key],
            )
            assert copied.rowcount == 1, "the session must be there to be ended"
            database.execute("DELETE FROM inventory_session WHERE session_key = %s", [key])
            again[place] = f"{name}={fresh}"
    late = stage.crowd.until("ended", ACTS_WITHIN_S, concerned)
    others = late and stage.crowd.until("ended", PATIENCE_S, concerned)
    assert not others, f"who has no session any more is {others}"
    stage.traffic.until_more(10)
    return Left(ended=again, late=[f"after {ACTS_WITHIN_S} s {late}"] * bool(late))
