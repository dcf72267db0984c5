"""`python -m sample.demo.parent_watchdog MODULE …`: run a module for no longer than whoever started it.

Standard input is a pipe that the starter alone holds open. The system closes it when the starter ends,
however that comes about, SIGKILL included; and the starter closes it when it has had enough.
"""

import os
import runpy
import signal
import sys
import threading
import time

PATIENCE_SECONDS = 10
"""Time to end in good order."""


def exit_with_parent() -> None:
    """Wait until the pipe is closed, then end this process and its children: a group of their own."""
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    # a shell lets what it starts in the background ignore this, and Dagster ends by it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=exit_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
