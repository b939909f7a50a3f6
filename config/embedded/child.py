"""Run a command to its end: signals go on to it, and its exit status comes back."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

FORWARDED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The status of `command`: its own, or 128 + N where signal N ended it.

    Raises OSError where it can't be started.
    """
    # A signal that comes between two waits is kept for the next one, not lost and not raised.
    waited_for = FORWARDED | {signal.SIGCHLD}
    signal.signal(signal.SIGCHLD, lambda *_: None)
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
        if libc is not None:
            # If we are killed outright, the command must not live on without its services.
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    with subprocess.Popen(command, env=environment, preexec_fn=prepare) as child:
        while child.poll() is None:
            received = signal.sigwait(waited_for)
            if received in FORWARDED and not _terminal_told_the_child(received):
                child.send_signal(received)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _terminal_told_the_child(received: int) -> bool:
    """Ctrl-C goes to the whole foreground group: passed on, the command would get it twice."""
    if received not in {signal.SIGINT, signal.SIGQUIT}:
        return False
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp() if sys.__stdin__ else False
    except (OSError, ValueError):
        return False
