"""What a comparison looks like on a terminal. Ids and numbers only."""

from rich import box
from rich.console import Console
from rich.table import Table

from what_if.comparison import Comparison


def show(console: Console, comparison: Comparison) -> None:
    """Print the comparison."""
    console.print(f"From {comparison.first_date} to {comparison.last_date}, with")
    for line in comparison.changes:
        console.print(f"  {line}")
    console.print(
        f"\n{len(comparison.clients)} of {comparison.scored_clients} clients would be judged differently."
    )
    if comparison.clients:
        console.print(_clients(comparison))
    console.print(_alerts(comparison))


def _clients(comparison: Comparison) -> Table:
    table = Table("client", "level on the last day", "score", "days at risk", "alerts", box=box.SIMPLE)
    for c in comparison.clients:
        table.add_row(
            str(c.client_id),
            _change(c.level_as_it_is, c.level_what_if),
            _change(c.score_as_it_is, c.score_what_if),
            _change(c.days_at_risk_as_it_is, c.days_at_risk_what_if),
            _change(c.alerts_as_it_is, c.alerts_what_if),
        )
    return table


def _alerts(comparison: Comparison) -> Table:
    table = Table("alerts", "severity", "as it is", "what if", "gone", "new", box=box.SIMPLE)
    for a in comparison.alerts:
        numbers = (a.as_it_is, a.what_if, a.as_it_is - a.in_both, a.what_if - a.in_both)
        table.add_row(a.alert_type, a.severity, *map(str, numbers))
    was, would_be, both = (
        sum(getattr(a, name) for a in comparison.alerts) for name in ("as_it_is", "what_if", "in_both")
    )
    table.add_row("all", "", str(was), str(would_be), str(was - both), str(would_be - both))
    return table


def _change(before: object, after: object) -> str:
    return str(before) if before == after else f"{before} -> {after}"
