"""Failed builds, classified by SQLSTATE. Database messages are never quoted: they may contain row values."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

DATA_ERROR_CLASSES = ("22", "23")
"""SQLSTATE classes of errors caused by the data: the row cannot be computed or stored."""
COMPILATION_ERROR = "dbt"
"""Used instead of an SQLSTATE for an error in the project's own code."""
PERMANENT_ERROR_CLASSES = (*DATA_ERROR_CLASSES, "42", "0A", "28", COMPILATION_ERROR[:2])
"""Classes of errors that a retry does not resolve: data, unknown names, missing rights, compilation."""
MAX_MESSAGE_LENGTH = 1000
RAISED = re.compile(r"^psycopg2\.(?:errors\.)?(\w+)", re.MULTILINE)
"""The database driver's exception in a traceback."""


@dataclass(frozen=True)
class NodeResult:
    """The result of one model, seed or test."""

    unique_id: str
    name: str
    status: str
    """success, pass, warn, fail, error or skipped."""
    seconds: float
    failures: int | None = None
    """Failing rows of a test."""


@dataclass
class BuildError(Exception):
    """A build in which a model or a test failed."""

    message: str
    sqlstates: Mapping[str, str] = field(default_factory=dict)
    """SQLSTATE by failed model; empty if the connection was lost."""
    failed_tests: Sequence[str] = ()
    results: Sequence[NodeResult] = ()
    """Results of the nodes that were completed."""

    def __str__(self) -> str:
        return self.message

    @property
    def is_data(self) -> bool:
        """Whether all errors are caused by the data."""
        return bool(self.sqlstates) and all(
            sqlstate[:2] in DATA_ERROR_CLASSES for sqlstate in self.sqlstates.values()
        )

    @property
    def is_transient(self) -> bool:
        """Whether a retry may succeed: the server was unavailable, a lock timed out, a disk was full."""
        return not self.failed_tests and not any(
            sqlstate[:2] in PERMANENT_ERROR_CLASSES for sqlstate in self.sqlstates.values() if sqlstate
        )


def build_error(result: Any, sqlstates: Mapping[str, str], completed: Sequence[NodeResult]) -> BuildError:
    """Return the error of an unsuccessful dbt result; `sqlstates` are those of failed nodes by unique id."""
    node_results = getattr(result.result, "results", None) or []
    failed_tests = [each.node.name for each in node_results if str(each.status) == "fail"]
    parts: list[str] = []
    by_model: dict[str, str] = {}
    for each in node_results:
        if str(each.status) != "error":
            continue
        # a compilation error quotes the project's code and no row
        if "Compilation Error" in str(each.message):
            by_model[each.node.name] = COMPILATION_ERROR
            reason = " ".join(str(each.message).split())
        else:
            by_model[each.node.name] = sqlstates.get(each.node.unique_id, "")
            reason = describe_sqlstate(by_model[each.node.name])
        parts.append(f"{each.node.name}: {reason}")
    parts += [f"test {name} failed" for name in failed_tests]
    if not parts:
        sqlstate = _sqlstate_of_cause(result.exception)
        by_model = {"dbt": sqlstate}
        parts = [f"dbt stopped: {describe_sqlstate(sqlstate)}"]
    return BuildError("; ".join(parts)[:MAX_MESSAGE_LENGTH], by_model, failed_tests, completed)


def sqlstate_in_traceback(traceback: str) -> str:
    """Return the SQLSTATE of the database error in a formatted traceback; empty if there is none."""
    raised = RAISED.search(traceback)
    error = getattr(psycopg.errors, raised[1], None) if raised else None
    return getattr(error, "sqlstate", None) or ""


def describe_sqlstate(sqlstate: str) -> str:
    """Return the condition name of an SQLSTATE."""
    if not sqlstate:
        return "the database could not be reached"
    with contextlib.suppress(KeyError):
        return f"{psycopg.errors.lookup(sqlstate).__name__} ({sqlstate})"
    return f"SQLSTATE {sqlstate}"


def _sqlstate_of_cause(error: BaseException | None) -> str:
    while error is not None and not getattr(error, "pgcode", None):
        error = error.__cause__ or error.__context__
    return getattr(error, "pgcode", "")
