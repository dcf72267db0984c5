"""Client routes: every field equals the mart's; parameters are validated."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.clients.schemas import ClientRisk, ClientSummary, ClientTrends, SessionList
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner, as_json, assert_equals_row, normalize_timestamps
from tests.api.service import PREFIX, Service

PAIRS = """
select coach_id, client_id from ai_backend.client_overview order by coach_id, client_id
"""
WINDOWS = ("30d", "90d", "all_time")
METRICS = ("engagement", "sentiment", "talk_ratio")
SCORE_EXTRAS = ["risk_level_rank", "is_at_risk", "is_urgent"]
ALERT_EXTRAS = ["opened_date", "severity_date", "resolved_date", "resolution", "is_muted", "recorded_at"]


@pytest.fixture
def pairs(owner: Owner) -> list[dict[str, Any]]:
    rows = owner.execute(PAIRS).fetchall()
    assert len(rows) > 20
    return rows


@pytest.fixture
def client_id(owner: Owner) -> UUID:
    """The demo coach's client with the maximum number of sessions."""
    row = owner.execute(
        "select client_id from ai_backend.client_overview where coach_id = %s "
        "order by total_sessions desc, client_id limit 1",
        [DEMO_COACH_ID],
    ).fetchone()
    assert row is not None
    return UUID(str(row["client_id"]))


@pytest.fixture
def coach(service: Service) -> httpx.Client:
    return service.as_coach(DEMO_COACH_ID)


def test_summary__fields_equal_the_marts(service: Service, owner: Owner, pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        for window in WINDOWS:
            path = f"{PREFIX}/clients/{pair['client_id']}/summary"
            response = service.as_coach(pair["coach_id"]).get(path, params={"window": window})
            assert response.status_code == 200
            body = response.json()
            analytics = _one(owner, "client_analytics", window_type=window, **pair)
            assert_equals_row(body["client_analytics"], analytics)
            summary = _one(owner, "client_summary", window_type=window, **pair)
            assert_equals_row(
                {key: value for key, value in body.items() if key != "client_analytics"},
                summary,
                without=["coach_id", "client_id", "window_type"],
            )
            ClientSummary.model_validate(body)


def test_summary__window_defaults_to_90d_and_is_validated(coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/summary"
    assert coach.get(path).content == coach.get(path, params={"window": "90d"}).content
    for window in ("", "7d", "90D", "all"):
        assert coach.get(path, params={"window": window}).status_code == 422


def test_summary__without_sessions_in_the_window_is_empty(
    service: Service, owner: Owner, coach: httpx.Client
) -> None:
    row = owner.execute(
        "select client_id from ai_backend.client_analytics where coach_id = %s and window_type = '90d' "
        "and total_sessions = 0",
        [DEMO_COACH_ID],
    ).fetchone()
    assert row is not None, "the sample practice has a client without recent sessions"
    body = coach.get(f"{PREFIX}/clients/{row['client_id']}/summary").json()
    analytics = body["client_analytics"]
    assert analytics["total_sessions"] == 0
    assert analytics["average_engagement_score"] is None
    assert analytics["engagement_scores_history"] == []
    assert analytics["engagement_trend"] is None
    assert body["session_count"] == 6
    assert body["quality_warnings"] == ["insufficient_sessions"]


def test_summary__expired_score_has_no_level(service: Service, owner: Owner, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/summary"
    coach = service.as_coach(DEMO_COACH_ID)
    before = coach.get(path).json()
    assert before["risk_level"] is not None
    assert before["risk_score_stale"] is False
    try:
        owner.execute("update ai_backend.risk_scores set valid_until = valid_until - interval '8 days'")
        owner.commit()
        after = coach.get(path).json()
        assert (after["risk_level"], after["risk_score_stale"]) == (None, True)
        assert "stale_risk_score" in after["quality_warnings"]
        assert coach.get(f"{PREFIX}/clients/{client_id}/risk").status_code == 200, (
            "an expired score is still returned"
        )
        summary = coach.get(f"{PREFIX}/coach/summary").json()
        assert summary["clients_at_risk"] == 0
        assert set(summary["risk_distribution"].values()) == {0}
        assert coach.get(f"{PREFIX}/coach/at-risk-clients?min_level=low").json() == {
            "clients": [],
            "total": 0,
        }
    finally:
        owner.execute("update ai_backend.risk_scores set valid_until = valid_until + interval '8 days'")
        owner.commit()


def test_sessions__fields_equal_the_mart(service: Service, owner: Owner, pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        rows = owner.execute(
            "select * from ai_backend.session_overview "
            "where coach_id = %(coach_id)s and client_id = %(client_id)s "
            "order by session_date desc, coalesce(completed_at, 'infinity') desc, job_id desc",
            pair,
        ).fetchall()
        path = f"{PREFIX}/clients/{pair['client_id']}/sessions"
        body = service.as_coach(pair["coach_id"]).get(path, params={"limit": 100}).json()
        assert body["total"] == len(rows)
        for session, row in zip(body["sessions"], rows, strict=True):
            assert_equals_row(session, row, without=["coach_id", "client_id", "completed_at"])
            assert session["cue_count"] == sum(session["cue_counts"].values())
        SessionList.model_validate(body)


def test_sessions__pages_concatenate_to_the_full_list(coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/sessions"
    full = coach.get(path, params={"limit": 100}).json()
    pages = [coach.get(path, params={"limit": 5, "offset": offset}).json() for offset in range(0, 30, 5)]
    assert [s for page in pages for s in page["sessions"]] == full["sessions"]
    assert {page["total"] for page in pages} == {full["total"]}
    assert len(coach.get(path).json()["sessions"]) == min(20, full["total"])


def test_sessions__dates_are_inclusive(coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/sessions"
    dates = [
        date.fromisoformat(s["session_date"])
        for s in coach.get(path, params={"limit": 100}).json()["sessions"]
    ]
    assert dates == sorted(dates, reverse=True)
    first, last = dates[-3], dates[2]

    def between(**limits: date) -> dict[str, Any]:
        return dict(coach.get(path, params={"limit": 100, **{k: str(v) for k, v in limits.items()}}).json())

    assert between(from_date=first, to_date=last)["total"] == len([d for d in dates if first <= d <= last])
    assert between(from_date=first)["total"] == len([d for d in dates if d >= first])
    assert between(to_date=last - timedelta(days=1))["total"] == len([d for d in dates if d < last])
    assert between(from_date=first, to_date=first)["total"] == dates.count(first)
    assert between(from_date=date(1999, 1, 1), to_date=date(1999, 12, 31)) == {"sessions": [], "total": 0}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "offset=-1",
        "offset=2147483648",
        "from_date=2026-13-01",
        "from_date=yesterday",
        "to_date=0",
        "to_date=20260101",
        "from_date=2026-01-01T00:00",
        "from_date=2026-02-02&to_date=2026-02-01",
        "limit=",
        "offset=1.5",
    ],
)
def test_sessions__parameter_out_of_range_is_422(coach: httpx.Client, client_id: UUID, query: str) -> None:
    response = coach.get(f"{PREFIX}/clients/{client_id}/sessions?{query}")
    assert response.status_code == 422
    problem = response.json()
    assert problem["title"].startswith("Unprocessable")
    assert problem["errors"][0]["location"] == ["query", query.split("=", maxsplit=1)[0]]


def test_sessions__largest_values_are_fine(coach: httpx.Client, client_id: UUID) -> None:
    response = coach.get(f"{PREFIX}/clients/{client_id}/sessions?limit=100&offset=2147483647")
    assert response.status_code == 200
    assert response.json()["sessions"] == []


def test_risk__every_field_equals_the_marts(
    service: Service, owner: Owner, pairs: list[dict[str, Any]]
) -> None:
    for pair in pairs:
        scores = owner.execute(
            "select * from ai_backend.risk_scores "
            "where coach_id = %(coach_id)s and client_id = %(client_id)s "
            "order by as_of_date desc",
            pair,
        ).fetchall()
        alerts = owner.execute(
            "select * from ai_backend.risk_alerts "
            "where coach_id = %(coach_id)s and client_id = %(client_id)s "
            "and status <> 'resolved' order by created_at desc, id",
            pair,
        ).fetchall()
        assert 1 <= len(scores) <= 8
        path = f"{PREFIX}/clients/{pair['client_id']}/risk"
        body = service.as_coach(pair["coach_id"]).get(path, params={"history_limit": 400}).json()
        assert_equals_row(body["risk_score"], scores[0], without=SCORE_EXTRAS)
        keys = ("computed_at", "as_of_date", "risk_score", "risk_level", "top_factor")
        expected = [{key: as_json(row[key]) for key in keys} for row in scores]
        assert normalize_timestamps(body["history"]) == normalize_timestamps(expected)
        for actual, alert in zip(body["alerts"], alerts, strict=True):
            assert_equals_row(actual, alert, without=ALERT_EXTRAS)
        total = sum(round(factor["contribution"] * 100) for factor in body["risk_score"]["factors"])
        assert total == round(body["risk_score"]["risk_score"] * 100)
        ClientRisk.model_validate(body)


def test_risk__history_is_limited(coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/risk"
    assert len(coach.get(path).json()["history"]) == 5
    assert len(coach.get(path, params={"history_limit": 1}).json()["history"]) == 1
    for limit in (0, 401, -1):
        assert coach.get(path, params={"history_limit": limit}).status_code == 422


def test_risk__without_a_score_is_404(owner: Owner, coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}"
    owner.execute(
        "update ai_backend.risk_scores set coach_id = gen_random_uuid() where client_id = %s", [client_id]
    )
    owner.commit()
    try:
        assert coach.get(f"{path}/risk").status_code == 404
        summary = coach.get(f"{path}/summary").json()
        assert (summary["risk_level"], summary["risk_score_stale"]) == (None, False)
    finally:
        owner.execute(
            "update ai_backend.risk_scores set coach_id = %s where client_id = %s", [DEMO_COACH_ID, client_id]
        )
        owner.commit()


def test_trends__values_equal_the_marts(service: Service, owner: Owner, pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        for window in WINDOWS:
            path = f"{PREFIX}/clients/{pair['client_id']}/trends"
            body = service.as_coach(pair["coach_id"]).get(path, params={"window": window}).json()
            assert list(body["trends"]) == list(METRICS)
            for metric in METRICS:
                key = pair | {"window_type": window, "metric": metric}
                row = _one(owner, "client_trends", **key)
                trend = dict(body["trends"][metric])
                points = trend.pop("data_points")
                assert trend.pop("metric_name") == metric
                assert_equals_row(trend, row, without=[*key, "point_count", "data_points"])
                assert row["point_count"] == len(points)
                expected = owner.execute(
                    'select point_date as "date", value, job_id, session_id, metric '
                    "from ai_backend.client_trend_points where coach_id = %(coach_id)s "
                    "and client_id = %(client_id)s and window_type = %(window_type)s "
                    "and metric = %(metric)s order by position",
                    key,
                ).fetchall()
                assert points == [as_json(point) for point in expected]
                assert points == [p for p in body["data_points"] if p["metric"] == metric]
            ClientTrends.model_validate(body)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", METRICS),
        ("metrics=sentiment", ("sentiment",)),
        ("metrics=sentiment,engagement", ("sentiment", "engagement")),
        ("metrics=sentiment&metrics=engagement", ("sentiment", "engagement")),
        ("metrics=talk_ratio,sentiment&metrics=sentiment", ("talk_ratio", "sentiment")),
    ],
)
def test_trends__metrics_may_be_repeated_or_comma_separated(
    coach: httpx.Client, client_id: UUID, query: str, expected: tuple[str, ...]
) -> None:
    body = coach.get(f"{PREFIX}/clients/{client_id}/trends?{query}").json()
    assert tuple(body["trends"]) == expected
    assert tuple(dict.fromkeys(point["metric"] for point in body["data_points"])) == expected


@pytest.mark.parametrize(
    "query", ["metrics=mood", "metrics=engagement,mood", "metrics=", "metrics=,", "window=1y"]
)
def test_trends__unknown_value_is_422(coach: httpx.Client, client_id: UUID, query: str) -> None:
    response = coach.get(f"{PREFIX}/clients/{client_id}/trends?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"][1] == query.split("=", maxsplit=1)[0]


def _one(owner: Owner, relation: str, **key: Any) -> dict[str, Any]:
    where = " and ".join(f"{column} = %({column})s" for column in key)
    rows = owner.execute(f"select * from ai_backend.{relation} where {where}".encode(), key).fetchall()
    assert len(rows) == 1
    if "risk_level" in rows[0] and relation == "client_summary":
        # Outside of a request no score counts as expired; the sample's scores are not expired either.
        assert rows[0]["risk_score_stale"] is False
    return rows[0]
