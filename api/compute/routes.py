"""POST /compute/{client_id} and the state of its task."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Response, status

from api.compute.schemas import ComputeResponse, ComputeTask
from api.db.queries import load
from api.dependencies import Ask
from api.middleware.authentication import PREFIX
from api.types import UuidParam

router = APIRouter(prefix=f"{PREFIX}/compute", tags=["compute"])
REQUESTED = load(__package__, "requested", after=("lock", "request"))
TASK = load(__package__, "task")
LOCATION = {"Location": {"description": "Address of the task's state.", "schema": {"type": "string"}}}


@router.post(
    "/{client_id}",
    response_model=ComputeResponse,
    status_code=status.HTTP_202_ACCEPTED,
    responses={202: {"headers": LOCATION}},
    summary="Compute a client again",
    operation_id="request_compute",
)
async def request_compute(
    ask: Ask, client_id: Annotated[UuidParam, Path(description="One of the coach's active clients.")]
) -> Response:
    """Ask for one client to be computed again. While such a request waits, asking gives the same task."""
    answer = await ask(REQUESTED, status=status.HTTP_202_ACCEPTED, client_id=client_id)
    task_id = orjson.loads(answer.body)["task_id"]
    answer.headers["Location"] = f"{PREFIX}/compute/tasks/{task_id}"
    return answer


@router.get("/tasks/{task_id}", response_model=ComputeTask, summary="A task", operation_id="get_task")
async def get_task(ask: Ask, task_id: Annotated[UuidParam, Path(description="The task.")]) -> Response:
    """What became of a compute request."""
    return await ask(TASK, task_id=task_id)
