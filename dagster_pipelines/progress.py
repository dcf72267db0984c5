"""Progress of a run in a terminal: a single updating line, and complete output after an error."""

import io
import re
from typing import TextIO

STEP = re.compile(r"^(\d+) of (\d+) (?!START)(.*?)\s*\.*\s*\[")
ERROR = re.compile(r"\b(FAIL|ERROR|WARN|Failure|Error|Warning)\b")
COLOR = re.compile(r"\x1b\[[0-9;]*m")
MAX_NAME_WIDTH = 70


class ProgressLine(io.TextIOBase):
    """Replaces standard output during a build, which prints a line for each model and test."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._is_interactive = terminal.isatty()
        self._reported_fifths = -1
        self._has_failed = False

    def write(self, text: str) -> int:
        for line in COLOR.sub("", text).splitlines():
            if ERROR.search(line) and "ERROR=0" not in line:
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

    def _show(self, done: int, total: int, name: str) -> None:
        if done == 1:
            self._reported_fifths = -1
        if self._is_interactive:
            self._terminal.write(f"\r\x1b[K  {done} of {total}  {name[:MAX_NAME_WIDTH]}")
            if done == total:
                self._terminal.write(f"\r\x1b[K  {total} of {total} models, seeds and tests\n")
        elif (fifths := done * 5 // total) > self._reported_fifths:
            self._reported_fifths = fifths
            self._terminal.write(f"  {done} of {total} models, seeds and tests\n")
