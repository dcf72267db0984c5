"""Coach routes: summary, clients at risk, settings."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.coach.schemas import AtRiskClients, CoachSettings, CoachSummary
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner, as_json, assert_equals_row
from tests.api.service import PREFIX, Service

SETTINGS = f"{PREFIX}/coach/settings"
LEVELS = ["low", "medium", "high", "critical"]
DEFAULTS = {
    "engagement_trend": (-10, -20),
    "sentiment_trend": (-0.2, -0.4),
    "resistance_ratio": (2, 4),
    "days_since_session": (14, 30),
}


@pytest.fixture
def coach(service: Service, owner: Owner) -> httpx.Client:
    """The demo coach without settings."""
    owner.execute("delete from analytics_api.coach_settings")
    owner.commit()
    return service.as_coach(DEMO_COACH_ID)


def test_summary__fields_equal_the_mart(service: Service, owner: Owner) -> None:
    rows = owner.execute("select * from ai_backend.coach_summary").fetchall()
    assert len(rows) == 3
    for row in rows:
        body = service.as_coach(row["coach_id"]).get(f"{PREFIX}/coach/summary").json()
        assert_equals_row(body, row, without=["coach_id", "as_of_date", "pending_alert_count"])
        assert sum(body["risk_distribution"].values()) == body["total_clients"]
        CoachSummary.model_validate(body)


def test_summary__of_a_coach_without_clients_is_zero(service: Service) -> None:
    body = service.as_coach(uuid4()).get(f"{PREFIX}/coach/summary").json()
    CoachSummary.model_validate(body)
    assert body == {
        "total_clients": 0,
        "clients_at_risk": 0,
        "average_engagement": None,
        "sessions_this_month": 0,
        "risk_distribution": dict.fromkeys(LEVELS, 0),
    }


@pytest.mark.parametrize("level", LEVELS)
def test_at_risk__fields_equal_the_mart(coach: httpx.Client, owner: Owner, level: str) -> None:
    rows = owner.execute(
        "select client_id, risk_score, risk_level, top_factor, risk_trend as trend, score_change, "
        "recommended_action, days_since_last_session, last_session_date, open_alert_count as open_alerts, "
        "risk_as_of_date as as_of_date from ai_backend.client_overview "
        "where coach_id = %s and risk_level = any(%s) order by risk_score desc, client_id",
        [DEMO_COACH_ID, LEVELS[LEVELS.index(level) :]],
    ).fetchall()
    body = coach.get(f"{PREFIX}/coach/at-risk-clients", params={"min_level": level}).json()
    AtRiskClients.model_validate(body)
    assert rows
    assert body == {"clients": [as_json(row) for row in rows], "total": len(rows)}


def test_at_risk__default_is_high_and_critical(coach: httpx.Client) -> None:
    path = f"{PREFIX}/coach/at-risk-clients"
    body = coach.get(path).json()
    assert body == coach.get(path, params={"min_level": "high", "limit": 50, "offset": 0}).json()
    assert body["total"] == coach.get(f"{PREFIX}/coach/summary").json()["clients_at_risk"]
    pages = [
        coach.get(path, params={"limit": 1, "offset": n}).json()["clients"] for n in range(body["total"] + 1)
    ]
    assert [client for page in pages for client in page] == body["clients"]


@pytest.mark.parametrize("query", ["min_level=none", "limit=0", "limit=101", "offset=-1"])
def test_at_risk__parameter_out_of_range_is_422(coach: httpx.Client, query: str) -> None:
    assert coach.get(f"{PREFIX}/coach/at-risk-clients?{query}").status_code == 422


def test_settings__default_to_the_seed(coach: httpx.Client, owner: Owner) -> None:
    body = coach.get(SETTINGS).json()
    CoachSettings.model_validate(body)
    for row in owner.execute("select * from analytics_seeds.risk_factor_settings").fetchall():
        if row["factor_type"] == "session_frequency":
            continue
        warning, critical = float(row["warning_threshold"]), float(row["critical_threshold"])
        assert DEFAULTS[row["factor_type"]] == (warning, critical)
        assert body["thresholds"][row["factor_type"]] == {
            "warning": warning,
            "critical": critical,
            "is_default": True,
            "default_warning": warning,
            "default_critical": critical,
        }
    assert list(body["thresholds"]) == list(DEFAULTS)
    assert (body["muted_alert_types"], body["min_alert_severity"], body["updated_at"]) == (
        [],
        "warning",
        None,
    )


def test_settings__are_stored_and_replaced_completely(coach: httpx.Client, owner: Owner) -> None:
    settings = {
        "thresholds": {
            "engagement_trend": {"warning": -5.25, "critical": -15},
            "sentiment_trend": {"warning": -0.125, "critical": -1.5},
            "resistance_ratio": {"warning": 1.5, "critical": 99.999},
            "days_since_session": {"warning": 7, "critical": 21},
        },
        "muted_alert_types": ["risk_increased", "risk_increased"],
        "min_alert_severity": "urgent",
    }
    body = coach.put(SETTINGS, json=settings).json()
    assert body == coach.get(SETTINGS).json()
    for factor, pair in settings["thresholds"].items():  # type: ignore[attr-defined]
        assert body["thresholds"][factor] == pair | {
            "is_default": False,
            "default_warning": DEFAULTS[factor][0],
            "default_critical": DEFAULTS[factor][1],
        }
    assert body["muted_alert_types"] == ["risk_increased"]
    assert body["min_alert_severity"] == "urgent"
    assert body["updated_at"] is not None
    row = owner.execute("select * from analytics_api.coach_settings").fetchone()
    assert row is not None
    assert float(row["engagement_decline_warning"]) == -5.25

    partial = coach.put(
        SETTINGS, json={"thresholds": {"days_since_session": {"warning": 3, "critical": 4}}}
    ).json()
    assert partial["thresholds"]["engagement_trend"]["is_default"] is True
    assert partial["thresholds"]["days_since_session"]["critical"] == 4
    assert partial["muted_alert_types"] == []


@pytest.mark.parametrize(
    "settings",
    [
        {"least_alert_severity": "urgent"},
        {"min_alert_severity": "urgent", "least_alert_severity": "urgent"},
    ],
)
def test_settings__former_name_of_the_severity_is_accepted_and_returned(
    coach: httpx.Client, settings: dict[str, str]
) -> None:
    body = coach.put(SETTINGS, json=settings).json()
    assert (body["min_alert_severity"], body["least_alert_severity"]) == ("urgent", "urgent")
    assert coach.get(SETTINGS).json() == body


@pytest.mark.parametrize(("current", "former"), [("urgent", "warning"), ("warning", "urgent")])
def test_settings__contradictory_severities_are_422(coach: httpx.Client, current: str, former: str) -> None:
    body = {"min_alert_severity": current, "least_alert_severity": former}
    response = coach.put(SETTINGS, json=body)
    assert response.status_code == 422
    assert "must be equal" in response.json()["errors"][0]["message"]
    assert coach.get(SETTINGS).json()["updated_at"] is None


def test_settings__of_another_coach_are_unchanged(coach: httpx.Client, service: Service) -> None:
    coach.put(SETTINGS, json={"min_alert_severity": "urgent"})
    assert service.as_coach(uuid4()).get(SETTINGS).json()["min_alert_severity"] == "warning"


@pytest.mark.parametrize(
    ("factor", "warning", "critical"),
    [
        ("engagement_trend", -10, -10),
        ("engagement_trend", -20, -10),
        ("engagement_trend", 0, -10),
        ("engagement_trend", 5, 10),
        ("engagement_trend", -10, -100.01),
        ("engagement_trend", -0.001, -0.002),
        ("engagement_trend", -10.001, -10.002),
        ("engagement_trend", None, -10),
        ("engagement_trend", -10, "-20"),
        ("engagement_trend", True, -20),
        ("sentiment_trend", -0.4, -0.2),
        ("sentiment_trend", -0.2, -2.001),
        ("sentiment_trend", 0, -1),
        ("resistance_ratio", 4, 2),
        ("resistance_ratio", 0, 2),
        ("resistance_ratio", 2, 100),
        ("resistance_ratio", 2.0001, 2.0002),
        ("days_since_session", 30, 14),
        ("days_since_session", 0, 14),
        ("days_since_session", 14, 366),
        ("days_since_session", 14.5, 30),
        ("days_since_session", 14, 14),
        ("session_frequency", 0.5, 0.75),
    ],
)
def test_settings__invalid_thresholds_are_422_and_change_nothing(
    coach: httpx.Client, factor: str, warning: Any, critical: Any
) -> None:
    before = coach.get(SETTINGS).json()
    response = coach.put(SETTINGS, json={"thresholds": {factor: {"warning": warning, "critical": critical}}})
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"][:3] == ["body", "thresholds", factor]
    assert coach.get(SETTINGS).json() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"thresholds": null}',
        b'{"thresholds": {"engagement_trend": {"warning": -1}}}',
        b'{"muted_alert_types": ["all"]}',
        b'{"muted_alert_types": "risk_increased"}',
        b'{"min_alert_severity": "none"}',
        b'{"least_alert_severity": "none"}',
        b'{"least_alert_severity": null}',
        b'{"threshold": {}}',
        b'{"thresholds": {"engagement_trend": {"warning": NaN, "critical": -20}}}',
        b'{"thresholds": {"engagement_trend": {"warning": -1, "critical": -Infinity}}}',
        b'{"muted_alert_types": ["risk_increased","risk_increased","risk_increased","risk_increased"]}',
    ],
)
def test_settings__invalid_body_is_422(coach: httpx.Client, body: bytes) -> None:
    response = coach.put(SETTINGS, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"][0] == "body"


@pytest.mark.parametrize(
    ("factor", "warning", "critical"),
    [
        ("engagement_trend", -0.01, -100),
        ("sentiment_trend", -0.001, -2),
        ("engagement_trend", -1, -2),
        ("resistance_ratio", 0.001, 99.999),
        ("days_since_session", 1, 365),
    ],
)
def test_settings__limits_of_the_ranges_are_valid(
    coach: httpx.Client, factor: str, warning: float, critical: float
) -> None:
    pair = {"warning": warning, "critical": critical}
    response = coach.put(SETTINGS, json={"thresholds": {factor: pair}})
    assert response.status_code == 200
    assert {key: response.json()["thresholds"][factor][key] for key in pair} == pair
