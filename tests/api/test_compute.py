"""Compute requests and their tasks."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx
import pytest

from api.compute.schemas import ComputeResponse, ComputeTask
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner, as_json, normalize_timestamps
from tests.api.service import PREFIX, Service


@pytest.fixture
def coach(service: Service, owner: Owner) -> httpx.Client:
    """The demo coach without compute requests."""
    owner.execute("delete from analytics_api.compute_requests")
    owner.commit()
    return service.as_coach(DEMO_COACH_ID)


@pytest.fixture
def clients(owner: Owner) -> list[UUID]:
    rows = owner.execute(
        "select client_id from ai_backend.active_clients where coach_id = %s order by client_id",
        [DEMO_COACH_ID],
    ).fetchall()
    return [UUID(str(row["client_id"])) for row in rows]


def test_compute__stores_the_request_before_it_responds(
    coach: httpx.Client, owner: Owner, clients: list[UUID]
) -> None:
    response = coach.post(f"{PREFIX}/compute/{clients[0]}")
    assert response.status_code == 202
    ComputeResponse.model_validate(response.json())
    task_id = response.json()["task_id"]
    assert response.headers["location"] == f"{PREFIX}/compute/tasks/{task_id}"
    row = owner.execute("select * from analytics_api.compute_tasks where task_id = %s", [task_id]).fetchone()
    assert row is not None
    assert (row["coach_id"], row["client_id"], row["status"]) == (DEMO_COACH_ID, clients[0], "queued")


def test_compute__while_a_task_is_queued_returns_the_same_task(
    coach: httpx.Client, clients: list[UUID]
) -> None:
    first, again = (coach.post(f"{PREFIX}/compute/{clients[0]}").json() for _ in range(2))
    other = coach.post(f"{PREFIX}/compute/{clients[1]}").json()
    assert first == again
    assert other["task_id"] != first["task_id"]


def test_compute__concurrent_requests_create_one_task(
    service: Service, coach: httpx.Client, owner: Owner, clients: list[UUID]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: coach.post(f"{PREFIX}/compute/{clients[0]}").json(), range(24)))
    assert len({response["task_id"] for response in responses}) == 1
    stored = owner.execute("select count(*) as n from analytics_api.compute_requests").fetchone()
    assert stored == {"n": 1}


@pytest.mark.parametrize("status", ["succeeded", "failed", "running"])
def test_compute__after_the_task_has_started_creates_a_new_task(
    coach: httpx.Client, owner: Owner, clients: list[UUID], status: str
) -> None:
    first = coach.post(f"{PREFIX}/compute/{clients[0]}").json()["task_id"]
    start(owner, first, status)
    second = coach.post(f"{PREFIX}/compute/{clients[0]}").json()["task_id"]
    assert second != first
    assert coach.get(f"{PREFIX}/compute/tasks/{first}").json()["status"] == status
    assert coach.get(f"{PREFIX}/compute/tasks/{second}").json()["status"] == "queued"


@pytest.mark.parametrize("status", ["queued", "running", "succeeded", "failed"])
def test_task__fields_equal_the_row(
    coach: httpx.Client, owner: Owner, clients: list[UUID], status: str
) -> None:
    task_id = coach.post(f"{PREFIX}/compute/{clients[0]}").json()["task_id"]
    if status != "queued":
        start(owner, task_id, status)
    body = coach.get(f"{PREFIX}/compute/tasks/{task_id}").json()
    ComputeTask.model_validate(body)
    row = owner.execute("select * from analytics_api.compute_tasks where task_id = %s", [task_id]).fetchone()
    assert row is not None
    del row["coach_id"]
    assert normalize_timestamps(body) == normalize_timestamps(as_json(row))
    assert (body["reason"] is not None) == (status == "failed")


def test_task__of_another_coach_is_404(service: Service, coach: httpx.Client, clients: list[UUID]) -> None:
    task_id = coach.post(f"{PREFIX}/compute/{clients[0]}").json()["task_id"]
    assert service.as_coach(uuid4()).get(f"{PREFIX}/compute/tasks/{task_id}").status_code == 404


def test_compute__of_a_foreign_client_stores_nothing(
    service: Service, owner: Owner, clients: list[UUID]
) -> None:
    other_coach = uuid4()
    assert service.as_coach(other_coach).post(f"{PREFIX}/compute/{clients[0]}").status_code == 404
    stored = owner.execute(
        "select count(*) as n from analytics_api.compute_requests where coach_id = %s", [other_coach]
    ).fetchone()
    assert stored == {"n": 0}


def start(owner: Owner, task_id: str, status: str) -> None:
    """Writes the progress row as the orchestrator does."""
    owner.execute(
        "insert into analytics_api.compute_progress "
        "(task_id, coach_id, client_id, status, finished_at, reason) "
        "select task_id, coach_id, client_id, %(status)s, case when %(status)s <> 'running' then now() end, "
        "case when %(status)s = 'failed' then 'The transcript could not be read.' end "
        "from analytics_api.compute_requests where task_id = %(task_id)s",
        {"task_id": task_id, "status": status},
    )
    owner.commit()
