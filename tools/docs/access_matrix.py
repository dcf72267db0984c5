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
"""The project's schemas, and those of the service it reads from."""
ROLES = {"warehouse_analyst": "Analyst", "warehouse_api": "API", "warehouse_cues": "Cue detector"}
TABLE = re.compile(r"<!-- rights -->\n.*?<!-- /rights -->", re.DOTALL)

RIGHTS = """
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
    has_schema_privilege(role.name, relation.relnamespace, 'usage') as enters,
    relation.relrowsecurity as by_row
from pg_class as relation
cross join unnest(%(roles)s::text[]) with ordinality as role (name, place)
where
    relation.relkind in ('r', 'v', 'p', 'm')
    and relation.relnamespace::regnamespace::text = any(%(schemas)s)
order by array_position(%(schemas)s, relation.relnamespace::regnamespace::text), relation.relname, role.place
"""


class Right(NamedTuple):
    """What a role may do with a table."""

    reads_all: bool
    hidden: list[str]
    reads_some: bool
    writes: bool
    enters: bool
    by_row: bool


def with_rights(page: str, owner_url: str) -> str:
    """The page with the table of rights as the database has them now."""
    return TABLE.sub(lambda _: f"<!-- rights -->\n{rights(owner_url)}<!-- /rights -->", page)


def rights(owner_url: str) -> str:
    """A markdown table: a row per table or view that some role may access, a column per role."""
    with psycopg.connect(owner_url) as connection:
        given = {"roles": list(ROLES), "schemas": list(SCHEMAS)}
        rows = connection.execute(RIGHTS, given).fetchall()
    lines = [f"| Table or view | {' | '.join(ROLES.values())} |", "|---" * (len(ROLES) + 1) + "|"]
    for place in range(0, len(rows), len(ROLES)):
        of_table = rows[place : place + len(ROLES)]
        said = [_right(Right(*row[1:])) for row in of_table]
        if any(said):
            lines.append(f"| `{of_table[0][0]}` | {' | '.join(said)} |")
    return "".join(f"{line}\n" for line in lines)


def _right(right: Right) -> str:
    if not right.enters or not (right.reads_some or right.writes):
        return ""
    reads = "reads" if right.reads_some else ""
    if reads and not right.reads_all:
        reads += f" all but {', '.join(right.hidden)}"
    by_row = " (by row)" if right.by_row else ""
    return " and ".join(filter(None, [reads, "writes" if right.writes else ""])) + by_row
