"""The web process: killed around a commit, ended in good order, and broken inside."""

from tests.faults.fault import fault
from tests.faults.house import PLACES
from tests.faults.stage import Stage
from tests.waiting import until

COMES_BACK = "Connecting, then Live; who was saving sees it saved once"
BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
COMMITTED = "SELECT count(*) FROM inventory_operation WHERE id = ANY(%s::uuid[])"
PATIENCE_S = 20


@fault("server killed before commit", sees=COMES_BACK)
def killed_before_commit(stage: Stage) -> None:
    """In the middle of a booking that waits for the lock of a level."""
    with stage.database(autocommit=False) as holder:
        holder.execute(
            """SELECT FROM inventory_stocklevel WHERE location_id =
               (SELECT id FROM inventory_location WHERE code = %s) FOR UPDATE""",
            [PLACES[0]],
        )
        until(lambda: stage.rows(BLOCKED)[0][0] > 0, "a booking waits", PATIENCE_S)
        stage.server.kill()
        holder.rollback()
    stage.server.start()


@fault("server killed after commit", sees=COMES_BACK)
def killed_after_commit(stage: Stage) -> None:
    """When a booking is in the database and its answer is not at whoever asked."""
    _steal_an_answer(stage)
    stage.server.kill()
    stage.to_writers.mend()
    stage.server.start()


@fault("answer lost", sees="saved once, though it was sent twice")
def answer_lost(stage: Stage) -> None:
    _steal_an_answer(stage)
    stage.to_writers.mend()
    stage.traffic.until_more(8)
    assert stage.traffic.troubles["duplicate"], "a repeat must have been known for one"


@fault("server restarted in good order", sees="Connecting, then Live, spread over two seconds")
def restarted(stage: Stage) -> None:
    stage.server.stop()
    stage.server.start()


@fault("exception inside a push", sees="one person: Connecting, then Live; the others: nothing")
def exception_inside_a_push(stage: Stage) -> None:
    stage.inject("exception_inside_a_push")
    stage.traffic.until_more(10)


@fault("exception inside a drawing", sees="a part of the page is fetched again")
def exception_inside_a_drawing(stage: Stage) -> None:
    stage.inject("exception_inside_a_drawing")
    stage.traffic.until_more(10)


@fault("the hub's task dies", sees="nothing: it begins again within a second")
def hubs_task_dies(stage: Stage) -> None:
    stage.inject("hubs_task_dies")
    stage.traffic.until_more(20)


def _steal_an_answer(stage: Stage) -> None:
    """Return when one has been stolen of a booking that is in the database."""
    before = stage.to_writers.stolen

    def happened() -> bool:
        pending = list(stage.traffic.pending)
        stolen = stage.to_writers.stolen > before
        return stolen and bool(pending) and stage.rows(COMMITTED, pending)[0][0] > 0

    stage.to_writers.steal_answers()
    until(happened, "a booking is committed and its answer stolen", PATIENCE_S)
