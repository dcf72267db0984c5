"""docs/reference/cli.md: the commands of `warehouse` from its parser, the make targets from the Makefile."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import typer

from warehouse.cli import app
from warehouse.paths import PROJECT_DIR

HEADING = """# Command line

Written by `make docs` from the command's parser and the Makefile.

## warehouse

`make setup` installs the command as `.venv/bin/warehouse`. It connects to the server in `DATABASE_URL`,
otherwise to the embedded Postgres. A failure is one sentence on standard error and exit status 1."""
TARGET = re.compile(r"^([a-z-]+):.*?## (.+)$", re.MULTILINE)


def cli_page() -> str:
    """The page as markdown."""
    parts = [HEADING]
    for name, command in sorted(typer.main.get_group(app).commands.items()):
        parts.append(f"### warehouse {name}\n\n{_one_line(command.help or '')}\n")
        rows = [f"| {_names(one)} | {_default(one)} | {_one_line(_help(one))} |" for one in command.params]
        if rows:
            parts.append(
                "\n".join(["| Argument or option | Default | Meaning |", "|---|---|---|", *rows, ""])
            )
    parts.append(
        "## make\n\nVariables are given after the target, for example `make pipeline AS_OF=2026-11-22`.\n"
    )
    parts.append("| Target | Meaning |\n|---|---|\n" + "".join(_targets()))
    return "\n".join(parts)


def _targets() -> Iterator[str]:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    for target, meaning in TARGET.findall(makefile):
        yield f"| `{target}` | {meaning} |\n"


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    if isinstance(default, datetime):
        default = default.date()
    return "" if default in (None, False) else f"`{default}`"


def _help(parameter: Any) -> str:
    return getattr(parameter, "help", "") or ""


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
