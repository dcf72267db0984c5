"""One request to any server that speaks the OpenAI protocol: retried where that helps, never for ever.

Reasons given by errors are made here from status and kind. A provider's own words are never passed on: they
may repeat what was sent.
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

from cue_detector.llm.chunks import Request, estimate_tokens
from cue_detector.llm.deadline import Deadline
from cue_detector.llm.prompt import ANSWER_SCHEMA
from cue_detector.settings import CueSettings

_RETRIED = {408, 409, 425, 429}
_HOPELESS = {401: "the key was refused", 403: "access was denied", 404: "the model or address is unknown"}


class ProviderError(Exception):
    """The provider could not be used; `is_final` when no later request of this run can fare better."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        """Say why, in words that hold nothing of what was sent."""
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class RefusedRequestError(Exception):
    """The provider took this request for invalid or too long; another one may fare better."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back of one request that was answered."""

    content: str | None
    """The answer's text; none when the model refused."""
    is_cut_off: bool
    prompt_tokens: int
    completion_tokens: int


class MalformedReplyError(Exception):
    """The response was no chat completion: something between us and the model, worth another try."""


class ModelClient:
    """Sends questions to the model. Use within the event loop that made it."""

    def __init__(self, settings: CueSettings) -> None:
        """Open the client."""
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        self._client = openai.AsyncOpenAI(api_key=key, base_url=settings.openai_base_url, max_retries=0)
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.llm_concurrency)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, request: Request, deadline: Deadline, on_request: Callable[[], None]) -> Reply:
        """Return the reply to a request; `on_request` is called before each try and may raise ProviderError.

        Retries 408, 409, 425, 429, 5xx, time-outs, dropped connections and malformed replies with exponential
        back-off and jitter, waits as long as Retry-After says, and gives up when the wait would pass the
        deadline, which starts to run with the first try. Raises ProviderError or RefusedRequestError.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.llm_max_attempts),
            retry=retry_if_exception(lambda error: _is_worth_retrying(error, deadline)),
            wait=_wait,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    async with self._slots:
                        on_request()
                        deadline.start()
                        return await self._send(request, deadline)
        except openai.APIStatusError as error:
            raise _explain(error) from None
        except openai.APITimeoutError:
            raise ProviderError("no answer in time") from None
        except openai.APIConnectionError:
            raise ProviderError("the connection failed") from None
        except MalformedReplyError:
            raise ProviderError("the response was not a chat completion") from None
        raise AssertionError("tenacity either returns or raises")

    async def _send(self, request: Request, deadline: Deadline) -> Reply:
        settings = self._settings
        options: dict[str, Any] = {
            "temperature": settings.llm_temperature,
            "reasoning_effort": settings.llm_reasoning_effort,
        }
        try:
            completion = await self._client.chat.completions.create(
                model=settings.llm_model,
                messages=request.messages,  # type: ignore[arg-type]
                max_completion_tokens=request.output_room,
                response_format=_response_format(settings),
                timeout=min(settings.llm_request_timeout_seconds, max(deadline.left(), 0.01)),
                **{name: value for name, value in options.items() if value is not None},
            )
        except (json.JSONDecodeError, UnicodeDecodeError, openai.APIResponseValidationError):
            raise MalformedReplyError from None
        return _read(completion, request)


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return what a Retry-After header asks for in seconds, from seconds or a date; none without one."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        wait = parsedate_to_datetime(value) - (now or datetime.now(UTC))
    except (ValueError, TypeError):
        return None
    return max(wait.total_seconds(), 0.0)


_backoff = wait_random_exponential(multiplier=0.5, max=8)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after_seconds(error.response.headers) if isinstance(error, openai.APIStatusError) else None
    return max(_backoff(state), asked or 0.0)


def _is_worth_retrying(error: BaseException, deadline: Deadline) -> bool:
    left = deadline.left()
    if left <= 0:
        return False
    if isinstance(error, openai.APIStatusError):
        asked = retry_after_seconds(error.response.headers) or 0.0
        is_passing = error.status_code in _RETRIED or error.status_code >= 500
        return is_passing and error.code != "insufficient_quota" and asked < left
    return isinstance(error, openai.APIConnectionError | MalformedReplyError)


def _explain(error: openai.APIStatusError) -> Exception:
    if error.code == "insufficient_quota":
        return ProviderError("the provider's quota is used up", is_final=True)
    if error.status_code in _HOPELESS:
        return ProviderError(f"{_HOPELESS[error.status_code]} (status {error.status_code})", is_final=True)
    if error.status_code in _RETRIED or error.status_code >= 500:
        return ProviderError(f"the provider answered with status {error.status_code}")
    return RefusedRequestError(f"the provider refused the request with status {error.status_code}")


def _response_format(settings: CueSettings) -> Any:
    if settings.llm_response_format == "json_object":
        return {"type": "json_object"}
    schema = {"name": "language_cues", "strict": True, "schema": ANSWER_SCHEMA}
    return {"type": "json_schema", "json_schema": schema}


def _read(completion: object, request: Request) -> Reply:
    """Check the envelope; the client itself raises nothing for a body that is not a completion."""
    if (
        not isinstance(completion, ChatCompletion)
        or not isinstance(completion.choices, list)
        or not completion.choices
    ):
        raise MalformedReplyError
    choice = completion.choices[0]
    content = getattr(choice.message, "content", None)
    is_refused = bool(getattr(choice.message, "refusal", None)) or choice.finish_reason == "content_filter"
    usage = completion.usage
    text = content if isinstance(content, str) else ""
    return Reply(
        content=None if is_refused else text,
        is_cut_off=choice.finish_reason == "length",
        prompt_tokens=_reported(getattr(usage, "prompt_tokens", None)) or request.prompt_tokens,
        completion_tokens=_reported(getattr(usage, "completion_tokens", None)) or estimate_tokens(text),
    )


def _reported(count: object) -> int:
    """Return the tokens as reported, 0 by a server that reports none: it is estimated, so that caps hold."""
    return count if isinstance(count, int) and count > 0 else 0
