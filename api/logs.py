"""Structured logs: JSON lines on standard output, without transcript text, names, e-mails, tokens or keys."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from asgi_correlation_id import correlation_id

Event = MutableMapping[str, Any]


def configure(level: str) -> None:
    """Renders all logs as JSON. Disables uvicorn's access log, which holds query strings."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation_id,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_serialize)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, _replace_exception_by_stack],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=lambda event, **_: _serialize(event).decode()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level.upper()], logging.INFO))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("uvicorn.error").addFilter(_holds_no_url)
    # At INFO, these log URLs or repeat the request line.
    for name in ("httpx", "httpcore", "psycopg.pool", "asgi_correlation_id"):
        logging.getLogger(name).setLevel(logging.WARNING)


def stack(error: BaseException) -> list[str]:
    """Returns the stack of an exception without its message, which may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _holds_no_url(record: logging.LogRecord) -> bool:
    """Filters uvicorn's line about a web socket, which holds the URL with its query string."""
    return '"WebSocket ' not in str(record.msg)


def _add_correlation_id(_logger: Any, _method: str, event: Event) -> Event:
    if identifier := correlation_id.get():
        event["correlation_id"] = identifier
    return event


def _replace_exception_by_stack(_logger: Any, _method: str, event: Event) -> Event:
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and record.exc_info and record.exc_info[1]:
        event["error"] = type(record.exc_info[1]).__name__
        event["stack"] = stack(record.exc_info[1])
        record.exc_info, record.exc_text = None, None
        event.pop("exc_info", None)
    return event


def _serialize(event: Any, **_options: Any) -> bytes:
    return orjson.dumps(event, default=str)
