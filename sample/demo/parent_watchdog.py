"""`python -m sample.demo.parent_watchdog MODULE …`: run a module no longer than the parent process.

Standard input is a pipe that only the parent holds open. The system closes it when the parent ends, also by
SIGKILL.
"""

import os
import runpy
import signal
import sys
import threading
import time

SHUTDOWN_TIMEOUT_SECONDS = 10
"""Time between SIGTERM and SIGKILL."""


def exit_with_parent() -> None:
    """Wait until the pipe is closed, then end the process group: this process and its children."""
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(SHUTDOWN_TIMEOUT_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    # shells start background processes with SIGINT ignored, which Dagster needs to end
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=exit_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
