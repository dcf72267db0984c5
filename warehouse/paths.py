"""Where the project and the local server's state live."""

import os
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """Folder of the local server's state: `WAREHOUSE_HOME`, or `.warehouse` in the project.

    Without links and dots, as Postgres reports it back.
    """
    return Path(os.environ.get("WAREHOUSE_HOME") or PROJECT_DIR / ".warehouse").resolve()
