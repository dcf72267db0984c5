"""A second demo in the same directory is rejected: its end would stop the server of the first."""

import os
import subprocess
import sys

from tests.support.server_dirs import server_home
from warehouse import embedded
from warehouse.paths import PROJECT_DIR


def test_demo__is_rejected_while_another_one_runs() -> None:
    with server_home(), embedded.exclusive_lock("demo.lock"):
        second = subprocess.run(
            [sys.executable, "-m", "sample.demo", "--seconds", "0"],
            cwd=PROJECT_DIR,
            env=os.environ,
            text=True,
            capture_output=True,
            check=False,
        )
        assert second.returncode == 1
        assert "demo: A demo is already running in this directory." in second.stdout
        assert embedded.running() is None
