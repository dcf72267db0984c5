"""Loads the service's SQL: one file per question, beside the routes that ask it."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LAST_LINE = "select client_id, job_id, body from final"
PARAMETER = re.compile(r"%\((\w+)\)s")
AUDIT = """,

audit as (
    insert into analytics_api.audit_log (coach_id, client_id, job_id, route, status, correlation_id)
    select
        %(coach_id)s, client_id, job_id, %(route)s,
        case when body is null then 404 else %(status)s end, %(correlation_id)s
    from final
)
"""
ANSWER = "\nselect body::text from final"


@dataclass(frozen=True)
class Query:
    """A statement whose last CTE `final` is one row: client_id, job_id (for the audit) and body.

    The body is json, null for "not there". `ctes` is all of it but the last line, so that the audit's row can
    be written by the same statement. `writes`: it changes something that must survive a crash of Postgres.
    """

    name: str
    ctes: str
    writes: bool


@dataclass(frozen=True)
class Prepared:
    """A query as Postgres keeps it: planned once per connection, under a name that follows from its text."""

    name: str
    prepare: str
    execute: str


@cache
def load(package: str, name: str, *, writes: bool = False) -> Query:
    """The statement in `name`.sql of a package; its parameters are written as psycopg's: %(name)s.

    Raises ValueError when it doesn't end as all do.
    """
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8").strip()
    if not text.endswith(LAST_LINE):
        raise ValueError(f"{package}/{name}.sql must end with: {LAST_LINE}")
    return Query(name, text.removesuffix(LAST_LINE).rstrip(), writes)


@cache
def prepared(query: Query, *, audited: bool) -> Prepared:
    """The query, with or without its audit row, as PREPARE and EXECUTE with psycopg's parameters."""
    text = query.ctes + (AUDIT if audited else "") + ANSWER
    parameters = list(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda match: f"${parameters.index(match[1]) + 1}", text)
    name = f"{query.name}_{hashlib.sha256(numbered.encode()).hexdigest()[:12]}"
    given = ", ".join(f"%({parameter})s" for parameter in parameters)
    return Prepared(name, f"prepare {name} as\n{numbered}", f"execute {name} ({given})")
