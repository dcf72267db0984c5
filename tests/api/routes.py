"""Every analytics route with what a request for it needs, so that tests of access cover all of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.api.assertions import Owner
from tests.api.service import PREFIX


@dataclass(frozen=True)
class Known:
    """Ids of the practice that one coach owns."""

    coach_id: UUID
    client_id: UUID
    job_id: UUID
    alert_id: UUID


@dataclass(frozen=True)
class Route:
    """A method and an address with the name of the id it takes; `answers`: the status for the coach's own."""

    method: str
    template: str
    answers: int = 200
    body: dict[str, Any] | None = None

    def path(self, **ids: UUID) -> str:
        """The address for these ids."""
        return PREFIX + self.template.format(**ids)

    @property
    def takes_id(self) -> bool:
        """Whether somebody's id stands in the address."""
        return "{" in self.template

    @property
    def is_of_client(self) -> bool:
        """Whether it needs an active relationship."""
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
    Route("POST", "/compute/{client_id}", answers=202),
    Route("GET", "/compute/tasks/{task_id}"),
    Route("GET", "/coach/summary"),
    Route("GET", "/coach/at-risk-clients"),
    Route("GET", "/coach/settings"),
    Route("PUT", "/coach/settings", body={}),
)


def known(owner: Owner, coach_id: UUID) -> Known:
    """A client of the coach who has a session and an alert."""
    row = owner.execute(
        "select client_id, a.id as alert_id, s.job_id from ai_backend.risk_alerts as a "
        "inner join ai_backend.session_analytics as s using (coach_id, client_id) "
        "where coach_id = %s and a.status <> 'resolved' order by a.id, s.job_id limit 1",
        [coach_id],
    ).fetchone()
    assert row is not None
    return Known(coach_id, row["client_id"], row["job_id"], row["alert_id"])
