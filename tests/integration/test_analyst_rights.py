"""Analysts cannot read acknowledgement notes, also after a run replaced the view risk_alerts."""

import psycopg
import pytest

from tests.support.project import Project

RIGHTS = """
select
    has_table_privilege('warehouse_analyst', oid, 'select'),
    has_column_privilege('warehouse_analyst', oid, 'severity', 'select'),
    has_column_privilege('warehouse_analyst', oid, 'acknowledged_notes', 'select'),
    has_column_privilege('warehouse_api', oid, 'acknowledged_notes', 'select')
from pg_class
where oid = 'ai_backend.risk_alerts'::regclass
"""
BEFORE = {
    "unchanged": "select",
    "granted to analysts by an older version": "grant select on ai_backend.risk_alerts to warehouse_analyst",
    "with another definition": """do $$ begin execute 'create or replace view ai_backend.risk_alerts as '
        || rtrim(pg_get_viewdef('ai_backend.risk_alerts'::regclass), ';') || ' limit 0'; end $$""",
    "with other columns": "drop view ai_backend.risk_alerts cascade; "
    "create view ai_backend.risk_alerts as select 1 as id; "
    "grant select on ai_backend.risk_alerts to warehouse_analyst",
}


@pytest.mark.parametrize("before", list(BEFORE))
def test_notes__are_not_readable_by_analysts_after_a_run(
    built_database_url: str, project: Project, before: str
) -> None:
    with psycopg.connect(built_database_url, autocommit=True) as connection:
        connection.execute(BEFORE[before].encode())
        project.run(built_database_url, "risk_alerts+")
        assert connection.execute(RIGHTS).fetchone() == (False, True, False, True)
