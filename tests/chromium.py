"""The browser of the browser tests: the one that is there, or one that is installed.

`python -m tests.chromium` finds or installs it and prints its path; tests only look for it.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALLERS = {
    "Playwright's": [sys.executable, "-m", "playwright", "install", "chromium"],
    "Debian's": ["sh", "-c", "apt-get update && apt-get install --yes chromium"],
}
WHAT_TO_DO = (
    "no browser for the tests: install Chromium or Chrome, or name one: CHROMIUM=/path make test"
)


class NoBrowser(Exception):
    """There is none that runs; the text says what to do."""


def find() -> str:
    """The path of a Chromium that runs. Raises NoBrowser."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not _runs(named):
            raise NoBrowser(f"CHROMIUM={named} can't be run: name a Chromium or Chrome")
        return named
    for candidate in (*map(shutil.which, NAMES), _playwrights_own()):
        if candidate and _runs(candidate):
            return candidate
    raise NoBrowser(WHAT_TO_DO)


def install() -> None:
    for whose, command in INSTALLERS.items():
        if whose == "Debian's" and (os.geteuid() != 0 or shutil.which("apt-get") is None):
            continue
        sys.stderr.write(f"No browser here yet: trying {whose} ...\n")
        if subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0 and _found():
            return


def _found() -> bool:
    try:
        return bool(find())
    except NoBrowser:
        return False


def _runs(program: str) -> bool:
    """Ubuntu's `chromium-browser` is a pointer to a snap, Playwright's lacks libraries at times."""
    try:
        asked = [program, "--version"]
        return subprocess.run(asked, check=False, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def main() -> None:
    if not os.environ.get("CHROMIUM") and not _found():
        install()
    try:
        sys.stdout.write(f"{find()}\n")
    except NoBrowser as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
