"""GET /sessions/{job_id}: one session."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.db.queries import load
from api.dependencies import Ask
from api.middleware.authentication import PREFIX
from api.sessions.schemas import SessionResponse
from api.types import UuidParam

router = APIRouter(prefix=f"{PREFIX}/sessions", tags=["sessions"])
SESSION = load(__package__, "session")


@router.get("/{job_id}", response_model=SessionResponse, summary="One session", operation_id="get_session")
async def get_session(
    job_id: Annotated[UuidParam, Path(description="The session's transcription job.")], ask: Ask
) -> Response:
    """Analytics of one of the coach's sessions, its cues by time, and how it differs from the one before."""
    return await ask(SESSION, job_id=job_id)
