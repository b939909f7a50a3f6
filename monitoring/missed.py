"""Which processes are missed: silent without a goodbye, and nobody has taken their place."""

from collections.abc import Iterable

from monitoring.snapshot import Process


def missed(processes: Iterable[Process]) -> list[Process]:
    """One that was killed and started again goes by another name, and takes one place only."""
    missing: list[Process] = []
    each = list(processes)
    successors = [one for one in each if one.reporting]
    for silent in (one for one in each if not one.reporting):
        successor = next((one for one in successors if _follows(one, silent)), None)
        if successor is None:
            missing.append(silent)
        else:
            successors.remove(successor)
    return missing


def _follows(one: Process, silent: Process) -> bool:
    # Of another host, too: a container that is started again is one.
    return (
        one.kind == silent.kind
        and one.started_at > silent.started_at
        and one.started_at > silent.heard_at - 1
    )
