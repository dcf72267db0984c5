"""Loads the service's SQL: one file per question, beside the routes that ask it."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LAST_LINE = "select client_id, job_id, body from final"


@dataclass(frozen=True)
class Query:
    """A statement whose last CTE `final` is one row: client_id, job_id (for the audit) and body.

    The body is json, null for "not there".

    `ctes` is all of it but the last line, so that the audit's row can be written by the same statement.
    """

    name: str
    ctes: str


@cache
def load(package: str, name: str) -> Query:
    """The statement in `name`.sql of a package; its parameters are written as psycopg's: %(name)s.

    Raises ValueError when it doesn't end as all do.
    """
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8").strip()
    if not text.endswith(LAST_LINE):
        raise ValueError(f"{package}/{name}.sql must end with: {LAST_LINE}")
    return Query(name, text.removesuffix(LAST_LINE).rstrip())
