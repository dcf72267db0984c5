"""No model reads the clock, so that a date can be recomputed on any later date."""

import re

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode, SingularTestNode

CLOCK = re.compile(
    r"\bnow\s*\(|\b(current_date|current_time|current_timestamp|localtime|localtimestamp|clock_timestamp"
    r"|statement_timestamp|transaction_timestamp|timeofday)\b"
    r"|(\b(date|timestamp|timestamptz)\s+)'(now|today|yesterday|tomorrow)'"
    r"|'(now|today|yesterday|tomorrow)'\s*::",
    re.IGNORECASE,
)
START_OF_RUN = re.compile(r"run_started_at|modules\.(datetime|pytz)|invocation_id")
COMMENT = re.compile(r"{#.*?#}|--[^\n]*", re.DOTALL)


def uses(text: str, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.search(COMMENT.sub(" ", text)))


def test_clock__is_recognised() -> None:
    for sql in (
        "select now()",
        "select NOW ( )",
        "x > current_date - 30",
        "'today'::date",
        "clock_timestamp()",
    ):
        assert uses(sql, CLOCK), sql
    for sql in ("select known()", "-- now()", "{# current_date #}", "is_current_date_known", "then 'today'"):
        assert not uses(sql, CLOCK), sql


def test_models__do_not_read_the_clock(manifest: Manifest) -> None:
    for node in manifest.nodes.values():
        if isinstance(node, ModelNode):
            hooks = " ".join(str(hook.sql) for hook in [*node.config.pre_hook, *node.config.post_hook])
            assert not uses(f"{node.raw_code} {hooks}", CLOCK), node.name
            assert not uses(f"{node.raw_code} {hooks}", START_OF_RUN), node.name


def test_tests__do_not_read_the_clock(manifest: Manifest) -> None:
    for node in manifest.nodes.values():
        if isinstance(node, SingularTestNode):
            assert not uses(node.raw_code, CLOCK), node.name
            assert not uses(node.raw_code, START_OF_RUN), node.name


def test_macros__use_the_start_of_the_run_only_in_computed_at(manifest: Manifest) -> None:
    for macro in manifest.macros.values():
        if macro.package_name == manifest.metadata.project_name:
            assert not uses(macro.macro_sql, CLOCK), macro.name
            assert uses(macro.macro_sql, START_OF_RUN) == (macro.name == "computed_at"), macro.name


def test_models__use_none_of_dbts_clocks(manifest: Manifest) -> None:
    for node in manifest.nodes.values():
        clocks = [m for m in node.depends_on.macros if "timestamp" in m or "snapshot_get_time" in m]
        assert clocks == [], node.name
