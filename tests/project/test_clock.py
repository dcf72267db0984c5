"""No model asks the clock: what is computed for a day can be computed again on any other."""

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


def asks(text: str, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.search(COMMENT.sub(" ", text)))


def test_clock__is_recognised() -> None:
    for sql in (
        "select now()",
        "select NOW ( )",
        "x > current_date - 30",
        "'today'::date",
        "clock_timestamp()",
    ):
        assert asks(sql, CLOCK), sql
    for sql in ("select known()", "-- now()", "{# current_date #}", "is_current_date_known", "then 'today'"):
        assert not asks(sql, CLOCK), sql


def test_models__do_not_ask_the_clock(manifest: Manifest) -> None:
    for node in manifest.nodes.values():
        if isinstance(node, ModelNode):
            hooks = " ".join(str(hook.sql) for hook in [*node.config.pre_hook, *node.config.post_hook])
            assert not asks(f"{node.raw_code} {hooks}", CLOCK), node.name
            assert not asks(f"{node.raw_code} {hooks}", START_OF_RUN), node.name


def test_tests__do_not_ask_the_clock(manifest: Manifest) -> None:
    for node in manifest.nodes.values():
        if isinstance(node, SingularTestNode):
            assert not asks(node.raw_code, CLOCK), node.name
            assert not asks(node.raw_code, START_OF_RUN), node.name


def test_macros__show_the_start_of_the_run_as_computed_at_only(manifest: Manifest) -> None:
    for macro in manifest.macros.values():
        if macro.package_name == manifest.metadata.project_name:
            assert not asks(macro.macro_sql, CLOCK), macro.name
            assert asks(macro.macro_sql, START_OF_RUN) == (macro.name == "computed_at"), macro.name


def test_models__use_none_of_dbt_s_own_clocks(manifest: Manifest) -> None:
    for node in manifest.nodes.values():
        clocks = [m for m in node.depends_on.macros if "timestamp" in m or "snapshot_get_time" in m]
        assert clocks == [], node.name
