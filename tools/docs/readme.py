"""README.md: what the demo prints, printed by the demo's own code over the made-up practice."""

import io
import re

from rich.console import Console

from sample.demo.summary import WIDTH, Served, show

BLOCK = re.compile(r"(<!-- demo -->\n```console\n).*?(```\n<!-- /demo -->)", re.DOTALL)
EXAMPLE = Served(api="http://127.0.0.1:8000", ui=None, api_key="…", token="…")  # noqa: S106 - no token at all
"""What differs on each machine, left out."""


def demo_output() -> str:
    """What `make demo` prints at the end, from the practice that DATABASE_URL names."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    with console.capture() as capture:
        show(console, EXAMPLE)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().strip("\n").splitlines())


def with_demo_output(page: str) -> str:
    """The page with the demo's output as it is now."""
    return BLOCK.sub(lambda block: f"{block[1]}{demo_output()}{block[2]}", page)
