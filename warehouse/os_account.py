"""Under which account the embedded server runs, and whether that account can reach a folder.

Postgres refuses to run as root. As root we hand it to an existing unprivileged account; as anybody
else it simply runs as that user.
"""

import os
import pwd
from pathlib import Path

from warehouse.errors import WarehouseError

CANDIDATES = ("postgres", "nobody", "daemon")


def server_account() -> pwd.struct_passwd | None:
    """The account to run Postgres as, or None when the current user will do.

    Raises WarehouseError when we are root and no unprivileged account exists.
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
        "Create one of them, or run as an ordinary user, or set DATABASE_URL."
    )


def can_reach(account: pwd.struct_passwd | None, folder: Path) -> bool:
    """Whether the account may enter every folder on the way to (and including) this one."""
    if account is None:
        return True
    return all(_may_enter(account, part) for part in (folder, *folder.parents) if part.exists())


def _may_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
