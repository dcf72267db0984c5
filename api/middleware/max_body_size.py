"""Rejects request bodies that are too large, by Content-Length or while they are read."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem

CONTENT_TOO_LARGE = 413


class MaxBodySizeMiddleware:
    """Responds 413 to bodies above `max_bytes`. Runs after authentication."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        content_length = dict(scope["headers"]).get(b"content-length", b"0")
        if not content_length.isdigit() or int(content_length) > self.max_bytes:
            await Problem(CONTENT_TOO_LARGE).response(scope["path"])(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # While FastAPI reads a body, it lets only HTTPException pass.
                raise HTTPException(CONTENT_TOO_LARGE)
            return message

        await self.app(scope, receive_limited, send)
