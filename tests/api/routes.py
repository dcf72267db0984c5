"""Every analytics route with a valid request, so that access tests cover all routes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.api.assertions import Owner
from tests.api.service import PREFIX


@dataclass(frozen=True)
class OwnedIds:
    coach_id: UUID
    client_id: UUID
    job_id: UUID
    alert_id: UUID


@dataclass(frozen=True)
class Route:
    """`template` holds the names of path parameters; `success_status` is for the coach's own ids."""

    method: str
    template: str
    success_status: int = 200
    body: dict[str, Any] | None = None

    def path(self, **ids: UUID) -> str:
        return PREFIX + self.template.format(**ids)

    @property
    def has_path_id(self) -> bool:
        return "{" in self.template

    @property
    def needs_relationship(self) -> bool:
        """Whether the client must have an active relationship with the coach."""
        return "{client_id}" in self.template


ROUTES = (
    Route("GET", "/sessions/{job_id}"),
    Route("GET", "/clients/{client_id}/summary"),
    Route("GET", "/clients/{client_id}/sessions"),
    Route("GET", "/clients/{client_id}/risk"),
    Route("GET", "/clients/{client_id}/trends"),
    Route("GET", "/risk/alerts"),
    Route("POST", "/risk/alerts/{alert_id}/acknowledge", body={}),
    Route("POST", "/risk/acknowledge/{alert_id}", body={}),
    Route("POST", "/compute/{client_id}", success_status=202),
    Route("GET", "/compute/tasks/{task_id}"),
    Route("GET", "/coach/summary"),
    Route("GET", "/coach/at-risk-clients"),
    Route("GET", "/coach/settings"),
    Route("PUT", "/coach/settings", body={}),
)


def owned_ids(owner: Owner, coach_id: UUID) -> OwnedIds:
    """Ids of a client of the coach who has a session and an alert."""
    row = owner.execute(
        "select client_id, a.id as alert_id, s.job_id from ai_backend.risk_alerts as a "
        "inner join ai_backend.session_analytics as s using (coach_id, client_id) "
        "where coach_id = %s and a.status <> 'resolved' order by a.id, s.job_id limit 1",
        [coach_id],
    ).fetchone()
    assert row is not None
    return OwnedIds(coach_id, row["client_id"], row["job_id"], row["alert_id"])
