"""Where the servers' data and programs are: here if their account can get here, else below STATE.

No folder that was there before changes its permissions: a home folder that others cannot enter
stays shut, and what the account needs is put where it can go.
"""

import secrets
import shutil
import tempfile
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path

from config.embedded.account import Account

STATE = Path("/var/lib/liveshelf")
# A unix socket's path holds 107 bytes on Linux and 103 on macOS.
SOCKET_FOLDER_LIMIT = 80


def make_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, open to look through whatever the umask is."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)


def reachable(folder: Path, account: Account) -> Path:
    """`folder` itself, or the place below STATE that stands for it.

    A token beside the folder is part of that place's name: another clone at the same path, or a
    copy of this one at another, gets a place of its own.
    """
    token = folder / "elsewhere"
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if account.may_use(there) and not token.exists():
        return folder
    if not token.exists():
        make_folder(folder)
        token.write_text(secrets.token_hex(8))
    return STATE / sha256(f"{folder}\0{token.read_text()}".encode()).hexdigest()[:16]


def socket_folder(data: Path, account: Account) -> Path:
    """Where the server's unix socket goes: below its data, unless that path is too long."""
    inside = data / "run"
    if len(str(inside).encode()) <= SOCKET_FOLDER_LIMIT:
        inside.mkdir(exist_ok=True)
        account.own(inside)
        return inside
    name = "liveshelf-" + sha256(str(data).encode()).hexdigest()[:16]
    outside = Path(tempfile.gettempdir()) / name
    outside.mkdir(mode=0o700, exist_ok=True)
    # The name can be foreseen, and everybody may write there.
    if outside.is_symlink() or outside.stat().st_uid not in {0, account.uid}:
        raise PermissionError(f"{outside} belongs to somebody else: remove it")
    account.own(outside)
    return outside


def programs(wheel: str, program: str, parts: list[str], account: Account) -> Path:
    """The folder in which `program` stands, of the wheel or of a copy that the account can run.

    `parts` are what the program needs of the wheel, relative to site-packages.
    """
    installed = distribution(wheel)
    site = Path(str(installed.locate_file("")))
    if account.may_use(site / program):
        return site
    copy = STATE / "wheels" / f"{wheel}-{installed.version}"
    if not copy.exists():
        make_folder(copy.parent)
        half = Path(tempfile.mkdtemp(dir=copy.parent))
        for part in parts:
            shutil.copytree(site / part, half / part, symlinks=True)
        _open_to_all(half)
        # Two runs may copy at once: one rename wins, and both copies are the same.
        try:
            half.rename(copy)
        except OSError:
            shutil.rmtree(half)
    return copy


def _open_to_all(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
