"""How measurements become docs/benchmarks.md: a section is a table, its goals, and what dominates."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`. Ratios compare measurements of the same run on the same machine, which other
processes may share. (a), (b) … are baselines. Measured alternatives are in decision
[0007](decisions/0007-transcript-metrics-function.md) (sessions) and decision
[0008](decisions/0008-client-windows-from-running-sums.md) (clients and dates). Separate pages: [the
API](benchmarks-api.md), [the cue detector](benchmarks-detector.md), [latency](benchmarks-latency.md).

DuckDB and a minimal Python loop compute the session metrics of the same rows for comparison; both must
reproduce the totals of the mart. They leave out questions and sentiment."""


@dataclass(frozen=True)
class Goal:
    """A ratio that shall not be exceeded."""

    what: str
    ratio: float
    limit: float

    def sentence(self) -> str:
        """Whether the goal is met, and by how much."""
        verdict = "met" if self.ratio <= self.limit else "**not met**"
        return f"- {self.what}: {self.ratio:.2f}, goal at most {self.limit:g}: {verdict}."


@dataclass
class Section:
    """What a section of the page shows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: list[Goal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    plan: str = ""

    def markdown(self, size: str) -> str:
        """The section as it stands on the page."""
        lines = [f"## {self.title}", "", f"Size {size}; {machine()}.", ""]
        lines += [_row(self.header), _row(["---", *["--:"] * (len(self.header) - 1)]), *map(_row, self.rows)]
        lines += ["", *(goal.sentence() for goal in self.goals), *(f"- {remark}" for remark in self.remarks)]
        if self.plan:
            lines += ["", "```", self.plan, "```"]
        return "\n".join(lines) + "\n"


def machine() -> str:
    """Cores, memory and Python, as the page names the machine."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, Python {platform.python_version()}"


def keep(name: str, size: str, section: Section) -> None:
    """Write down a section; a later run of it at the same size replaces it."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}-{size}.md").write_text(section.markdown(size), encoding="utf-8")


def assemble(names: Sequence[str]) -> None:
    """Make the page of every section that was measured."""
    parts = [
        path.read_text(encoding="utf-8") for name in names for path in sorted(RESULTS.glob(f"{name}-*.md"))
    ]
    PAGE.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
