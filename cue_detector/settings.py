"""Settings of the cue detector."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from warehouse.setting_aliases import SettingsWithAliases


class CueSettings(SettingsWithAliases):
    """Settings of the cue detector, read from the environment; an invalid value raises ValidationError."""

    model_config = SettingsConfigDict(env_prefix="CUE_", populate_by_name=True, env_ignore_empty=True)

    detector: Literal["auto", "llm", "local"] = Field(
        default="auto",
        description="Detector to use: a language model (llm), rules and a small model without network access "
        "(local), or llm if OPENAI_API_KEY or OPENAI_BASE_URL is set and local otherwise (auto).",
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="API key of the model provider."
    )
    openai_base_url: str | None = Field(
        default=None,
        validation_alias="OPENAI_BASE_URL",
        description="Base URL of a server with an OpenAI-compatible API; OpenAI if not set.",
    )
    llm_model: str = Field(default="gpt-5.4-mini", min_length=1, description="Model name at the provider.")
    llm_response_format: Literal["json_schema", "json_object"] = Field(
        default="json_schema",
        description="Response format to request; json_object for servers without JSON schema support.",
    )
    llm_temperature: float | None = Field(
        default=None, ge=0, le=2, description="Sampling temperature; omitted from requests if not set."
    )
    llm_reasoning_effort: str | None = Field(
        default=None,
        description="Reasoning effort; omitted from requests if not set. Use a low effort to keep reasoning "
        "models within the deadline.",
    )
    llm_concurrency: int = Field(
        default=8,
        ge=1,
        le=256,
        description="Maximum concurrent requests; twice as many sessions are in progress.",
    )
    llm_deadline_seconds: float = Field(
        default=45,
        gt=0,
        description="Deadline of a session in seconds, from its first request, including retries.",
    )
    llm_request_timeout_seconds: float = Field(
        default=20, gt=0, description="Timeout of a request in seconds."
    )
    llm_max_attempts: int = Field(
        default=4,
        ge=1,
        le=20,
        description="Maximum attempts of a request on status 408, 409, 425, 429 or 5xx, a timeout or a "
        "connection error.",
    )
    llm_max_reprompts: int = Field(
        default=2,
        ge=0,
        le=9,
        description="Maximum further prompts for utterances without a valid response.",
    )
    llm_chunk_tokens: int = Field(
        default=6000, ge=200, description="Maximum estimated tokens of the transcript part in one request."
    )
    llm_chunk_utterances: int = Field(
        default=60, ge=1, le=500, description="Maximum utterances to label in one request."
    )
    llm_output_tokens_per_utterance: int = Field(
        default=120,
        ge=20,
        description="Completion tokens allowed per utterance to label; reasoning models need more.",
    )
    llm_tokens_per_run: int = Field(
        default=2_000_000,
        ge=1,
        description="Token limit of a run; the remaining sessions are deferred to the next run.",
    )
    llm_tokens_per_day: int = Field(
        default=5_000_000, ge=1, description="Token limit of a day (UTC) over all runs."
    )
    llm_prompt_price: float | None = Field(
        default=None, ge=0, description="US dollars per million prompt tokens; cost is unknown if not set."
    )
    llm_completion_price: float | None = Field(
        default=None,
        ge=0,
        description="US dollars per million completion tokens; cost is unknown if not set.",
    )
    llm_circuit_breaker_threshold: int = Field(
        default=5,
        ge=1,
        description="Consecutive sessions with a provider failure after which a run stops sending requests.",
    )
    on_llm_failure: Literal["local", "mark_failed"] = Field(
        default="local",
        description="Handling of utterances that the language model failed on: process them with the local "
        "detector and record the fallback (local), or mark the session as failed and retry it in a later run "
        "(mark_failed).",
    )
    max_failed_fraction: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Maximum fraction of failed sessions, 0-1, in a healthy run.",
    )
    min_stored_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Minimum confidence of stored cues, 0-1; the seed cue_types sets the minimum of reported "
        "cues.",
    )
    run_lock_timeout_seconds: float = Field(
        default=600, ge=0, description="Timeout in seconds for the lock that allows one run at a time."
    )
    processes: int | None = Field(
        default=None,
        ge=1,
        description="Worker processes of the local detector in a large run; one per core if not set.",
    )
    fetch_size: int = Field(default=20, ge=1, description="Sessions fetched at a time; bounds memory use.")

    @property
    def uses_llm(self) -> bool:
        """Whether the language model detector is selected."""
        is_configured = self.openai_api_key is not None or self.openai_base_url is not None
        return self.detector == "llm" or (self.detector == "auto" and is_configured)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.detector == "llm" and self.openai_api_key is None and self.openai_base_url is None:
            raise ValueError(
                "CUE_DETECTOR=llm requires OPENAI_API_KEY, or OPENAI_BASE_URL for a server without API keys"
            )
        request_tokens = (
            self.llm_chunk_tokens + self.llm_chunk_utterances * self.llm_output_tokens_per_utterance
        )
        if self.uses_llm and request_tokens > min(self.llm_tokens_per_run, self.llm_tokens_per_day):
            raise ValueError(
                f"a single request may use {request_tokens} tokens: increase CUE_LLM_TOKENS_PER_RUN and "
                "CUE_LLM_TOKENS_PER_DAY, or decrease CUE_LLM_CHUNK_TOKENS or CUE_LLM_CHUNK_UTTERANCES"
            )
        return self
