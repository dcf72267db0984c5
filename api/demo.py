"""Tokens for the local demo and for tests. Only they import this: the service itself issues none."""

import time
from typing import Any
from uuid import UUID

import jwt


def token_for(coach_id: UUID, secret: str, *, lifetime_seconds: int = 86_400, **claims: Any) -> str:
    """An HS256 token as Supabase Auth would issue it to this coach, signed with the project's secret."""
    now = int(time.time())
    issued = {"sub": str(coach_id), "aud": "authenticated", "role": "authenticated", "iat": now}
    return jwt.encode({**issued, "exp": now + lifetime_seconds, **claims}, secret, algorithm="HS256")
