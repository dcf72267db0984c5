"""Shapes of compute requests (contract page, "Routes")."""

from enum import StrEnum

from api.types import Answer, Identifier, Timestamp


class TaskStatus(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ComputeResponse(Answer):
    """The request is stored; nothing that stops loses it."""

    task_id: Identifier
    """The task; of a client for whom one waits already, that one."""
    message: str
    """What will happen."""


class ComputeTask(Answer):
    """A task and what became of it."""

    task_id: Identifier
    """The task."""
    client_id: Identifier
    """The client who is computed."""
    status: TaskStatus
    """Where it stands."""
    requested_at: Timestamp
    """When it was asked for."""
    started_at: Timestamp | None
    """When it began; null while it is queued."""
    finished_at: Timestamp | None
    """When it ended; null before."""
    reason: str | None
    """Why it failed, in a plain sentence; null unless it did."""
