"""Sections of docs/benchmarks.md: a table, goals, remarks and a query plan."""

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
    """An upper limit of a measured ratio."""

    name: str
    ratio: float
    limit: float

    def sentence(self) -> str:
        verdict = "met" if self.ratio <= self.limit else "**not met**"
        return f"- {self.name}: {self.ratio:.2f}, goal at most {self.limit:g}: {verdict}."


@dataclass
class Section:
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: list[Goal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    plan: str = ""

    def markdown(self, data: str) -> str:
        """The section as Markdown; `data` describes the data set."""
        lines = [f"## {self.title}", "", f"{data}; {machine()}.", ""]
        lines += [_row(self.header), _row(["---", *["--:"] * (len(self.header) - 1)]), *map(_row, self.rows)]
        lines += ["", *(goal.sentence() for goal in self.goals), *(f"- {remark}" for remark in self.remarks)]
        if self.plan:
            lines += ["", "```", self.plan, "```"]
        return "\n".join(lines) + "\n"


def machine() -> str:
    """Cores, memory and Python version."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, Python {platform.python_version()}"


def save(name: str, size: str, section: Section) -> None:
    """Write a section's result file, replacing an earlier run at the same size."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}-{size}.md").write_text(section.markdown(f"Size {size}"), encoding="utf-8")


def write_page(names: Sequence[str]) -> None:
    """Assemble the page from all result files."""
    parts = [
        path.read_text(encoding="utf-8") for name in names for path in sorted(RESULTS.glob(f"{name}-*.md"))
    ]
    PAGE.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
