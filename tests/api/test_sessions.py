"""Session route: fields, order, comparison, ownership, audit."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from api.sessions.schemas import SessionResponse
from tests.api.assertions import Owner, assert_equals_row
from tests.api.service import PREFIX, Service

INTERNAL = ["transcript_id", "source_revision", "cue_detection_id", "content_hash"]
CUE_EXTRAS = [
    "job_id",
    "coach_id",
    "client_id",
    "cue_detection_id",
    "detector",
    "detector_version",
    "prompt_version",
]


@pytest.fixture
def sessions(owner: Owner) -> list[dict[str, Any]]:
    return owner.execute("select * from ai_backend.session_analytics order by job_id").fetchall()


def test_session__fields_equal_the_marts(
    service: Service, owner: Owner, sessions: list[dict[str, Any]]
) -> None:
    assert len(sessions) > 200
    for row in sessions[::3]:
        response = service.as_coach(row["coach_id"]).get(f"{PREFIX}/sessions/{row['job_id']}")
        assert response.status_code == 200
        body = response.json()
        assert_equals_row(body["session_analytics"], row, without=INTERNAL)

        cues = owner.execute(
            "select * from ai_backend.language_cues where job_id = %s "
            "order by timestamp_seconds, utterance_id, cue_type",
            [row["job_id"]],
        ).fetchall()
        assert len(body["cues"]) == len(cues)
        for actual, cue in zip(body["cues"], cues, strict=True):
            assert actual["timestamp"] == actual["timestamp_seconds"]
            assert_equals_row(actual, cue | {"timestamp": cue["timestamp_seconds"]}, without=CUE_EXTRAS)

        comparison = owner.execute(
            "select * from ai_backend.session_comparisons where job_id = %s", [row["job_id"]]
        ).fetchone()
        assert comparison is not None
        if comparison["previous_job_id"] is None:
            assert body["comparison"] is None
        else:
            assert_equals_row(body["comparison"], comparison, without=["job_id", "coach_id", "client_id"])
        SessionResponse.model_validate(body)


def test_session__cues_are_ordered_by_time(service: Service, owner: Owner) -> None:
    rows = owner.execute(
        "select coach_id, job_id, count(distinct cue_type) as type_count from ai_backend.language_cues "
        "group by coach_id, job_id order by type_count desc, job_id limit 1"
    ).fetchall()
    body = service.as_coach(rows[0]["coach_id"]).get(f"{PREFIX}/sessions/{rows[0]['job_id']}").json()
    assert len({cue["cue_type"] for cue in body["cues"]}) == rows[0]["type_count"] >= 3
    times = [cue["timestamp"] for cue in body["cues"]]
    assert times == sorted(times)


def test_session__unknown_values_are_null(service: Service, owner: Owner) -> None:
    row = owner.execute(
        "select * from ai_backend.session_analytics "
        "where 'missing_utterances' = any(quality_warnings) limit 1"
    ).fetchone()
    assert row is not None
    body = service.as_coach(row["coach_id"]).get(f"{PREFIX}/sessions/{row['job_id']}").json()
    assert body["session_analytics"]["engagement_score"] is None
    assert body["session_analytics"]["client_speech_share"] is None
    assert body["session_analytics"]["total_duration_seconds"] == 0
    assert "missing_utterances" in body["session_analytics"]["quality_warnings"]
    assert body["cues"] == []


def test_session__missing_and_foreign_are_identical(service: Service, sessions: list[dict[str, Any]]) -> None:
    one = sessions[0]
    other = next(row for row in sessions if row["coach_id"] != one["coach_id"])
    coach = service.as_coach(one["coach_id"])
    foreign = coach.get(f"{PREFIX}/sessions/{other['job_id']}")
    missing = coach.get(f"{PREFIX}/sessions/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    varying = {"date", "x-correlation-id"}
    assert {k: v for k, v in foreign.headers.items() if k not in varying} == {
        k: v for k, v in missing.headers.items() if k not in varying
    }


def test_session__other_coach_is_404(service: Service, sessions: list[dict[str, Any]]) -> None:
    other_coach = service.as_coach(uuid4())
    assert {other_coach.get(f"{PREFIX}/sessions/{row['job_id']}").status_code for row in sessions[:20]} == {
        404
    }


@pytest.mark.parametrize("job_id", ["x", "123", "00000000-0000-0000-0000-00000000000g", "%00", "' or true--"])
def test_session__invalid_uuid_is_422(service: Service, job_id: str) -> None:
    response = service.as_coach(UUID(int=1)).get(f"{PREFIX}/sessions/{job_id}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["location"] == ["path", "job_id"]


def test_session__is_audited_with_client_job_and_status(
    service: Service, owner: Owner, sessions: list[dict[str, Any]]
) -> None:
    row, other = sessions[0], next(s for s in sessions if s["coach_id"] != sessions[0]["coach_id"])
    coach = service.as_coach(row["coach_id"])
    correlation_ids = [f"audit-{uuid4()}", f"audit-{uuid4()}"]
    for correlation_id, job_id in zip(correlation_ids, (row["job_id"], other["job_id"]), strict=True):
        coach.get(f"{PREFIX}/sessions/{job_id}", headers={"X-Correlation-ID": correlation_id})
    logged = owner.execute(
        "select * from analytics_api.audit_log where correlation_id = any(%s) order by audit_id",
        [correlation_ids],
    ).fetchall()
    assert [(e["status"], e["client_id"], e["job_id"], e["coach_id"], e["route"]) for e in logged] == [
        (200, row["client_id"], row["job_id"], row["coach_id"], f"GET {PREFIX}/sessions/{{job_id}}"),
        (404, None, other["job_id"], row["coach_id"], f"GET {PREFIX}/sessions/{{job_id}}"),
    ]
