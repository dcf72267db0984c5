"""Former names of settings are accepted with one warning, and the current name wins."""

import warnings

import pytest
from pydantic_settings import BaseSettings

from api.settings import Settings, load_settings
from cue_detector.settings import CueSettings
from dagster_pipelines.settings import PipelineSettings
from warehouse.setting_aliases import ALIASES

CASES: dict[str, tuple[str, type[BaseSettings], str, str, float]] = {
    "API_LARGEST_BODY_BYTES": ("API_MAX_BODY_BYTES", Settings, "max_body_bytes", "2048", 2048),
    "API_POOL_WAIT_SECONDS": ("API_POOL_TIMEOUT_SECONDS", Settings, "pool_timeout_seconds", "7", 7),
    "CUE_LLM_ATTEMPTS": ("CUE_LLM_MAX_ATTEMPTS", CueSettings, "llm_max_attempts", "9", 9),
    "CUE_LLM_FAILURES_IN_A_ROW": (
        "CUE_LLM_CIRCUIT_BREAKER_THRESHOLD",
        CueSettings,
        "llm_circuit_breaker_threshold",
        "8",
        8,
    ),
    "CUE_LLM_ROUNDS": ("CUE_LLM_MAX_REPROMPTS", CueSettings, "llm_max_reprompts", "5", 4),
    "CUE_RUN_LOCK_WAIT_SECONDS": (
        "CUE_RUN_LOCK_TIMEOUT_SECONDS",
        CueSettings,
        "run_lock_timeout_seconds",
        "11",
        11,
    ),
    "CUE_SESSIONS_PER_FETCH": ("CUE_FETCH_SIZE", CueSettings, "fetch_size", "3", 3),
    "CUE_STORE_FROM_CONFIDENCE": (
        "CUE_MIN_STORED_CONFIDENCE",
        CueSettings,
        "min_stored_confidence",
        "0.25",
        0.25,
    ),
    "ALERT_WEBHOOK_ATTEMPTS": (
        "ALERT_WEBHOOK_MAX_ATTEMPTS",
        PipelineSettings,
        "alert_webhook_max_attempts",
        "6",
        6,
    ),
    "LOCK_TIMEOUT_SECONDS": (
        "PIPELINE_LOCK_TIMEOUT_SECONDS",
        PipelineSettings,
        "pipeline_lock_timeout_seconds",
        "12",
        12,
    ),
    "RUN_RETENTION_DAYS": (
        "PIPELINE_RUN_RETENTION_DAYS",
        PipelineSettings,
        "pipeline_run_retention_days",
        "13",
        13,
    ),
    "SESSION_ATTEMPTS": (
        "PIPELINE_SESSION_MAX_ATTEMPTS",
        PipelineSettings,
        "pipeline_session_max_attempts",
        "2",
        2,
    ),
    "SESSION_RETRY_SECONDS": (
        "PIPELINE_SESSION_RETRY_SECONDS",
        PipelineSettings,
        "pipeline_session_retry_seconds",
        "14",
        14,
    ),
    "STATEMENT_TIMEOUT_SECONDS": (
        "PIPELINE_STATEMENT_TIMEOUT_SECONDS",
        PipelineSettings,
        "pipeline_statement_timeout_seconds",
        "15",
        15,
    ),
    "WRITER_WAIT_SECONDS": (
        "PIPELINE_WRITE_LOCK_TIMEOUT_SECONDS",
        PipelineSettings,
        "pipeline_write_lock_timeout_seconds",
        "16",
        16,
    ),
}
"""Former name: current name, settings class, field, value in the environment, value of the field."""


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", "k" * 40)
    monkeypatch.setenv("SUPABASE_JWT_SECRET", "s" * 40)


def test_cases__are_all_former_names() -> None:
    assert set(CASES) == set(ALIASES)


@pytest.mark.parametrize("former", CASES)
def test_former_name__is_accepted_with_one_warning(monkeypatch: pytest.MonkeyPatch, former: str) -> None:
    current, settings, field, value, expected = CASES[former]
    monkeypatch.setenv(former, value)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        first, second = settings(), settings()
    assert getattr(first, field) == getattr(second, field) == expected
    assert [str(warning.message) for warning in caught] == [
        f"{former} is now called {current}; the old name stops working in version 0.3.0."
    ]


@pytest.mark.parametrize("former", CASES)
def test_current_name__wins_over_the_former_one(monkeypatch: pytest.MonkeyPatch, former: str) -> None:
    current, settings, field, value, _ = CASES[former]
    default = settings.model_fields[field].default
    monkeypatch.setenv(former, value)
    monkeypatch.setenv(current, str(default))
    with pytest.warns(FutureWarning, match=f"{former} is now called {current}"):
        assert getattr(settings(), field) == default


def test_load_settings__accepts_former_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_POOL_WAIT_SECONDS", "3")
    with pytest.warns(FutureWarning, match="API_POOL_TIMEOUT_SECONDS"):
        assert load_settings().pool_timeout_seconds == 3
