"""Prints a comparison: ids and numbers only."""

from rich import box
from rich.console import Console
from rich.table import Table

from what_if.comparison import Comparison


def show(console: Console, comparison: Comparison) -> None:
    console.print(f"{comparison.first_date} to {comparison.last_date} with")
    for line in comparison.changes:
        console.print(f"  {line}")
    console.print(
        f"\n{len(comparison.clients)} of {comparison.scored_clients} clients have different results."
    )
    if comparison.clients:
        console.print(_clients(comparison))
    console.print(_alerts(comparison))


def _clients(comparison: Comparison) -> Table:
    table = Table("client", "level on the last date", "score", "dates at risk", "alerts", box=box.SIMPLE)
    for c in comparison.clients:
        table.add_row(
            str(c.client_id),
            _change(c.baseline_level, c.changed_level),
            _change(c.baseline_score, c.changed_score),
            _change(c.baseline_days_at_risk, c.changed_days_at_risk),
            _change(c.baseline_alerts, c.changed_alerts),
        )
    return table


def _alerts(comparison: Comparison) -> Table:
    table = Table("alerts", "severity", "baseline", "changed", "removed", "added", box=box.SIMPLE)
    for a in comparison.alerts:
        numbers = (a.baseline, a.changed, a.baseline - a.in_both, a.changed - a.in_both)
        table.add_row(a.alert_type, a.severity, *map(str, numbers))
    baseline, changed, both = (
        sum(getattr(a, name) for a in comparison.alerts) for name in ("baseline", "changed", "in_both")
    )
    table.add_row("all", "", str(baseline), str(changed), str(baseline - both), str(changed - both))
    return table


def _change(before: object, after: object) -> str:
    return str(before) if before == after else f"{before} -> {after}"
