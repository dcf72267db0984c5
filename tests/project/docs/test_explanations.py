"""docs/explanation/: weights, thresholds and the example are those of the seeds and the sample data."""

import re
from csv import DictReader
from decimal import Decimal

import psycopg

from tests.project.docs import pages
from warehouse.paths import PROJECT_DIR

EXPLANATION = pages.DOCS / "explanation"
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def table(page: str, first_cell: str) -> list[list[str]]:
    """Rows of the table whose header starts with a cell; links are replaced by their text."""
    lines = iter(pages.text(EXPLANATION / page).splitlines())
    next(line for line in lines if line.startswith(f"| {first_cell} |"))
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", LINK.sub(r"\1", line))[1:-1]])
    return rows


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT_DIR / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(DictReader(file))


def test_engagement__has_the_documented_weights() -> None:
    parameters = {row["parameter"]: row["value"] for row in seed("session_parameters")}
    documented = {
        f"{component}_weight": weight for component, weight, _ in table("session-metrics.md", "Component")
    }
    assert documented == {name: value for name, value in parameters.items() if name.endswith("_weight")}


def test_risk_factors__have_the_documented_weights_and_thresholds() -> None:
    documented = {row[0]: row for row in table("risk.md", "Factor")}
    settings = {row["factor_type"]: row for row in seed("risk_factor_settings")}
    assert list(documented) == list(settings)
    for name, row in settings.items():
        assert documented[name][1] == row["weight"]
        thresholds = re.findall(r"[\d.]+", documented[name][3])
        if name != "session_frequency":
            assert thresholds == [row["warning_threshold"].lstrip("-"), row["critical_threshold"].lstrip("-")]


def test_risk_levels__have_the_documented_bounds() -> None:
    documented = {row[0]: (re.findall(r"\d+", row[1]), row[2], row[3]) for row in table("risk.md", "Level")}
    words = {"true": "yes", "false": "no"}
    assert documented == {
        row["risk_level"]: (
            [bound for bound in (row["above_score"], row["up_to_score"]) if bound],
            words[row["is_at_risk"]],
            words[row["is_urgent"]],
        )
        for row in seed("risk_levels")
    }


def test_risk_example__is_that_of_the_sample_data(sample_url: str) -> None:
    rows = [row for row in table("risk.md", "Factor | Severity") if not row[0].startswith("**")]
    with psycopg.connect(sample_url) as connection:
        found = connection.execute(
            "select factor_type, severity, contribution from ai_backend.risk_factors where risk_score_id = ("
            "select id from ai_backend.risk_scores where days_since_last_session = 33 "
            "and as_of_date = '2026-11-22' and risk_score = 42.55) order by position"
        ).fetchall()
    assert [
        (name, Decimal(severity), Decimal(contribution)) for name, severity, _, contribution in rows
    ] == found


def test_alert_rules__name_every_parameter_with_its_value() -> None:
    rows = table("alerts.md", "Type")
    for parameter in seed("alert_parameters"):
        (row,) = [row for row in rows if f"`{parameter['parameter']}`" in row[4]]
        rule = " ".join(row[1:4])
        assert re.search(rf"\b{parameter['value']}\b", rule), (parameter["parameter"], rule)
