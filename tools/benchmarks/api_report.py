"""The API's benchmark page: a table with ratios to the baselines of the same run, goals and query plans."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.benchmarks.api_load import LoadResult
from tools.benchmarks.api_plans import HISTORY_FACTOR, SMALL_TABLE_ROWS, Plans

BASELINE = "baseline"
GOAL_AUDITED = 0.40
GOAL_UNAUDITED = 0.50
GOAL_HALF_LOAD_MS = 50.0
GOAL_SLOWDOWN = 1.5
HEAD = """\
## Throughput and latency

Size S, in rows: {rows}.
Requests for the {clients} clients of one coach; one worker; {connections} keep-alive connections over
loopback; {cores} cores shared by the service, Postgres and the load generator.
(a) is the same SQL in pgbench, (b) a route with the same authentication, rate limits and logs, without a
database query. Medians of {rounds} rounds of {seconds:g} s per route; ÷ (b) is the median of the rounds'
ratios.

| Route | (a) /s | audit on /s | ÷ (b) | p50 ms | p99 ms | p99 ms at half load | audit off /s | ÷ (b) |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
PLANS = """
## Query plans

Generic plans of the API's role. Sequential scans of tables with up to {small_table} rows are allowed.

| Route | Scans |
|---|---|
"""
Peaks = Mapping[tuple[str, str], LoadResult]


@dataclass(frozen=True)
class Result:
    """Measurements of one run.

    `peaks` and `ratios` to (b) are by service (audit, no audit) and route, `not_found` by kind of 404.
    """

    peaks: Peaks
    ratios: Mapping[tuple[str, str], float]
    halves: Mapping[str, LoadResult]
    pgbench: Mapping[str, float | None]
    not_found: Mapping[str, LoadResult]
    query_plans: Plans
    connections: int
    cores: int
    clients: int
    rounds: int
    seconds: float


def section(result: Result) -> str:
    lines = [_row(result, name) for name in (BASELINE, *_routes(result))]
    rows = ", ".join(f"{count:,} `{table}`" for table, count in result.query_plans.rows.items())
    return (
        HEAD.format(**vars(result), rows=rows)
        + "\n".join(lines)
        + "\n\n"
        + "\n".join(_sentences(result))
        + "\n"
        + _plans(result.query_plans)
    )


def _plans(plans: Plans) -> str:
    rows = [f"| `{name}` | {', '.join(scans)} |" for name, scans in plans.scans.items()]
    return PLANS.format(small_table=SMALL_TABLE_ROWS) + "\n".join(rows) + "\n"


def missed_goals(result: Result) -> list[str]:
    return [sentence for sentence, is_met in _goals(result) if not is_met]


def _routes(result: Result) -> list[str]:
    return list(result.pgbench)


def _row(result: Result, name: str) -> str:
    on, off, pgbench = result.peaks["audit", name], result.peaks["no audit", name], result.pgbench.get(name)
    cells = [
        "(b) no database" if name == BASELINE else f"`{name}`",
        f"{pgbench:,.0f}" if pgbench else "\u2013",
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
        slowest = min(_routes(result), key=lambda name: result.ratios[mode, name])
        ratio = result.ratios[mode, slowest]
        state = "auditing" if mode == "audit" else "auditing off"
        yield (
            f"With {state}, the slowest route, `{slowest}`, reaches {ratio:.2f} of (b); "
            f"goal: at least {goal:.2f}.",
            ratio >= goal,
        )
    slowest = max(_routes(result), key=lambda name: result.halves[name].p99)
    p99 = result.halves[slowest].p99
    yield (
        f"At half of the peak load, the highest p99, `{slowest}`, is {p99:.1f} ms; "
        f"goal: below {GOAL_HALF_LOAD_MS:.0f} ms.",
        p99 < GOAL_HALF_LOAD_MS,
    )
    sequential = ", ".join(result.query_plans.sequential) or "none"
    yield (
        f"Sequential scans of a mart: {sequential}.",
        sequential == "none",
    )
    name, ratio = max(result.query_plans.slowdown.items(), key=lambda item: item[1])
    yield (
        f"With {HISTORY_FACTOR} times the history, the list with the largest slowdown, `{name}`, takes "
        f"{ratio:.2f} times as long; goal: at most {GOAL_SLOWDOWN:.1f}.",
        ratio <= GOAL_SLOWDOWN,
    )


def _sentences(result: Result) -> Iterator[str]:
    if not any(result.pgbench.values()):
        yield "- (a) was not measured, because pgbench is not installed (Debian: `postgresql-contrib`)."
    for sentence, is_met in _goals(result):
        yield f"- {sentence} {'Met.' if is_met else '**Missed.**'}"
    seconds = {
        mode: sum(1 / result.peaks[mode, name].per_second for name in _routes(result))
        for mode in ("audit", "no audit")
    }
    cost = 1 - seconds["no audit"] / seconds["audit"]
    yield f"- Auditing takes {cost:.0%} of the time of a request, averaged over all routes."
    ratio = result.not_found["of another coach"].p50 / result.not_found["unknown"].p50
    yield f"- 404 for an unknown client and for another coach's client: p50 in the ratio 1 to {ratio:.2f}."
