"""The operating system account of the embedded server, and its access to directories.

Postgres does not run as root. Started by root it runs as an unprivileged account, otherwise as the user.
"""

import os
import pwd
from pathlib import Path

from warehouse.errors import WarehouseError

CANDIDATES = ("postgres", "nobody", "daemon")


def server_account() -> pwd.struct_passwd | None:
    """Return the account to run Postgres as, or None for the current user.

    Raises WarehouseError for root if no unprivileged account exists.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise WarehouseError(
        f"Postgres does not run as root, and none of the accounts {', '.join(CANDIDATES)} exists. "
        "Create one of them, run as an ordinary user, or set DATABASE_URL."
    )


def can_reach(account: pwd.struct_passwd | None, directory: Path) -> bool:
    """Return whether the account may enter this directory and all its parents."""
    if account is None:
        return True
    return all(_may_enter(account, part) for part in (directory, *directory.parents) if part.exists())


def _may_enter(account: pwd.struct_passwd, directory: Path) -> bool:
    status = directory.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
