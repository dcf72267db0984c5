"""Hooks of mkdocs.yml: decision records and source files that a page links to become pages of the site.

Pages link to source files by relative path, which works on GitHub. mkdocs knows only files in docs/, so
each linked file outside of it is added under `source/` as a page that shows its text.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<=\]\()(?P<path>(?:\.\./)+[^)#\s]+)")
LANGUAGES = {
    ".csv": "text",
    ".py": "python",
    ".sql": "sql",
    ".yml": "yaml",
    ".ts": "typescript",
    ".json": "json",
}
log = get_plugin_logger("source")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the decision records to the navigation."""
    records = sorted(path.name for path in Path(config.docs_dir, "decisions").glob("[0-9]*.md"))
    (decisions,) = (entry["Decisions"] for entry in config.nav or [] if "Decisions" in entry)
    decisions += [f"decisions/{name}" for name in records]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each source file that some page links to."""
    root = Path(config.config_file_path).parent
    for page in list(files.documentation_pages()):
        for link in LINK.findall(page.content_string):
            path = _outside(page.src_uri, link)
            if path is None or files.get_file_from_path(_page_of(path)) is not None:
                continue
            if not (root / path).is_file():
                log.warning(f"{page.src_uri} links to {path}, which is not a file of the repository.")
                continue
            files.append(File.generated(config, _page_of(path), content=_source_page(root, path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Replace links to source files by links to their pages."""
    source = page.file.src_uri

    def replaced(match: re.Match[str]) -> str:
        path = _outside(source, match["path"])
        return match[0] if path is None else posixpath.relpath(_page_of(path), posixpath.dirname(source))

    return markdown if source.startswith("source/") else LINK.sub(replaced, markdown)


def _outside(page: str, link: str) -> str | None:
    """The linked path, relative to the repository, if it is outside of docs/."""
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), link))
    return None if path.startswith("docs/") else path


def _page_of(path: str) -> str:
    return f"source/{path}.md"


def _source_page(root: Path, path: str) -> str:
    text = (root / path).read_text(encoding="utf-8")
    language = LANGUAGES.get(Path(path).suffix, "text")
    header = f"---\ntitle: {path}\nsearch:\n  exclude: true\n---\n\n# `{path}`\n\n"
    return f"{header}~~~~~~ {{.{language} linenums=1}}\n{text}\n~~~~~~\n"
