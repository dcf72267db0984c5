"""Loads the service's SQL. Each query is a file beside the routes that run it."""

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
SELECT_BODY = "\nselect body::text from final"


@dataclass(frozen=True)
class Query:
    """A statement whose last CTE `final` is one row: client_id and job_id for the audit log, and body.

    `body` is the response as json, or null for 404. `ctes` is the statement without its last line, so that
    it can insert the audit row too. `writes` holds (name, text) of the statements that run before it in the
    same transaction.
    """

    name: str
    ctes: str
    writes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PreparedStatement:
    """`text` refers to `parameters` by position: `$1` is the first."""

    name: bytes
    text: bytes
    parameters: tuple[str, ...]


@cache
def load(package: str, name: str, *, after: tuple[str, ...] = ()) -> Query:
    """Loads `name`.sql of a package, to run after the statements in the files `after`.

    Parameters are written as `%(name)s`. Raises ValueError if the file does not end with LAST_LINE.
    """
    text = _read(package, name)
    if not text.endswith(LAST_LINE):
        raise ValueError(f"{package}/{name}.sql must end with: {LAST_LINE}")
    writes = tuple((other, _read(package, other)) for other in after)
    return Query(name, text.removesuffix(LAST_LINE).rstrip(), writes)


@cache
def prepared_statements(query: Query, *, audited: bool) -> tuple[PreparedStatement, ...]:
    """Returns the query's statements in order. The last one inserts the audit row if `audited`."""
    last = query.ctes + (AUDIT if audited else "") + SELECT_BODY
    return tuple(prepare(name, text) for name, text in (*query.writes, (query.name, last)))


def prepare(name: str, text: str) -> PreparedStatement:
    """Numbers the parameters of `text` and gives the statement a name that is unique to its text."""
    parameters = tuple(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda match: f"${parameters.index(match[1]) + 1}", text).encode()
    unique = f"{name}_{hashlib.sha256(numbered).hexdigest()[:12]}"
    return PreparedStatement(unique.encode(), numbered, parameters)


def _read(package: str, name: str) -> str:
    return files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8").strip()
