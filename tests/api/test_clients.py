"""GET /clients/{client_id}/…: every field equals the mart's, and each parameter keeps its rule."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.clients.schemas import ClientRisk, ClientSummary, ClientTrends, SessionList
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner, as_json, assert_equals_row, same_moment
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
    found = owner.execute(PAIRS).fetchall()
    assert len(found) > 20
    return found


@pytest.fixture
def client_id(owner: Owner) -> UUID:
    """The demo coach's client with most sessions."""
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


def test_summary__every_field_equals_the_marts(
    service: Service, owner: Owner, pairs: list[dict[str, Any]]
) -> None:
    for pair in pairs:
        for window in WINDOWS:
            path = f"{PREFIX}/clients/{pair['client_id']}/summary"
            answer = service.as_coach(pair["coach_id"]).get(path, params={"window": window})
            assert answer.status_code == 200
            body = answer.json()
            analytics = _one(owner, "client_analytics", window_type=window, **pair)
            assert_equals_row(body["client_analytics"], analytics)
            beside = _one(owner, "client_summary", window_type=window, **pair)
            assert_equals_row(
                {key: value for key, value in body.items() if key != "client_analytics"},
                beside,
                without=["coach_id", "client_id", "window_type"],
            )
            ClientSummary.model_validate(body)


def test_summary__window_is_90d_by_default_and_nothing_else(coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/summary"
    assert coach.get(path).content == coach.get(path, params={"window": "90d"}).content
    for window in ("", "7d", "90D", "all"):
        assert coach.get(path, params={"window": window}).status_code == 422


def test_summary__sessions_but_none_in_the_window_is_empty_and_no_error(
    service: Service, owner: Owner, coach: httpx.Client
) -> None:
    row = owner.execute(
        "select client_id from ai_backend.client_analytics where coach_id = %s and window_type = '90d' "
        "and total_sessions = 0",
        [DEMO_COACH_ID],
    ).fetchone()
    assert row is not None, "the sample has a long vanished client"
    body = coach.get(f"{PREFIX}/clients/{row['client_id']}/summary").json()
    analytics = body["client_analytics"]
    assert analytics["total_sessions"] == 0
    assert analytics["average_engagement_score"] is None
    assert analytics["engagement_scores_history"] == []
    assert analytics["engagement_trend"] is None
    assert body["session_count"] == 6
    assert body["quality_warnings"] == ["insufficient_sessions"]


def test_summary__an_expired_score_gives_no_level(service: Service, owner: Owner, client_id: UUID) -> None:
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
        assert coach.get(f"{PREFIX}/clients/{client_id}/risk").status_code == 200, "still shown there"
        practice = coach.get(f"{PREFIX}/coach/summary").json()
        assert practice["clients_at_risk"] == 0
        assert set(practice["risk_distribution"].values()) == {0}
        assert coach.get(f"{PREFIX}/coach/at-risk-clients?min_level=low").json() == {
            "clients": [],
            "total": 0,
        }
    finally:
        owner.execute("update ai_backend.risk_scores set valid_until = valid_until + interval '8 days'")
        owner.commit()


def test_sessions__every_field_equals_the_marts(
    service: Service, owner: Owner, pairs: list[dict[str, Any]]
) -> None:
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
        for given, row in zip(body["sessions"], rows, strict=True):
            assert_equals_row(given, row, without=["coach_id", "client_id", "completed_at"])
            assert given["cue_count"] == sum(given["cue_counts"].values())
        SessionList.model_validate(body)


def test_sessions__pages_are_parts_of_the_whole(coach: httpx.Client, client_id: UUID) -> None:
    path = f"{PREFIX}/clients/{client_id}/sessions"
    whole = coach.get(path, params={"limit": 100}).json()
    pages = [coach.get(path, params={"limit": 5, "offset": offset}).json() for offset in range(0, 30, 5)]
    assert [s for page in pages for s in page["sessions"]] == whole["sessions"]
    assert {page["total"] for page in pages} == {whole["total"]}
    assert len(coach.get(path).json()["sessions"]) == min(20, whole["total"])


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
def test_sessions__a_parameter_out_of_its_bounds_is_422(
    coach: httpx.Client, client_id: UUID, query: str
) -> None:
    answer = coach.get(f"{PREFIX}/clients/{client_id}/sessions?{query}")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["title"].startswith("Unprocessable")
    assert problem["errors"][0]["location"] == ["query", query.split("=", maxsplit=1)[0]]


def test_sessions__largest_values_are_fine(coach: httpx.Client, client_id: UUID) -> None:
    answer = coach.get(f"{PREFIX}/clients/{client_id}/sessions?limit=100&offset=2147483647")
    assert answer.status_code == 200
    assert answer.json()["sessions"] == []


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
        assert same_moment(body["history"]) == same_moment(expected)
        for given, alert in zip(body["alerts"], alerts, strict=True):
            assert_equals_row(given, alert, without=ALERT_EXTRAS)
        total = sum(round(factor["contribution"] * 100) for factor in body["risk_score"]["factors"])
        assert total == round(body["risk_score"]["risk_score"] * 100)
        ClientRisk.model_validate(body)


def test_risk__history_has_its_limit(coach: httpx.Client, client_id: UUID) -> None:
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


def test_trends__every_value_equals_the_marts(
    service: Service, owner: Owner, pairs: list[dict[str, Any]]
) -> None:
    for pair in pairs:
        for window in WINDOWS:
            path = f"{PREFIX}/clients/{pair['client_id']}/trends"
            body = service.as_coach(pair["coach_id"]).get(path, params={"window": window}).json()
            assert list(body["trends"]) == list(METRICS)
            for metric in METRICS:
                key = pair | {"window_type": window, "metric": metric}
                row = _one(owner, "client_trends", **key)
                given = dict(body["trends"][metric])
                points = given.pop("data_points")
                assert given.pop("metric_name") == metric
                assert_equals_row(given, row, without=[*key, "point_count", "data_points"])
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
def test_trends__metrics_are_repeated_or_a_list(
    coach: httpx.Client, client_id: UUID, query: str, expected: tuple[str, ...]
) -> None:
    body = coach.get(f"{PREFIX}/clients/{client_id}/trends?{query}").json()
    assert tuple(body["trends"]) == expected
    assert tuple(dict.fromkeys(point["metric"] for point in body["data_points"])) == expected


@pytest.mark.parametrize(
    "query", ["metrics=mood", "metrics=engagement,mood", "metrics=", "metrics=,", "window=1y"]
)
def test_trends__an_unknown_name_is_422(coach: httpx.Client, client_id: UUID, query: str) -> None:
    answer = coach.get(f"{PREFIX}/clients/{client_id}/trends?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"][1] == query.split("=", maxsplit=1)[0]


def _one(owner: Owner, relation: str, **key: Any) -> dict[str, Any]:
    where = " and ".join(f"{column} = %({column})s" for column in key)
    rows = owner.execute(f"select * from ai_backend.{relation} where {where}".encode(), key).fetchall()
    assert len(rows) == 1
    if "risk_level" in rows[0] and relation == "client_summary":
        # Outside of a request nothing has expired; the practice's scores are young, so it's the same.
        assert rows[0]["risk_score_stale"] is False
    return rows[0]
