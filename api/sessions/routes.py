"""Session routes."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.db.queries import load
from api.dependencies import RunQuery
from api.middleware.authentication import PREFIX
from api.sessions.schemas import SessionResponse
from api.types import UuidParam

router = APIRouter(prefix=f"{PREFIX}/sessions", tags=["sessions"])
SESSION = load(__package__, "session")


@router.get("/{job_id}", response_model=SessionResponse, summary="Get a session", operation_id="get_session")
async def get_session(
    job_id: Annotated[UuidParam, Path(description="Id of the session's transcription job.")],
    run_query: RunQuery,
) -> Response:
    """Analytics of a session, its cues, and the comparison with the client's previous session."""
    return await run_query(SESSION, job_id=job_id)
