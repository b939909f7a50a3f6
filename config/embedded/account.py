"""As whom the servers run: PostgreSQL refuses root, so root lends an account without rights."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What nearly every system calls 65534, for those that do not name it.
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """Who the servers are; `switch` is False where they are simply us."""

    uid: int
    gid: int
    switch: bool

    @property
    def process(self) -> dict[str, Any]:
        """The arguments that make `subprocess` start a program as this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_use(self, path: Path) -> bool:
        """Whether the account gets to this folder or program, through all the folders above.

        The account itself is asked, because access lists and mount options count as well.
        """
        if not self.switch:
            return os.access(path, os.X_OK)
        asked = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(asked, cwd="/", check=False, **self.process).returncode == 0

    def own(self, folder: Path) -> None:
        """Make a folder of ours theirs alone."""
        folder.chmod(0o700)
        if self.switch:
            os.chown(folder, self.uid, self.gid)


def account_for(data: Path) -> Account:
    """The account that owns this data already, or the one that will."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switch=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY, NOBODY, switch=True)
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)
