"""Authenticates and rate-limits every analytics request before routing and before the body is read."""

from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.api_keys import ApiKeyVerifier
from api.auth.jwks import KeysUnavailableError
from api.auth.jwt import InvalidJwtError, TokenVerifier
from api.errors import Problem, unavailable
from api.metrics import Metrics
from api.middleware.rate_limit import Headers, Limit, RateLimitResult, client_network
from api.middleware.route_path import route_path
from api.settings import Settings

PREFIX = "/api/v1/analytics"


class AuthenticationMiddleware:
    """Requires an API key and a token under PREFIX, and sets `request.state.coach_id`."""

    def __init__(self, app: ASGIApp, settings: Settings, tokens: TokenVerifier, metrics: Metrics) -> None:
        self.app = app
        self._tokens = tokens
        self._metrics = metrics
        self._api_keys = ApiKeyVerifier(settings.api_keys)
        self._address_limit = Limit("address", settings.rate_limit_per_address, settings.rate_limit_storage)
        self._coach_limit = Limit("coach", settings.rate_limit_per_coach, settings.rate_limit_storage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not requires_auth(route_path(scope)):
            await self.app(scope, receive, send)
            return
        headers: Headers = []

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).extend(headers)
            await send(message)

        try:
            client = scope.get("client") or ("unknown", 0)
            result = await self._address_limit.hit(client_network(client[0]))
            self._apply_limit("address", result, headers)
            self._check_api_key(_single_header(scope, b"x-api-key"))
            coach_id = await self._coach_id(_single_header(scope, b"authorization") or b"")
            result = await self._coach_limit.hit(str(coach_id))
            self._apply_limit("coach", result, headers)
        except Problem as problem:
            await problem.response(scope["path"])(scope, receive, send_with_limits)
            return
        scope.setdefault("state", {})["coach_id"] = coach_id
        await self.app(scope, receive, send_with_limits)

    def _apply_limit(self, name: str, result: RateLimitResult | None, headers: Headers) -> None:
        if result is None:
            return
        headers[:] = result.headers
        if not result.is_allowed:
            self._metrics.rejected_requests.labels(f"{name}_limit").inc()
            raise Problem(
                429,
                "Rate limit exceeded. Retry after the delay in the Retry-After header.",
                headers={"Retry-After": str(result.retry_after_seconds)},
            )

    def _check_api_key(self, key: bytes | None) -> None:
        if key is None:
            raise self._unauthorized("key", "The X-API-Key header is missing.", 'ApiKey realm="analytics"')
        if not self._api_keys.is_valid(key):
            raise self._unauthorized("key", "Invalid API key.", 'ApiKey realm="analytics"')

    async def _coach_id(self, authorization: bytes) -> UUID:
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise self._unauthorized(
                "token", "The Authorization header has no bearer token.", 'Bearer realm="analytics"'
            )
        try:
            return await self._tokens.coach_id(token.strip())
        except InvalidJwtError as error:
            challenge = f'Bearer realm="analytics", error="invalid_token", error_description="{error}"'
            raise self._unauthorized("token", str(error), challenge) from None
        except KeysUnavailableError:
            raise unavailable("The keys that verify tokens are unavailable. Retry later.") from None

    def _unauthorized(self, reason: str, detail: str, challenge: str) -> Problem:
        self._metrics.rejected_requests.labels(reason).inc()
        return Problem(401, detail, headers={"WWW-Authenticate": challenge})


def requires_auth(path: str) -> bool:
    return path == PREFIX or path.startswith(PREFIX + "/")


def _single_header(scope: Scope, name: bytes) -> bytes | None:
    """Returns None for a repeated header: proxies and servers disagree about which value counts."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0] if len(values) == 1 else None
