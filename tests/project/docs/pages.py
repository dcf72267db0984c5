"""The Markdown pages: code spans, console lines and links in them."""

import re
from pathlib import Path

from warehouse.paths import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
INDEX = DOCS / "README.md"
SPECIFICATION = DOCS / "reference" / "specification.md"
CHANGELOG = PROJECT_DIR / "CHANGELOG.md"
GENERATED = {DOCS / "reference" / name for name in ("api.md", "cli.md", "metrics.md")}
"""Their spans come from the code that they describe; test_pages.py compares the pages with it."""
PAGES = [PROJECT_DIR / "README.md", *sorted(page for page in DOCS.rglob("*.md") if page != SPECIFICATION)]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    """A page's path as a test id."""
    return str(page.relative_to(PROJECT_DIR))


def spans(page: Path) -> list[str]:
    """Code spans outside of fenced blocks, with characters that a table escapes."""
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`\n]+)`", FENCE.sub("", text(page)))]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks in a language."""
    return [body for found, body in FENCE.findall(text(page)) if found == language]


def console_lines(page: Path) -> list[str]:
    """Commands in console blocks, without prompts and comments; continued lines are joined."""
    joined = "\n".join(blocks(page, "console")).replace("\\\n", " ")
    typed = [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
    return [re.sub(r"\s+#.*", "", line).strip() for line in typed]


def links(page: Path) -> list[str]:
    """Links within the repository."""
    return [link for link in LINK.findall(FENCE.sub("", text(page))) if "://" not in link]


def linked_files(page: Path) -> set[Path]:
    """Files that a page links to."""
    return {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}


def headings(page: Path) -> set[str]:
    return {heading.strip() for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", text(page)), re.MULTILINE)}
