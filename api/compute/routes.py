"""Compute requests and their tasks."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Response, status

from api.compute.schemas import ComputeResponse, ComputeTask
from api.db.queries import load
from api.dependencies import RunQuery
from api.middleware.authentication import PREFIX
from api.types import UuidParam

router = APIRouter(prefix=f"{PREFIX}/compute", tags=["compute"])
REQUESTED = load(__package__, "requested", after=("lock", "request"))
TASK = load(__package__, "task")
LOCATION = {"Location": {"description": "Path of the task.", "schema": {"type": "string"}}}


@router.post(
    "/{client_id}",
    response_model=ComputeResponse,
    status_code=status.HTTP_202_ACCEPTED,
    responses={202: {"headers": LOCATION}},
    summary="Recompute a client",
    operation_id="request_compute",
)
async def request_compute(
    run_query: RunQuery,
    client_id: Annotated[UuidParam, Path(description="Id of an active client of the coach.")],
) -> Response:
    """Requests a recomputation of one client. While a task of the client is queued, returns that task."""
    response = await run_query(REQUESTED, status=status.HTTP_202_ACCEPTED, client_id=client_id)
    task_id = orjson.loads(response.body)["task_id"]
    response.headers["Location"] = f"{PREFIX}/compute/tasks/{task_id}"
    return response


@router.get(
    "/tasks/{task_id}", response_model=ComputeTask, summary="Get a compute task", operation_id="get_task"
)
async def get_task(
    run_query: RunQuery, task_id: Annotated[UuidParam, Path(description="Id of the task.")]
) -> Response:
    """Status of a compute request."""
    return await run_query(TASK, task_id=task_id)
