"""Responses of compute requests."""

from enum import StrEnum

from api.types import Identifier, ResponseModel, Timestamp


class TaskStatus(StrEnum):
    """Status of a compute task."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ComputeResponse(ResponseModel):
    """A stored compute request. It survives restarts."""

    task_id: Identifier
    """Id of the task. If a task of the client is already queued, its id."""
    message: str
    """Confirmation."""


class ComputeTask(ResponseModel):
    """A compute task."""

    task_id: Identifier
    """Id of the task."""
    client_id: Identifier
    """Id of the client."""
    status: TaskStatus
    """Status of the task."""
    requested_at: Timestamp
    """Time of the request."""
    started_at: Timestamp | None
    """Start time; null while the task is queued."""
    finished_at: Timestamp | None
    """End time; null until then."""
    reason: str | None
    """Reason of the failure; null unless the task failed."""
