"""README.md: the output of `make demo`, printed by the demo's code on the sample data."""

import io
import re

from rich.console import Console

from sample.demo.summary import WIDTH, Served, show

BLOCK = re.compile(r"(<!-- demo -->\n```console\n).*?(```\n<!-- /demo -->)", re.DOTALL)
EXAMPLE = Served(api="http://127.0.0.1:8000", ui=None, api_key="…", token="…")  # noqa: S106 - a placeholder
"""Placeholders for values that differ between machines."""


def demo_output() -> str:
    """The summary that `make demo` prints, for the database in DATABASE_URL."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    with console.capture() as capture:
        show(console, EXAMPLE)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().strip("\n").splitlines())


def with_demo_output(page: str) -> str:
    """The page with the current output of the demo."""
    return BLOCK.sub(lambda block: f"{block[1]}{demo_output()}{block[2]}", page)
