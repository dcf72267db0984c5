"""What a materialization shows in the UI: rows, and what an operator would ask of each mart."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import psycopg
from psycopg import sql

BAR = 24
LEVELS = ("low", "medium", "high", "critical")

RISK_LEVELS = """
select risk_level, count(*) from ai_backend.risk_scores
where as_of_date = (select max(as_of_date) from ai_backend.risk_scores) group by risk_level
"""
ALERTS = """
select
    count(*) filter (where recorded_at >= %(since)s) as opened,
    count(*) filter (where resolved_date is null) as open_now,
    count(*) filter (where resolved_date = any(%(days)s)) as resolved
from ai_backend.risk_alert_episodes
"""
COLUMNS = """
select n.nspname || '__' || c.relname, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    col_description(c.oid, a.attnum)
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
where n.nspname || '__' || c.relname = any(%s)
order by c.oid, a.attnum
"""
CUES = "select cue_type, count(*) from ai_backend.language_cues group by cue_type order by cue_type"


def row_metadata(
    connection: psycopg.Connection[Any], marts: Iterable[str], since: Any, days: list[Any]
) -> dict[str, dict[str, Any]]:
    """Metadata by mart: counts only. `since` is the start of the run, `days` what it spoke for."""
    shown: dict[str, dict[str, Any]] = {}
    for mart in marts:
        query = sql.SQL("select count(*) from {}").format(sql.Identifier("ai_backend", mart))
        shown[mart] = {"dagster/row_count": _one(connection, query)[0]}
    if "language_cues" in shown:
        counts = dict(connection.execute(CUES).fetchall())
        shown["language_cues"] |= {f"cues/{name}": count for name, count in counts.items()}
        shown["language_cues"]["chart"] = chart(counts)
    if "risk_scores" in shown:
        known = dict(connection.execute(RISK_LEVELS).fetchall())
        levels = {level: known.get(level, 0) for level in LEVELS}
        shown["risk_scores"] |= {f"latest/{level}": count for level, count in levels.items()}
        shown["risk_scores"]["chart"] = chart(levels)
    if "risk_alert_episodes" in shown:
        opened, open_now, resolved = _one(connection, ALERTS.encode(), {"since": since, "days": days})
        shown["risk_alert_episodes"] |= {"opened": opened, "open_now": open_now, "resolved": resolved}
    return shown


def chart(counts: Mapping[str, int]) -> dg.MetadataValue[Any]:
    """Bars in a table of text."""
    most = max(counts.values(), default=0) or 1
    rows = [f"| {name} | {count} | {'█' * round(BAR * count / most)} |" for name, count in counts.items()]
    return dg.MetadataValue.md("\n".join(["| | | |", "|---|--:|---|", *rows]))


def columns(connection: psycopg.Connection[Any], outputs: Iterable[str]) -> dict[str, dg.TableSchema]:
    """The columns of each relation as the database has them, by name of the step's output."""
    found: dict[str, list[dg.TableColumn]] = {}
    for output, name, data_type, is_required, description in connection.execute(COLUMNS, [list(outputs)]):
        constraints = dg.TableColumnConstraints(nullable=not is_required)
        found.setdefault(output, []).append(dg.TableColumn(name, data_type, description, constraints))
    return {output: dg.TableSchema(of_output) for output, of_output in found.items()}


def with_metadata(
    connection: psycopg.Connection[Any], events: Iterable[Any], shown: Mapping[str, dict[str, Any]]
) -> Iterable[Any]:
    """The same events, with its columns and each mart's figures on its materialization."""
    events = list(events)
    schemas = columns(connection, (event.output_name for event in events if isinstance(event, dg.Output)))
    for event in events:
        if not isinstance(event, dg.Output):
            yield event
            continue
        mart = event.output_name.removeprefix("ai_backend__")
        schema = schemas.get(event.output_name)
        more = shown.get(mart, {}) | ({"dagster/column_schema": schema} if schema else {})
        yield dg.Output(None, output_name=event.output_name, metadata={**event.metadata, **more})


def _one(connection: psycopg.Connection[Any], query: Any, parameters: Any = None) -> tuple[Any, ...]:
    row = connection.execute(query, parameters).fetchone()
    return row or (0,)
