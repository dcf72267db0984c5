"""A token in the form of Supabase Auth, signed with the demo's secret."""

import time
from uuid import UUID

import jwt

ONE_DAY_SECONDS = 24 * 60 * 60


def demo_token(coach_id: UUID, secret: str) -> str:
    """Return a bearer token for a coach, valid for one day."""
    now = int(time.time())
    claims = {"sub": str(coach_id), "aud": "authenticated", "iat": now, "exp": now + ONE_DAY_SECONDS}
    return jwt.encode(claims, secret, algorithm="HS256")
