"""Every relation and column of this project has a comment in the database."""

import psycopg
import pytest

from tests.support.project import Project
from tools.docs.access_matrix import SCHEMAS

UPSTREAM = ["transcription_jobs", "transcripts", "utterances", "session_summaries", "coach_clients"]
"""Upstream tables are never altered, so they have no comments."""

COLUMNS = """
select format('%%s.%%s', relation.oid::regclass, attribute.attname)
from pg_class as relation
inner join pg_attribute as attribute on attribute.attrelid = relation.oid and attribute.attnum > 0
where
    relation.relnamespace::regnamespace::text = any(%s) and relation.relkind in ('r', 'v', 'm', 'p')
    and not relation.relname = any(%s) and not attribute.attisdropped
    and col_description(relation.oid, attribute.attnum) is null
order by 1
"""
RELATIONS = """
select relation.relname, obj_description(relation.oid, 'pg_class') from pg_class as relation
where
    relation.relnamespace::regnamespace::text = any(%s) and relation.relkind in ('r', 'v', 'm', 'p')
    and not relation.relname = any(%s)
order by 1
"""


def undescribed(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(COLUMNS, [list(SCHEMAS), UPSTREAM])]


def test_relations__are_described_in_the_database(sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        found: dict[str, bool] = dict(connection.execute(RELATIONS, [list(SCHEMAS), UPSTREAM]).fetchall())
    assert {
        "session_analytics",
        "risk_alerts",
        "int_risk__normalized_weights",
        "stg_ai_backend__utterances",
        "risk_levels",
        "utterance_cues",
        "audit_log",
        "quarantined_sessions",
        "schema_migrations",
    } <= set(found)
    assert [name for name, comment in found.items() if not comment] == []


def test_columns__are_described_in_the_database(sample_url: str) -> None:
    assert undescribed(sample_url) == [], "add a description in the model's yml, or a comment in a migration"


@pytest.mark.parametrize(
    "model", ["session_analytics", "risk_alerts", "int_risk__normalized_weights", "risk_scores"]
)
def test_run__restores_lost_comments(sample_url: str, project: Project, model: str) -> None:
    schema = "analytics_intermediate" if model.startswith("int_") else "ai_backend"
    with psycopg.connect(sample_url) as connection:
        connection.execute(f"comment on column {schema}.{model}.coach_id is null".encode())
    assert undescribed(sample_url) == [f"{schema}.{model}.coach_id"]
    project.run(sample_url, f"{model}+", as_of="2026-11-22")
    assert undescribed(sample_url) == []


def test_shared_descriptions__differ_by_meaning(sample_url: str) -> None:
    expected = {
        ("analytics_intermediate.int_sessions__talk_time", "silence_time_seconds"): "Seconds of the session",
        ("analytics_intermediate.int_risk__severities", "severity"): "Severity of the risk factor, 0 to 1",
        ("analytics_intermediate.int_alerts__episodes", "severity"): "Severity of the alert",
    }
    with psycopg.connect(sample_url) as connection:
        for (relation, column), start in expected.items():
            row = connection.execute(
                "select col_description(attrelid, attnum) from pg_attribute where attrelid = %s::regclass "
                "and attname = %s",
                [relation, column],
            ).fetchone()
            assert row is not None
            assert str(row[0]).startswith(start), (relation, column, row[0])
