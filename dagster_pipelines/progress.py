"""Progress of a run in a terminal: one moving line, and in full only what went wrong."""

import io
import re
from typing import TextIO

STEP = re.compile(r"^(\d+) of (\d+) (?!START)(.*?)\s*\.*\s*\[")
WRONG = re.compile(r"\b(FAIL|ERROR|WARN|Failure|Error|Warning)\b")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class ProgressLine(io.TextIOBase):
    """Stands in for standard output while dbt reports each model and test on a line of its own."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._is_moving = terminal.isatty()
        self._shown_tenth = -1
        self._has_failed = False

    def write(self, text: str) -> int:
        """Take what dbt prints; show how far it is."""
        for line in COLOUR.sub("", text).splitlines():
            if WRONG.search(line) and "ERROR=0" not in line:
                self._has_failed = True
            step = STEP.match(line)
            if step:
                self._show(int(step[1]), int(step[2]), step[3])
            if self._has_failed and line.strip() and " PASS " not in line and " START " not in line:
                self._terminal.write(f"  {line}\n")
            elif not step and line.startswith("  "):
                self._terminal.write(f"{line}\n")
        self._terminal.flush()
        return len(text)

    def _show(self, done: int, total: int, what: str) -> None:
        if done == 1:
            self._shown_tenth = -1
        if self._is_moving:
            self._terminal.write(f"\r\x1b[K  {done} of {total}  {what[:70]}")
            if done == total:
                self._terminal.write(f"\r\x1b[K  {total} of {total} models, seeds and tests\n")
        elif (tenth := done * 5 // total) > self._shown_tenth:
            self._shown_tenth = tenth
            self._terminal.write(f"  {done} of {total} models, seeds and tests\n")
