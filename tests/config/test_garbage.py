import subprocess
import sys

from config.garbage import OBJECTS_BETWEEN_LOOKS

TOLD = "import gc, config.asgi; print(gc.get_threshold()[0], gc.get_freeze_count() > 100_000)"


def test_a_web_process_looks_for_garbage_seldom_and_not_in_what_it_began_with() -> None:
    done = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(OBJECTS_BETWEEN_LOOKS), "True"]
