"""Metadata of materializations in the Dagster UI: row counts, distributions and columns. No row values."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import dagster as dg
import psycopg
from psycopg import sql

from warehouse.sql_files import load_sql

BAR_WIDTH = 24
LEVELS = ("low", "medium", "high", "critical")


def mart_metadata(
    connection: psycopg.Connection[Any], marts: Iterable[str], run_started_at: datetime, dates: list[date]
) -> dict[str, dict[str, Any]]:
    """Return metadata by mart, for a run that computed these dates."""
    metadata: dict[str, dict[str, Any]] = {}
    for mart in marts:
        query = sql.SQL("select count(*) from {}").format(sql.Identifier("ai_backend", mart))
        metadata[mart] = {"dagster/row_count": _one(connection, query)[0]}
    if "language_cues" in metadata:
        counts = dict(
            connection.execute(
                "select cue_type, count(*) from ai_backend.language_cues group by cue_type order by cue_type"
            ).fetchall()
        )
        metadata["language_cues"] |= {f"cues/{name}": count for name, count in counts.items()}
        metadata["language_cues"]["chart"] = bar_chart(counts)
    if "risk_scores" in metadata:
        found = dict(connection.execute(load_sql(__package__, "risk_level_counts")).fetchall())
        levels = {level: found.get(level, 0) for level in LEVELS}
        metadata["risk_scores"] |= {f"latest/{level}": count for level, count in levels.items()}
        metadata["risk_scores"]["chart"] = bar_chart(levels)
    if "risk_alert_episodes" in metadata:
        opened, is_open, resolved = _one(
            connection,
            load_sql(__package__, "alert_counts"),
            {"run_started_at": run_started_at, "dates": dates},
        )
        metadata["risk_alert_episodes"] |= {"opened": opened, "open": is_open, "resolved": resolved}
    return metadata


def bar_chart(counts: Mapping[str, int]) -> dg.MetadataValue[Any]:
    """Return a bar chart as a markdown table."""
    scale = max(counts.values(), default=0) or 1
    rows = [
        f"| {name} | {count} | {'█' * round(BAR_WIDTH * count / scale)} |" for name, count in counts.items()
    ]
    return dg.MetadataValue.md("\n".join(["| | | |", "|---|--:|---|", *rows]))


def column_schemas(
    connection: psycopg.Connection[Any], keys: Iterable[dg.AssetKey]
) -> dict[dg.AssetKey, dg.TableSchema]:
    """Return the columns of each asset's relation, as the database catalog describes them."""
    relations = [key.path for key in keys]
    columns: dict[dg.AssetKey, list[dg.TableColumn]] = {}
    rows = connection.execute(
        load_sql(__package__, "relation_columns"),
        {"schemas": [path[0] for path in relations], "names": [path[-1] for path in relations]},
    )
    for schema, relation, name, data_type, is_required, description in rows:
        constraints = dg.TableColumnConstraints(nullable=not is_required)
        columns.setdefault(dg.AssetKey([schema, relation]), []).append(
            dg.TableColumn(name, data_type, description, constraints)
        )
    return {key: dg.TableSchema(of_relation) for key, of_relation in columns.items()}


def with_metadata(
    connection: psycopg.Connection[Any], events: Iterable[Any], metadata: Mapping[str, Mapping[str, Any]]
) -> Iterator[Any]:
    """Yield the events, with columns and the mart's metadata added to each materialization."""
    events = list(events)
    schemas = column_schemas(
        connection,
        (
            event.asset_key
            for event in events
            if isinstance(event, dg.MaterializeResult) and event.asset_key is not None
        ),
    )
    for event in events:
        if not isinstance(event, dg.MaterializeResult) or event.asset_key is None:
            yield event
            continue
        schema = schemas.get(event.asset_key)
        yield dg.MaterializeResult(
            asset_key=event.asset_key,
            metadata={
                **(event.metadata or {}),
                **metadata.get(event.asset_key.path[-1], {}),
                **({"dagster/column_schema": schema} if schema else {}),
            },
        )


def _one(connection: psycopg.Connection[Any], query: Any, parameters: Any = None) -> tuple[Any, ...]:
    row = connection.execute(query, parameters).fetchone()
    return row or (0,)
