"""Rights of the analyst role: reads every mart except transcript text and notes, and writes nothing."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row

from tests.api.assertions import Owner
from tests.support.databases import as_role

TEXT_COLUMNS = {
    "language_cues": {"text_excerpt", "preceding_context", "interpretation"},
    "risk_alerts": {"acknowledged_notes"},
}


@pytest.fixture
def analyst(practice_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with psycopg.connect(as_role(practice_url, "warehouse_analyst"), row_factory=dict_row) as connection:
        yield connection
        connection.rollback()


def test_analyst__reads_every_mart_column_except_text(analyst: psycopg.Connection[Any], owner: Owner) -> None:
    columns = owner.execute(
        "select c.relname as mart, a.attname as name from pg_class as c "
        "inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
        "where c.relnamespace = 'ai_backend'::regnamespace and c.relkind in ('r', 'v') and c.relname not in "
        "('transcription_jobs', 'transcripts', 'utterances', 'session_summaries')"
    ).fetchall()
    marts = {row["mart"] for row in columns}
    assert {"session_analytics", "client_analytics", "risk_scores", "risk_factors", "risk_alerts"} <= marts
    for mart in marts:
        names = [
            row["name"]
            for row in columns
            if row["mart"] == mart and row["name"] not in TEXT_COLUMNS.get(mart, ())
        ]
        query = sql.SQL("select {} from ai_backend.{}").format(
            sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(mart)
        )
        rows = analyst.execute(query).fetchall()
        expected = owner.execute(sql.SQL("select from ai_backend.{}").format(sql.Identifier(mart))).fetchall()
        assert len(rows) == len(expected), mart


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"select {column} from ai_backend.{mart}"
            for mart, columns in TEXT_COLUMNS.items()
            for column in sorted(columns)
        ),
        "select * from ai_backend.language_cues",
        "select * from ai_backend.risk_alerts",
        "select text from ai_backend.utterances",
        "select full_text from ai_backend.transcripts",
        "select executive_summary from ai_backend.session_summaries",
        "select text from analytics_staging.stg_ai_backend__utterances",
        "select text_excerpt from cue_detection.utterance_cues",
        "select notes from analytics_api.alert_acknowledgements",
        "select * from analytics_api.audit_log",
        "select * from analytics_api.compute_requests",
        "delete from ai_backend.session_analytics",
        "update ai_backend.risk_scores set risk_score = 0",
        "insert into analytics_api.audit_log (coach_id, route, status, correlation_id) "
        "values (gen_random_uuid(), '', 200, '')",
        "create table ai_backend.x ()",
    ],
)
def test_analyst__may_not_read_text_or_write(analyst: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        analyst.execute(statement.encode())
