"""What the written pages name: in code spans, in console lines, by links."""

import re
from pathlib import Path

from warehouse.paths import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
PAGES = [PROJECT_DIR / "README.md", *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text(page: Path) -> str:
    """All of a page."""
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    """A page as a test calls it."""
    return str(page.relative_to(PROJECT_DIR))


def spans(page: Path) -> list[str]:
    """Code in the running text; what a table escapes is as it is meant."""
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`\n]+)`", FENCE.sub("", text(page)))]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks in a language."""
    return [body for found, body in FENCE.findall(text(page)) if found == language]


def console_lines(page: Path) -> list[str]:
    """What a reader types, without prompts and remarks; a line that goes on below is one."""
    joined = "\n".join(blocks(page, "console")).replace("\\\n", " ")
    typed = [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
    return [re.sub(r"\s+#.*", "", line).strip() for line in typed]


def links(page: Path) -> list[str]:
    """Where a page leads within the repository."""
    return [link for link in LINK.findall(FENCE.sub("", text(page))) if "://" not in link]
