"""Paths of the project and of the embedded server's state."""

import os
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """Directory of the local server's state: WAREHOUSE_HOME, or .warehouse in the checkout.

    Of an installed wheel: .warehouse in the current directory. Resolved, as Postgres reports it.
    """
    checkout = PROJECT_DIR if (PROJECT_DIR / "pyproject.toml").exists() else Path.cwd()
    return Path(os.environ.get("WAREHOUSE_HOME") or checkout / ".warehouse").resolve()
