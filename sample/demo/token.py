"""A token like those of Supabase Auth, signed with the demo's own secret."""

import time
from uuid import UUID

import jwt

ONE_DAY_SECONDS = 24 * 60 * 60


def demo_token(coach_id: UUID, secret: str) -> str:
    """A bearer token for a coach, good for a day (contract page, "Access")."""
    now = int(time.time())
    claims = {"sub": str(coach_id), "aud": "authenticated", "iat": now, "exp": now + ONE_DAY_SECONDS}
    return jwt.encode(claims, secret, algorithm="HS256")
