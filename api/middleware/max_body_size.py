"""The largest request body: refused unread when it says its length, else as soon as it is too long."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem

TOO_LARGE = 413


class MaxBodySizeMiddleware:
    """Refuses longer bodies than `max_bytes` with 413. Stands behind the gate: credentials come first."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self.max_bytes:
            await Problem(TOO_LARGE).response(scope["path"])(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # The framework lets its own kind of exception through while it reads a body, and no other.
                raise HTTPException(TOO_LARGE)
            return message

        await self.app(scope, counted, send)
