"""docs/reference/database-roles.md: which role may read and write each table, from the database's grants."""

import re
from typing import NamedTuple

import psycopg

SCHEMAS = (
    "ai_backend",
    "public",
    "cue_detection",
    "analytics_api",
    "operations",
    "warehouse",
    "analytics_seeds",
    "analytics_staging",
    "analytics_intermediate",
)
"""Schemas of the project and of the transcription service."""
ROLES = {"warehouse_analyst": "Analyst", "warehouse_api": "API", "warehouse_cues": "Cue detector"}
TABLE = re.compile(r"<!-- privileges -->\n.*?<!-- /privileges -->", re.DOTALL)

PRIVILEGES = """
select
    format('%%s.%%s', relation.relnamespace::regnamespace, relation.relname) as name,
    has_table_privilege(role.name, relation.oid, 'select') as reads_all,
    array(
        select attribute.attname::text from pg_attribute as attribute
        where
            attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
            and not has_column_privilege(role.name, relation.oid, attribute.attnum, 'select')
        order by attribute.attnum
    ) as hidden,
    has_any_column_privilege(role.name, relation.oid, 'select') as reads_some,
    has_any_column_privilege(role.name, relation.oid, 'insert')
    or has_any_column_privilege(role.name, relation.oid, 'update')
    or has_table_privilege(role.name, relation.oid, 'delete') as writes,
    has_schema_privilege(role.name, relation.relnamespace, 'usage') as has_usage,
    relation.relrowsecurity as by_row
from pg_class as relation
cross join unnest(%(roles)s::text[]) with ordinality as role (name, position)
where
    relation.relkind in ('r', 'v', 'p', 'm')
    and relation.relnamespace::regnamespace::text = any(%(schemas)s)
order by
    array_position(%(schemas)s, relation.relnamespace::regnamespace::text), relation.relname, role.position
"""


class Privilege(NamedTuple):
    """A role's privileges on a table."""

    reads_all: bool
    hidden: list[str]
    """Columns without the select privilege."""
    reads_some: bool
    writes: bool
    has_usage: bool
    by_row: bool
    """Whether row-level security applies."""


def with_privileges(page: str, owner_url: str) -> str:
    """The page with the current table of privileges."""
    return TABLE.sub(lambda _: f"<!-- privileges -->\n{privileges(owner_url)}<!-- /privileges -->", page)


def privileges(owner_url: str) -> str:
    """A markdown table: a row per table or view that some role may access, a column per role."""
    with psycopg.connect(owner_url) as connection:
        parameters = {"roles": list(ROLES), "schemas": list(SCHEMAS)}
        rows = connection.execute(PRIVILEGES, parameters).fetchall()
    lines = [f"| Table or view | {' | '.join(ROLES.values())} |", "|---" * (len(ROLES) + 1) + "|"]
    for start in range(0, len(rows), len(ROLES)):
        of_table = rows[start : start + len(ROLES)]
        cells = [_cell(Privilege(*row[1:])) for row in of_table]
        if any(cells):
            lines.append(f"| `{of_table[0][0]}` | {' | '.join(cells)} |")
    return "".join(f"{line}\n" for line in lines)


def _cell(privilege: Privilege) -> str:
    if not privilege.has_usage or not (privilege.reads_some or privilege.writes):
        return ""
    reads = "reads" if privilege.reads_some else ""
    if reads and not privilege.reads_all:
        reads += f" all but {', '.join(privilege.hidden)}"
    by_row = " (by row)" if privilege.by_row else ""
    return " and ".join(filter(None, [reads, "writes" if privilege.writes else ""])) + by_row
