"""Every setting of the cue detector, by environment variable."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from warehouse.setting_aliases import SettingsWithAliases


class CueSettings(SettingsWithAliases):
    """What the detector may be told; wrong values are refused when it starts."""

    model_config = SettingsConfigDict(env_prefix="CUE_", populate_by_name=True, env_ignore_empty=True)

    detector: Literal["auto", "llm", "local"] = Field(
        default="auto",
        description="Who reads: a language model (llm), the rules and small model on this machine (local), "
        "or the language model exactly when OPENAI_API_KEY or OPENAI_BASE_URL is set (auto).",
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="Key of the model's provider."
    )
    openai_base_url: str | None = Field(
        default=None,
        validation_alias="OPENAI_BASE_URL",
        description="Address of any server that speaks the OpenAI protocol; not set means OpenAI itself.",
    )
    llm_model: str = Field(default="gpt-5.4-mini", min_length=1, description="Model by its provider's name.")
    llm_response_format: Literal["json_schema", "json_object"] = Field(
        default="json_schema",
        description="How the answer's form is asked for; json_object for servers without schemas.",
    )
    llm_temperature: float | None = Field(
        default=None, ge=0, le=2, description="Sent only when set: some models refuse it."
    )
    llm_reasoning_effort: str | None = Field(
        default=None,
        description="Sent only when set; a low effort keeps reasoning models within the deadline.",
    )
    llm_concurrency: int = Field(
        default=8,
        ge=1,
        le=256,
        description="Requests under way at the same time; as many sessions again are made ready meanwhile.",
    )
    llm_deadline_seconds: float = Field(
        default=45,
        gt=0,
        description="Longest time for one session from its first request on, with retries (target: 20 s).",
    )
    llm_request_timeout_seconds: float = Field(default=20, gt=0, description="Longest time for one request.")
    llm_max_attempts: int = Field(
        default=4,
        ge=1,
        le=20,
        description="Tries of a request on 408, 409, 429, 5xx, time-outs, dropped lines.",
    )
    llm_max_reprompts: int = Field(
        default=2, ge=0, le=9, description="Further prompts about utterances that have no valid response yet."
    )
    llm_chunk_tokens: int = Field(
        default=6000, ge=200, description="Longest part of a session in one request, in estimated tokens."
    )
    llm_chunk_utterances: int = Field(
        default=60, ge=1, le=500, description="Most utterances that one request asks about."
    )
    llm_output_tokens_per_utterance: int = Field(
        default=120,
        ge=20,
        description="Room for the answer, per utterance asked about; reasoning needs more.",
    )
    llm_tokens_per_run: int = Field(
        default=2_000_000,
        ge=1,
        description="Spending cap of one run, in tokens; the rest waits for the next run.",
    )
    llm_tokens_per_day: int = Field(
        default=5_000_000, ge=1, description="Spending cap of one day (UTC), in tokens, over all runs."
    )
    llm_prompt_price: float | None = Field(
        default=None, ge=0, description="US dollars per million prompt tokens; not set means cost unknown."
    )
    llm_completion_price: float | None = Field(
        default=None,
        ge=0,
        description="US dollars per million completion tokens; not set means cost unknown.",
    )
    llm_circuit_breaker_threshold: int = Field(
        default=5,
        ge=1,
        description="Sessions lost to the provider one after another before a run stops asking.",
    )
    on_llm_failure: Literal["local", "mark_failed"] = Field(
        default="local",
        description="What the language model could not answer is answered by the local detector (the row "
        "says so), or the session is marked failed and tried again.",
    )
    max_failed_fraction: float = Field(
        default=0.5, ge=0, le=1, description="A run in which a greater share of sessions failed is unhealthy."
    )
    min_stored_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Least confidence that is stored; what is shown is the seed cue_types.",
    )
    run_lock_timeout_seconds: float = Field(
        default=600, ge=0, description="How long a run waits for another one to end before it gives up."
    )
    processes: int | None = Field(
        default=None,
        ge=1,
        description="Processes in which the local detector reads a long list; not set means one per core.",
    )
    fetch_size: int = Field(
        default=20, ge=1, description="Sessions held in memory at a time, beside those under way."
    )

    @property
    def uses_llm(self) -> bool:
        """True when the language model reads."""
        is_configured = self.openai_api_key is not None or self.openai_base_url is not None
        return self.detector == "llm" or (self.detector == "auto" and is_configured)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.detector == "llm" and self.openai_api_key is None and self.openai_base_url is None:
            raise ValueError(
                "CUE_DETECTOR=llm needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys"
            )
        largest = self.llm_chunk_tokens + self.llm_chunk_utterances * self.llm_output_tokens_per_utterance
        if self.uses_llm and largest > min(self.llm_tokens_per_run, self.llm_tokens_per_day):
            raise ValueError(
                f"one request may need {largest} tokens: raise CUE_LLM_TOKENS_PER_RUN and "
                "CUE_LLM_TOKENS_PER_DAY above that, or lower CUE_LLM_CHUNK_TOKENS or CUE_LLM_CHUNK_UTTERANCES"
            )
        return self
