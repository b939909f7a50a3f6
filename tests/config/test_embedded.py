"""`python -m config.embedded`: real services, started and stopped by real runs of the launcher."""

import os
import pwd
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.config.checkouts import Checkout, Run, gone

Make = Callable[[], Checkout]


@pytest.fixture(scope="module")
def make() -> Iterator[Make]:
    """Checkouts in a folder that everybody may enter, unlike pytest's own."""
    above = Path(tempfile.mkdtemp(prefix="liveshelf-"))
    above.chmod(0o755)
    made: list[Checkout] = []

    def one() -> Checkout:
        made.append(Checkout.make(above / str(len(made))))
        return made[-1]

    yield one
    for checkout in made:
        checkout.remove()
    above.rmdir()


@pytest.fixture(scope="module")
def checkout(make: Make) -> Checkout:
    return make()


def test_the_command_has_both_services_and_its_status_comes_back(checkout: Checkout) -> None:
    with checkout.run() as run:
        assert run.end(7) == 7
        assert gone(*run.servers)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_then_both_servers(
    checkout: Checkout, number: signal.Signals
) -> None:
    # Tests that run in the background inherit a SIGINT that is ignored, and hand it on to sh.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with checkout.run() as run:
        assert run.signalled(number) == 128 + number
        assert gone(run.command, *run.servers)


def leave_running(run: Run) -> None:
    pass


def kill_servers(run: Run) -> None:
    for server in run.servers:
        server.kill()
    assert gone(*run.servers)


def give_their_numbers_to_somebody_else(run: Run) -> None:
    files = run.pid_files()
    kill_servers(run)
    for file in files:
        file.write_text(f"{os.getpid()}\n")


@pytest.mark.parametrize(
    "happens", [leave_running, kill_servers, give_their_numbers_to_somebody_else]
)
def test_after_a_run_that_was_killed_the_next_one_works_and_cleans_up(
    checkout: Checkout, happens: Callable[[Run], None]
) -> None:
    with checkout.run() as killed:
        files = killed.pid_files()
        killed.launcher.kill()
        assert gone(killed.command), "a command must not live on without its launcher"
        happens(killed)
        assert all(file.exists() for file in files), "nothing is left to clean up"

    with checkout.run() as run:
        assert run.end() == 0
        assert gone(*run.servers, *killed.servers)
    assert not any(file.exists() for file in files)


def test_two_runs_share_the_servers_and_the_last_one_stops_them(checkout: Checkout) -> None:
    with checkout.run() as first, checkout.run() as second:
        assert second.servers == first.servers
        assert first.end() == 0
        with psycopg.connect(second.database) as connection:
            connection.execute("SELECT 1")
        assert second.valkey.is_running()
        assert second.end() == 0
        assert gone(*second.servers)


def test_two_checkouts_side_by_side_know_nothing_of_each_other(
    checkout: Checkout, make: Make
) -> None:
    with checkout.run() as run, make().run() as other:
        assert not {run.database, run.redis} & {other.database, other.redis}
        with psycopg.connect(run.database) as connection:
            connection.execute("CREATE TABLE here ()")
        with psycopg.connect(other.database) as connection:
            assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)
        assert run.end() == 0
        assert gone(*run.servers)
        assert all(server.is_running() for server in other.servers)


def test_what_the_environment_names_is_used_and_nothing_starts(tmp_path: Path) -> None:
    fresh = Checkout.make(tmp_path / "checkout")
    said = ("/bin/sh", "-c", 'echo "$DATABASE_URL $REDIS_URL"; exit 7')

    status, written, stderr = fresh.done(
        *said, DATABASE_URL="postgres://a/b", REDIS_URL="redis://c"
    )

    assert (status, written, stderr) == (7, "postgres://a/b redis://c\n", "")
    assert not fresh.data.exists()


@pytest.mark.parametrize(("command", "status"), [(["no-such-command"], 127), ([], 2)])
def test_a_command_that_is_not_there_is_said_in_one_line(
    checkout: Checkout, command: list[str], status: int
) -> None:
    code, _, stderr = checkout.done(*command)

    assert code == status
    # Servers that take their time to start are said to, before it.
    said = [line for line in stderr.splitlines() if not line.startswith("liveshelf: waiting for ")]
    assert len(said) == 1, stderr
    assert said[0].startswith("liveshelf: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has the rights that this must not use")
def test_as_root_no_folder_opens_and_postgresql_is_somebody_else(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    checkout = Checkout.make(closed / "checkout")
    above = [checkout.folder, *checkout.folder.parents]
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in above]

    try:
        with checkout.run() as run:
            assert run.postgres.uids().effective != 0
            assert run.valkey.uids().effective != 0
            assert run.end() == 0
        after = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in above]
        assert after == before
    finally:
        checkout.remove()


# The interpreter may stand where only root may go: it has read itself before it becomes `nobody`.
AS_NOBODY = """
import encodings.idna, os, sys
from config.embedded.launcher import main
os.setgroups([]); os.setgid({gid}); os.setuid({uid})
sys.exit(main(sys.argv[1:]))
"""


def test_an_ordinary_user_runs_both_servers_as_themselves(make: Make) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test of this file is run by an ordinary user already")
    nobody = pwd.getpwnam("nobody")
    checkout = make()
    for path in (checkout.folder, *checkout.folder.rglob("*")):
        shutil.chown(path, nobody.pw_uid, nobody.pw_gid)
    drop = AS_NOBODY.format(uid=nobody.pw_uid, gid=nobody.pw_gid)
    checkout.launcher = (sys.executable, "-c", drop)

    with checkout.run() as run:
        owners = {process.uids().effective for process in (run.command, *run.servers)}
        assert owners == {nobody.pw_uid}
        assert psutil.Process(run.launcher.pid).uids().effective == nobody.pw_uid
        assert run.end() == 0
        assert gone(*run.servers)
