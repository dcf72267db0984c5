"""The section on the API: what was measured as a table, with ratios to the baselines of the same run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.benchmarks.api_load import Measured
from tools.benchmarks.api_plans import TIMES_THE_HISTORY, TRIVIAL_ROWS, Plans

NOTHING = "nothing"
GOAL_AUDITED = 0.40
GOAL_UNAUDITED = 0.50
GOAL_HALF_LOAD_MS = 50.0
GOAL_GROWTH = 1.5
HEAD = """\
## The API

Size S, in rows: {rows}.
Requests for the {clients} clients of one coach. One worker, loopback, {connections} connections kept open,
{cores} cores for the service, Postgres and the caller together.
(a) is the service's own SQL through pgbench, (b) a route with the same credentials, limits and logs that asks
no database. Medians of {rounds} rounds, {seconds:g} s for each route; ÷ (b) is the median of the rounds' own
ratios.

| Route | (a) /s | all on /s | ÷ (b) | p50 ms | p99 ms | p99 ms at half load | audit off /s | ÷ (b) |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
PLANS = """
## The reads' plans

As the API's role, with a generic plan. A table of at most {trivial} rows may be read whole.

| Route | Scans |
|---|---|
"""
Peaks = Mapping[tuple[str, str], Measured]


@dataclass(frozen=True)
class Result:
    """All that was measured in one run.

    `peaks` and `ratios` to (b) by service (audit, no audit) and route; `refused` by kind of 404.
    """

    peaks: Peaks
    ratios: Mapping[tuple[str, str], float]
    halves: Mapping[str, Measured]
    bare: Mapping[str, float | None]
    refused: Mapping[str, Measured]
    explained: Plans
    connections: int
    cores: int
    clients: int
    rounds: int
    seconds: float


def section(result: Result) -> str:
    """The section in Markdown."""
    lines = [_row(result, name) for name in (NOTHING, *_routes(result))]
    rows = ", ".join(f"{count:,} `{table}`" for table, count in result.explained.rows.items())
    return (
        HEAD.format(**vars(result), rows=rows)
        + "\n".join(lines)
        + "\n\n"
        + "\n".join(_sentences(result))
        + "\n"
        + _plans(result.explained)
    )


def _plans(explained: Plans) -> str:
    rows = [f"| `{name}` | {', '.join(scans)} |" for name, scans in explained.scans.items()]
    return PLANS.format(trivial=TRIVIAL_ROWS) + "\n".join(rows) + "\n"


def missed(result: Result) -> list[str]:
    """Each goal that this run missed, in a sentence."""
    return [sentence for sentence, is_met in _goals(result) if not is_met]


def _routes(result: Result) -> list[str]:
    return list(result.bare)


def _row(result: Result, name: str) -> str:
    on, off, bare = result.peaks["audit", name], result.peaks["no audit", name], result.bare.get(name)
    cells = [
        "(b) no database" if name == NOTHING else f"`{name}`",
        f"{bare:,.0f}" if bare else "\u2013",
        f"{on.per_second:,.0f}",
        f"{result.ratios['audit', name]:.2f}",
        f"{on.p50:.1f}",
        f"{on.p99:.1f}",
        f"{result.halves[name].p99:.1f}",
        f"{off.per_second:,.0f}",
        f"{result.ratios['no audit', name]:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def _goals(result: Result) -> Iterator[tuple[str, bool]]:
    for mode, goal in (("audit", GOAL_AUDITED), ("no audit", GOAL_UNAUDITED)):
        least = min(_routes(result), key=lambda name: result.ratios[mode, name])
        ratio = result.ratios[mode, least]
        state = "everything on" if mode == "audit" else "the audit off"
        yield (
            f"With {state} the slowest read, `{least}`, has {ratio:.2f} of (b); the goal is {goal:.2f}.",
            ratio >= goal,
        )
    slowest = max(_routes(result), key=lambda name: result.halves[name].p99)
    p99 = result.halves[slowest].p99
    yield (
        f"At half of its peak load the slowest p99, `{slowest}`, is {p99:.1f} ms; "
        f"the goal is below {GOAL_HALF_LOAD_MS:.0f} ms.",
        p99 < GOAL_HALF_LOAD_MS,
    )
    sequential = ", ".join(result.explained.sequential) or "none"
    yield (
        f"Sequential scans over a mart: {sequential}.",
        sequential == "none",
    )
    name, ratio = max(result.explained.growth.items(), key=lambda item: item[1])
    yield (
        f"With {TIMES_THE_HISTORY} times the history the list that slows down most, `{name}`, takes "
        f"{ratio:.2f} of its time before; the goal is {GOAL_GROWTH:.1f}.",
        ratio <= GOAL_GROWTH,
    )


def _sentences(result: Result) -> Iterator[str]:
    if not any(result.bare.values()):
        yield "- pgbench is not installed here (Debian: `postgresql-contrib`), so (a) was left out."
    for sentence, is_met in _goals(result):
        yield f"- {sentence} {'Met.' if is_met else '**Missed.**'}"
    seconds = {
        mode: sum(1 / result.peaks[mode, name].per_second for name in _routes(result))
        for mode in ("audit", "no audit")
    }
    cost = 1 - seconds["no audit"] / seconds["audit"]
    yield f"- The audit's row takes {cost:.0%} of the time of a read, over all routes."
    ratio = result.refused["not yours"].p50 / result.refused["not there"].p50
    yield f"- A client who is not there and one who is another coach's: p50 in a ratio of 1 to {ratio:.2f}."
