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
    be written by the same statement. `writes` are statements that run before it, in the same transaction.
    """

    name: str
    ctes: str
    writes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Prepared:
    """A statement as Postgres keeps it, planned once per connection: `$1` stands for its first parameter."""

    name: bytes
    text: bytes
    parameters: tuple[str, ...]


@cache
def load(package: str, name: str, *, after: tuple[str, ...] = ()) -> Query:
    """The question in `name`.sql of a package, asked after the statements in the files `after` have run.

    Parameters are written as psycopg's: %(name)s. Raises ValueError when it doesn't end as all questions do.
    """
    text = _read(package, name)
    if not text.endswith(LAST_LINE):
        raise ValueError(f"{package}/{name}.sql must end with: {LAST_LINE}")
    writes = tuple((other, _read(package, other)) for other in after)
    return Query(name, text.removesuffix(LAST_LINE).rstrip(), writes)


@cache
def prepared(query: Query, *, audited: bool) -> tuple[Prepared, ...]:
    """The query's statements in order, the last with or without its audit row."""
    last = query.ctes + (AUDIT if audited else "") + ANSWER
    return tuple(prepare(name, text) for name, text in (*query.writes, (query.name, last)))


def prepare(name: str, text: str) -> Prepared:
    """The statement `text`, its parameters written as psycopg's, under a name that no other text has."""
    parameters = tuple(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda match: f"${parameters.index(match[1]) + 1}", text).encode()
    unique = f"{name}_{hashlib.sha256(numbered).hexdigest()[:12]}"
    return Prepared(unique.encode(), numbered, parameters)


def _read(package: str, name: str) -> str:
    return files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8").strip()
