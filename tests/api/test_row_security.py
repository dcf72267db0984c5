"""Row-level security restricts the API's role to the transaction's coach and to its own tables.

Every query is run without its coach filter, and for a coach who is not the transaction's.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import ClientCursor, errors
from psycopg.rows import dict_row

from api.db.queries import LAST_LINE
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import OwnedIds, owned_ids
from tests.support.databases import as_role
from warehouse.paths import PROJECT_DIR

STATEMENTS = sorted((PROJECT_DIR / "api").rglob("*.sql"))
"""Discovered, so that new statements are tested too."""
QUERIES = [path for path in STATEMENTS if path.read_text().rstrip().endswith(LAST_LINE)]
WRITES = [path for path in STATEMENTS if path not in QUERIES]
FILTER = re.compile(r"(?:\w+\.)?coach_id = %\(coach_id\)s")
OF_A_COACH = re.compile(r"(?:from|join)\s+(?:ai_backend|analytics_api)\.")
ANY_RELATION = re.compile(r"\b(?:ai_backend|analytics_\w+|cue_detection|public|warehouse)\.\w+")


MODULES = {"warehouse.errors", "warehouse.migrate", "warehouse.setting_aliases"}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture
def api(practice_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A connection with the API's role, as the service uses it."""
    with psycopg.connect(
        as_role(practice_url, "warehouse_api"), row_factory=dict_row, cursor_factory=ClientCursor
    ) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def mine(owner: Owner) -> OwnedIds:
    return owned_ids(owner, DEMO_COACH_ID)


@pytest.fixture
def other(owner: Owner) -> OwnedIds:
    """Ids of another coach. The client has no second coach, who could see them."""
    row = owner.execute(
        "select a.coach_id, s.client_id, s.job_id, a.id as alert_id from ai_backend.risk_alerts as a "
        "inner join ai_backend.session_analytics as s on s.coach_id = a.coach_id "
        "inner join ai_backend.risk_scores as r on r.coach_id = s.coach_id and r.client_id = s.client_id "
        "where a.coach_id <> %s and 1 = (select count(*) from public.coach_clients as c "
        "where c.client_id = s.client_id) order by s.job_id limit 1",
        [DEMO_COACH_ID],
    ).fetchone()
    assert row is not None
    return OwnedIds(**row)


def query_parameters(owned: OwnedIds, task_id: UUID) -> dict[str, Any]:
    """A value for every parameter of any query, with this coach's ids."""
    return {
        "coach_id": owned.coach_id,
        "client_id": owned.client_id,
        "job_id": owned.job_id,
        "alert_id": owned.alert_id,
        "task_id": task_id,
        "now": datetime(2026, 11, 22, 12, tzinfo=UTC),
        "window": "90d",
        "metrics": ["engagement", "sentiment", "talk_ratio"],
        "limit": 100,
        "offset": 0,
        "from_date": None,
        "to_date": None,
        "history_limit": 400,
        "notes": "x",
        "statuses": ["pending", "acknowledged", "resolved"],
        "severities": ["warning", "urgent"],
        "levels": ["low", "medium", "high", "critical"],
        "engagement_trend_warning": None,
        "engagement_trend_critical": None,
        "sentiment_trend_warning": None,
        "sentiment_trend_critical": None,
        "resistance_ratio_warning": None,
        "resistance_ratio_critical": None,
        "days_since_session_warning": None,
        "days_since_session_critical": None,
        "muted_alert_types": [],
        "min_alert_severity": "urgent",
    }


def set_tenant(connection: psycopg.Connection[Any], coach_id: UUID | str) -> None:
    connection.execute("select set_config('app.coach_id', %s, true)", [str(coach_id)])


def test_statements__are_in_sql_files() -> None:
    """Python modules name no other relations, so that testing the files is sufficient."""
    relations_by_module = {
        path.name: set(ANY_RELATION.findall(path.read_text())) - MODULES
        for path in (PROJECT_DIR / "api").rglob("*.py")
    }
    assert {name: relations for name, relations in relations_by_module.items() if relations} == {
        "client.py": {
            "ai_backend.mart_freshness",
            "analytics_api.audit_log",
            "warehouse.schema_migrations",
        },
        "queries.py": {"analytics_api.audit_log"},
    }
    assert len(QUERIES) >= 10
    assert len(WRITES) >= 4


@pytest.mark.parametrize("path", STATEMENTS, ids=name_of)
def test_statement__filters_each_table_by_coach(path: Path) -> None:
    text = path.read_text()
    assert len(FILTER.findall(text)) == len(OF_A_COACH.findall(text))


@pytest.mark.parametrize("path", QUERIES, ids=name_of)
class TestReads:
    def test_query__without_its_filter_returns_nothing_foreign(
        self, api: psycopg.Connection[Any], owner: Owner, mine: OwnedIds, other: OwnedIds, path: Path
    ) -> None:
        task_id = _task(owner, other)
        unfiltered = FILTER.sub("true", path.read_text())
        set_tenant(api, mine.coach_id)
        response = api.execute(
            unfiltered.encode(), query_parameters(other, task_id) | {"coach_id": mine.coach_id}
        ).fetchone()
        assert response is not None
        _assert_nothing_of(other, response["body"])

    def test_query__for_another_coach_than_the_transactions_returns_nothing(
        self, api: psycopg.Connection[Any], owner: Owner, mine: OwnedIds, other: OwnedIds, path: Path
    ) -> None:
        set_tenant(api, mine.coach_id)
        response = api.execute(path.read_bytes(), query_parameters(other, _task(owner, other))).fetchone()
        assert response is not None
        _assert_nothing_of(other, response["body"])

    @pytest.mark.parametrize("setting", [None, ""])
    def test_query__without_a_coach_returns_nothing(
        self, api: psycopg.Connection[Any], owner: Owner, mine: OwnedIds, path: Path, setting: str | None
    ) -> None:
        if setting is not None:
            set_tenant(api, setting)
        unfiltered = FILTER.sub("true", path.read_text())
        response = api.execute(unfiltered.encode(), query_parameters(mine, _task(owner, mine))).fetchone()
        assert response is not None
        _assert_nothing_of(mine, response["body"])

    def test_query__for_the_transactions_coach_returns_data(
        self, api: psycopg.Connection[Any], owner: Owner, mine: OwnedIds, path: Path
    ) -> None:
        set_tenant(api, mine.coach_id)
        response = api.execute(path.read_bytes(), query_parameters(mine, _task(owner, mine))).fetchone()
        assert response is not None
        assert response["body"] is not None, "otherwise the tests above would prove nothing"


@pytest.mark.parametrize("is_unfiltered", [False, True], ids=["filtered", "unfiltered"])
@pytest.mark.parametrize("path", WRITES, ids=name_of)
def test_write__for_another_coach_than_the_transactions_stores_nothing(
    api: psycopg.Connection[Any],
    owner: Owner,
    mine: OwnedIds,
    other: OwnedIds,
    path: Path,
    is_unfiltered: bool,
) -> None:
    statement = FILTER.sub("true", path.read_text()) if is_unfiltered else path.read_text()
    before = _stored_rows(owner)
    set_tenant(api, mine.coach_id)
    with suppress(errors.InsufficientPrivilege):
        api.execute(statement.encode(), query_parameters(other, uuid4()))
        api.commit()
    assert _stored_rows(owner) == before


@pytest.mark.parametrize("path", [p for p in WRITES if "insert into" in p.read_text()], ids=name_of)
def test_write__for_the_transactions_coach_stores_a_row(
    api: psycopg.Connection[Any], owner: Owner, mine: OwnedIds, path: Path
) -> None:
    owner.execute("delete from analytics_api.compute_requests")
    owner.commit()
    set_tenant(api, mine.coach_id)
    assert api.execute(path.read_bytes(), query_parameters(mine, uuid4())).rowcount == 1, (
        "otherwise the test above would prove nothing"
    )


def test_write__for_another_coach_is_denied(
    api: psycopg.Connection[Any], mine: OwnedIds, other: OwnedIds
) -> None:
    statements = (
        "insert into analytics_api.alert_acknowledgements "
        "values (%(alert_id)s, %(coach_id)s, %(client_id)s, now(), '', 'urgent')",
        "insert into analytics_api.compute_requests (coach_id, client_id) "
        "values (%(coach_id)s, %(client_id)s)",
        "insert into analytics_api.audit_log (coach_id, route, status, correlation_id) "
        "values (%(coach_id)s, '', 200, '')",
    )
    for statement in statements:
        set_tenant(api, mine.coach_id)
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            api.execute(statement.encode(), query_parameters(other, uuid4()))
        api.rollback()


def test_privileges__of_the_api_are_minimal(owner: Owner) -> None:
    """An explicit list, so that a new privilege is a deliberate decision."""
    rows = owner.execute(
        "select table_schema || '.' || table_name as relation, "
        "string_agg(lower(privilege_type), ' ' order by privilege_type) as privileges "
        "from information_schema.role_table_grants "
        "where grantee = 'warehouse_api' and table_schema <> 'ai_backend' group by 1 order by 1"
    ).fetchall()
    assert {row["relation"]: row["privileges"] for row in rows} == {
        "analytics_api.alert_acknowledgements": "insert select",
        "analytics_api.audit_log": "insert",
        "analytics_api.coach_settings": "insert select update",
        "analytics_api.compute_progress": "select",
        "analytics_api.compute_requests": "insert select",
        "analytics_api.compute_tasks": "select",
        "analytics_seeds.comparison_texts": "select",
        "analytics_seeds.risk_factor_settings": "select",
        "analytics_staging.stg_analytics_api__alert_acknowledgements": "select",
        "analytics_staging.stg_analytics_api__coach_settings": "select",
        "warehouse.schema_migrations": "select",
    }
    marts = owner.execute(
        "select distinct privilege_type from information_schema.role_table_grants "
        "where grantee = 'warehouse_api' and table_schema = 'ai_backend'"
    ).fetchall()
    assert [row["privilege_type"] for row in marts] == ["SELECT"]


@pytest.mark.parametrize(
    "statement",
    [
        "select text from ai_backend.utterances",
        "select * from ai_backend.transcripts",
        "select * from ai_backend.transcription_jobs",
        "select * from public.coach_clients",
        "select * from cue_detection.utterance_cues",
        "select * from analytics_api.audit_log",
        "delete from analytics_api.alert_acknowledgements",
        "update analytics_api.alert_acknowledgements set coach_id = coach_id",
        "delete from analytics_api.audit_log",
        "update analytics_api.compute_requests set client_id = client_id",
        "insert into analytics_api.compute_progress (task_id, coach_id, client_id, status) "
        "values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'running')",
        "delete from ai_backend.session_analytics",
        "create table analytics_api.x ()",
        "create table ai_backend.x ()",
        "alter table analytics_api.audit_log disable row level security",
    ],
)
def test_privileges__of_the_api_exclude(api: psycopg.Connection[Any], mine: OwnedIds, statement: str) -> None:
    set_tenant(api, mine.coach_id)
    with pytest.raises(errors.InsufficientPrivilege):
        api.execute(statement.encode())


def test_policies__exist_on_every_table_that_the_api_may_access(owner: Owner) -> None:
    rows = owner.execute(
        "select c.oid::regclass::text as relation from pg_class as c where c.relkind in ('r', 'p') "
        "and not c.relrowsecurity "
        "and has_table_privilege('warehouse_api', c.oid, 'select, insert, update, delete') "
        "and c.relnamespace::regnamespace::text not in ('analytics_seeds', 'warehouse', 'pg_catalog', "
        "'information_schema')"
    ).fetchall()
    assert rows == []


def test_views__are_security_invoker_with_two_exceptions(owner: Owner) -> None:
    rows = owner.execute(
        "select c.oid::regclass::text as relation from pg_class as c where c.relkind = 'v' "
        "and has_table_privilege('warehouse_api', c.oid, 'select') "
        "and c.relnamespace::regnamespace::text in ('ai_backend', 'analytics_api', 'analytics_staging') "
        "and not coalesce('security_invoker=true' = any(c.reloptions), false) order by 1"
    ).fetchall()
    assert [row["relation"] for row in rows] == ["ai_backend.active_clients", "ai_backend.mart_freshness"]


def test_active_clients__are_visible_to_their_coach_only(
    api: psycopg.Connection[Any], owner: Owner, mine: OwnedIds
) -> None:
    assert api.execute("select * from ai_backend.active_clients").fetchall() == []
    set_tenant(api, mine.coach_id)
    visible = api.execute("select * from ai_backend.active_clients").fetchall()
    assert {row["coach_id"] for row in visible} == {mine.coach_id}
    expected = owner.execute(
        "select count(*) as n from public.coach_clients where coach_id = %s and status = 'active'",
        [mine.coach_id],
    ).fetchone()
    assert expected == {"n": len(visible)}


def _stored_rows(owner: Owner) -> list[Any]:
    """All rows of the tables that the service may write to."""
    tables = ("alert_acknowledgements", "compute_requests", "coach_settings", "audit_log")
    rows = [
        owner.execute(f"select * from analytics_api.{table} order by 1, 2".encode()).fetchall()
        for table in tables
    ]
    owner.rollback()
    return rows


def _task(owner: Owner, owned: OwnedIds) -> UUID:
    row = owner.execute(
        "insert into analytics_api.compute_requests (coach_id, client_id) values (%s, %s) returning task_id",
        [owned.coach_id, owned.client_id],
    ).fetchone()
    owner.commit()
    assert row is not None
    return UUID(str(row["task_id"]))


def _assert_nothing_of(foreign: OwnedIds, body: Any) -> None:
    text = str(body)
    for name, value in (("coach", foreign.coach_id), ("client", foreign.client_id), ("job", foreign.job_id)):
        assert str(value) not in text, f"the response holds a foreign {name} id"
