"""The one door to every analytics route: limits, API key, token. No route can forget it.

It stands before routing and before the body is read, so that a stranger learns nothing of what lies behind.
"""

import hashlib
import hmac
from collections.abc import Iterable
from uuid import UUID

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.jwks import KeysUnavailableError
from api.auth.jwt import BadTokenError, TokenVerifier
from api.errors import Problem, unavailable
from api.metrics import Metrics
from api.middleware.rate_limit import Headers, Limit, RateLimitResult, client_network
from api.settings import Settings

PREFIX = "/api/v1/analytics"


class AuthenticationMiddleware:
    """Lets a request with both credentials through, with the coach's id in `request.state.coach_id`."""

    def __init__(self, app: ASGIApp, settings: Settings, tokens: TokenVerifier, metrics: Metrics) -> None:
        self.app = app
        self.tokens = tokens
        self.metrics = metrics
        self._key_digests = [_digest(key.get_secret_value().encode()) for key in settings.api_keys]
        self._per_address = Limit("address", settings.rate_limit_per_address, settings.rate_limit_storage)
        self._per_coach = Limit("coach", settings.rate_limit_per_coach, settings.rate_limit_storage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, or pass on what isn't analytics."""
        if scope["type"] != "http" or not requires_auth(get_route_path(scope)):
            await self.app(scope, receive, send)
            return
        headers: Headers = []

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).extend(headers)
            await send(message)

        try:
            client = scope.get("client") or ("unknown", 0)
            verdict = await self._per_address.hit(client_network(client[0]))
            self._count("address", verdict, headers)
            self._check_key(_header(scope, b"x-api-key"))
            coach_id = await self._coach((_header(scope, b"authorization") or b"").decode("latin-1"))
            verdict = await self._per_coach.hit(str(coach_id))
            self._count("coach", verdict, headers)
        except Problem as problem:
            await problem.response(scope["path"])(scope, receive, send_with_limits)
            return
        scope.setdefault("state", {})["coach_id"] = coach_id
        await self.app(scope, receive, send_with_limits)

    def _count(self, whose: str, verdict: RateLimitResult | None, headers: Headers) -> None:
        if verdict is None:
            return
        headers[:] = verdict.headers
        if not verdict.is_allowed:
            self.metrics.refused.labels(f"{whose}_limit").inc()
            raise Problem(
                429,
                "That was too often. Wait for the time that Retry-After says.",
                headers={"Retry-After": str(verdict.retry_after_seconds)},
            )

    def _check_key(self, given: bytes | None) -> None:
        if given is None:
            raise self._refused("key", "The header X-API-Key is missing.", 'ApiKey realm="analytics"')
        if not _is_any_of(_digest(given), self._key_digests):
            raise self._refused("key", "The API key is not valid.", 'ApiKey realm="analytics"')

    async def _coach(self, authorization: str) -> UUID:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise self._refused(
                "token", "The header Authorization has no bearer token.", 'Bearer realm="analytics"'
            )
        try:
            return await self.tokens.coach_of(token.strip())
        except BadTokenError as error:
            challenge = f'Bearer realm="analytics", error="invalid_token", error_description="{error}"'
            raise self._refused("token", str(error), challenge) from None
        except KeysUnavailableError:
            raise unavailable("Tokens can't be checked right now. Try again in a moment.") from None

    def _refused(self, reason: str, detail: str, challenge: str) -> Problem:
        self.metrics.refused.labels(reason).inc()
        return Problem(401, detail, headers={"WWW-Authenticate": challenge})


def requires_auth(path: str) -> bool:
    """Whether an address lies behind the gate."""
    return path == PREFIX or path.startswith(PREFIX + "/")


def _header(scope: Scope, name: bytes) -> bytes | None:
    """The only value of a header; sent twice it counts as missing, so that no two readers differ over it."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0] if len(values) == 1 else None


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _is_any_of(given: bytes, known: Iterable[bytes]) -> bool:
    """Compared with every key, each in constant time, so that the time taken tells nothing."""
    return sum([hmac.compare_digest(given, digest) for digest in known]) > 0
