"""`git ls-files | python -m tools.vocabulary`: codespell with the project's words and phrases.

dictionary.txt lists words and phrases that have a standard term. codespell looks up single words; the
pattern below makes it look up the phrases too.
"""

import re
import sys
from fnmatch import fnmatch
from pathlib import Path

from codespell_lib import main

DICTIONARY = Path(__file__).with_name("dictionary.txt")
CHECKED = (".py", ".sql", ".yml", ".yaml", ".md", ".ts", ".tsx", ".toml", ".css", ".html", "Makefile")
SKIPPED = (
    # applied migrations are never edited
    "warehouse/migrations/000*",
    "warehouse/migrations/001[0-2]*",
    # the user's own text, the sentences of people, and word lists
    "docs/reference/specification.md",
    "sample/texts/*",
    "cue_detector/local/*.toml",
    "cue_detector/llm/prompt_cues.md",
    "cue_detector/redaction/*.py",
    "sample/text.py",
    "tools/vocabulary/*",
)


def checked_files(files: list[str]) -> list[str]:
    """Files whose words are the project's own."""
    return [
        file
        for file in files
        if file.endswith(CHECKED) and not any(fnmatch(file, pattern) for pattern in SKIPPED)
    ]


def word_pattern(dictionary: str) -> str:
    """A pattern of what is looked up: the dictionary's phrases, then single words."""
    entries = [line.split("->")[0] for line in dictionary.splitlines() if "->" in line]
    phrases = [r"\b" + re.escape(entry) + r"\b" for entry in entries if " " in entry]
    return "|".join([*phrases, r"[\w\-']+"])


if __name__ == "__main__":
    pattern = word_pattern(DICTIONARY.read_text(encoding="utf-8"))
    files = checked_files(sys.stdin.read().split())
    sys.exit(main("--dictionary", f"{DICTIONARY},-", "--regex", pattern, *files))
