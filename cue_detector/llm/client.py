"""HTTP client of a server with an OpenAI-compatible API, with bounded retries.

Error messages are derived from status and error type. A provider's own message is never passed on, because
it may repeat the prompt.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import openai
from openai.types.chat import ChatCompletion
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from cue_detector.llm.chunks import LabellingRequest, estimate_tokens
from cue_detector.llm.deadline import Deadline
from cue_detector.llm.prompt import RESPONSE_SCHEMA
from cue_detector.settings import CueSettings

_RETRYABLE_STATUSES = {408, 409, 425, 429}
_PERMANENT_ERRORS = {
    401: "the API key was rejected",
    403: "access was denied",
    404: "the model or URL was not found",
}


class ProviderError(Exception):
    """The provider is unavailable; `is_permanent` if no further request of this run can succeed."""

    def __init__(self, reason: str, *, is_permanent: bool = False) -> None:
        """`reason` must not contain any part of the prompt."""
        super().__init__(reason)
        self.reason = reason
        self.is_permanent = is_permanent


class RejectedRequestError(Exception):
    """The provider rejected this request as invalid or too long; a different request may succeed."""


class MalformedResponseError(Exception):
    """The response is not a chat completion, for example a proxy's error page; retryable."""


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """Content and token usage of a chat completion."""

    content: str | None
    """None when the model refused or a content filter applied."""
    is_truncated: bool
    prompt_tokens: int
    completion_tokens: int


class ModelClient:
    """Sends labelling requests; must be used within the event loop that created it."""

    def __init__(self, settings: CueSettings) -> None:
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        self._client = openai.AsyncOpenAI(api_key=key, base_url=settings.openai_base_url, max_retries=0)
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.llm_concurrency)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(
        self, request: LabellingRequest, deadline: Deadline, before_attempt: Callable[[], None]
    ) -> ModelResponse:
        """Send a request with retries and return the response.

        Retries status 408, 409, 425, 429 and 5xx, timeouts, connection errors and malformed responses with
        exponential backoff and jitter, honours Retry-After, and stops if the wait would exceed the deadline.
        The deadline starts with the first attempt. `before_attempt` may raise ProviderError to cancel. Raises
        ProviderError or RejectedRequestError.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.llm_max_attempts),
            retry=retry_if_exception(lambda error: _is_retryable(error, deadline)),
            wait=_wait,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    async with self._slots:
                        before_attempt()
                        deadline.start()
                        return await self._send(request, deadline)
        except openai.APIStatusError as error:
            raise _translate(error) from None
        except openai.APITimeoutError:
            raise ProviderError("the request timed out") from None
        except openai.APIConnectionError:
            raise ProviderError("the connection failed") from None
        except MalformedResponseError:
            raise ProviderError("the response was not a chat completion") from None
        raise AssertionError("tenacity either returns or raises")

    async def _send(self, request: LabellingRequest, deadline: Deadline) -> ModelResponse:
        settings = self._settings
        options: dict[str, Any] = {
            "temperature": settings.llm_temperature,
            "reasoning_effort": settings.llm_reasoning_effort,
        }
        try:
            completion = await self._client.chat.completions.create(
                model=settings.llm_model,
                messages=request.messages,  # type: ignore[arg-type]
                max_completion_tokens=request.max_completion_tokens,
                response_format=_response_format(settings),
                timeout=min(settings.llm_request_timeout_seconds, max(deadline.remaining(), 0.01)),
                **{name: value for name, value in options.items() if value is not None},
            )
        except (json.JSONDecodeError, UnicodeDecodeError, openai.APIResponseValidationError):
            raise MalformedResponseError from None
        return _parse_completion(completion, request)


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the delay of a Retry-After header, a number or an HTTP date, in seconds; None if invalid."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        delay = parsedate_to_datetime(value) - (now or datetime.now(UTC))
    except (ValueError, TypeError):
        return None
    return max(delay.total_seconds(), 0.0)


_backoff = wait_random_exponential(multiplier=0.5, max=8)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    delay = retry_after_seconds(error.response.headers) if isinstance(error, openai.APIStatusError) else None
    return max(_backoff(state), delay or 0.0)


def _is_retryable(error: BaseException, deadline: Deadline) -> bool:
    remaining = deadline.remaining()
    if remaining <= 0:
        return False
    if isinstance(error, openai.APIStatusError):
        delay = retry_after_seconds(error.response.headers) or 0.0
        is_transient = error.status_code in _RETRYABLE_STATUSES or error.status_code >= 500
        return is_transient and error.code != "insufficient_quota" and delay < remaining
    return isinstance(error, openai.APIConnectionError | MalformedResponseError)


def _translate(error: openai.APIStatusError) -> Exception:
    status = error.status_code
    if error.code == "insufficient_quota":
        return ProviderError("the provider's quota is exhausted", is_permanent=True)
    if status in _PERMANENT_ERRORS:
        return ProviderError(f"{_PERMANENT_ERRORS[status]} (status {status})", is_permanent=True)
    if status in _RETRYABLE_STATUSES or status >= 500:
        return ProviderError(f"the provider returned status {status}")
    return RejectedRequestError(f"the provider rejected the request with status {status}")


def _response_format(settings: CueSettings) -> Any:
    if settings.llm_response_format == "json_object":
        return {"type": "json_object"}
    schema = {"name": "language_cues", "strict": True, "schema": RESPONSE_SCHEMA}
    return {"type": "json_schema", "json_schema": schema}


def _parse_completion(completion: object, request: LabellingRequest) -> ModelResponse:
    """Validate the envelope; the openai client does not raise for a body that is not a completion."""
    if (
        not isinstance(completion, ChatCompletion)
        or not isinstance(completion.choices, list)
        or not completion.choices
    ):
        raise MalformedResponseError
    choice = completion.choices[0]
    content = getattr(choice.message, "content", None)
    is_refused = bool(getattr(choice.message, "refusal", None)) or choice.finish_reason == "content_filter"
    usage = completion.usage
    text = content if isinstance(content, str) else ""
    return ModelResponse(
        content=None if is_refused else text,
        is_truncated=choice.finish_reason == "length",
        prompt_tokens=_reported_tokens(getattr(usage, "prompt_tokens", None)) or request.prompt_tokens,
        completion_tokens=_reported_tokens(getattr(usage, "completion_tokens", None))
        or estimate_tokens(text),
    )


def _reported_tokens(count: object) -> int:
    """Return the reported token count, or 0 if missing or invalid; the caller then estimates it."""
    return count if isinstance(count, int) and count > 0 else 0
