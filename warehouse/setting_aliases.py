"""Old names of environment variables, accepted with a warning for one version."""

import warnings
from collections.abc import Callable, Mapping

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from pydantic_settings.sources import EnvSettingsSource

REMOVED_IN = "0.3.0"


def _unchanged(value: str) -> str:
    return value


def _one_less(value: str) -> str:
    return str(int(value) - 1) if value.strip().isdigit() else value


ALIASES: dict[str, tuple[str, Callable[[str], str]]] = {
    "API_LARGEST_BODY_BYTES": ("API_MAX_BODY_BYTES", _unchanged),
    "API_POOL_WAIT_SECONDS": ("API_POOL_TIMEOUT_SECONDS", _unchanged),
    "CUE_LLM_ATTEMPTS": ("CUE_LLM_MAX_ATTEMPTS", _unchanged),
    "CUE_LLM_FAILURES_IN_A_ROW": ("CUE_LLM_CIRCUIT_BREAKER_THRESHOLD", _unchanged),
    # rounds counted the first prompt
    "CUE_LLM_ROUNDS": ("CUE_LLM_MAX_REPROMPTS", _one_less),
    "CUE_RUN_LOCK_WAIT_SECONDS": ("CUE_RUN_LOCK_TIMEOUT_SECONDS", _unchanged),
    "CUE_SESSIONS_PER_FETCH": ("CUE_FETCH_SIZE", _unchanged),
    "CUE_STORE_FROM_CONFIDENCE": ("CUE_MIN_STORED_CONFIDENCE", _unchanged),
    "ALERT_WEBHOOK_ATTEMPTS": ("ALERT_WEBHOOK_MAX_ATTEMPTS", _unchanged),
    "LOCK_TIMEOUT_SECONDS": ("PIPELINE_LOCK_TIMEOUT_SECONDS", _unchanged),
    "RUN_RETENTION_DAYS": ("PIPELINE_RUN_RETENTION_DAYS", _unchanged),
    "SESSION_ATTEMPTS": ("PIPELINE_SESSION_MAX_ATTEMPTS", _unchanged),
    "SESSION_RETRY_SECONDS": ("PIPELINE_SESSION_RETRY_SECONDS", _unchanged),
    "STATEMENT_TIMEOUT_SECONDS": ("PIPELINE_STATEMENT_TIMEOUT_SECONDS", _unchanged),
    "WRITER_WAIT_SECONDS": ("PIPELINE_WRITE_LOCK_TIMEOUT_SECONDS", _unchanged),
}
"""Old name -> new name, and how the value is converted."""


class SettingsWithAliases(BaseSettings):
    """Base class of settings that also accept the old names of their environment variables."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the values of old names under their new names."""
        if isinstance(env_settings, EnvSettingsSource):
            env_settings.env_vars = with_new_names(env_settings.env_vars)
        return init_settings, env_settings, dotenv_settings, file_secret_settings


def with_new_names(variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the variables (lower-case names), old names replaced; the new name wins if both are set."""
    renamed = dict(variables)
    for old, (new, convert) in ALIASES.items():
        if value := renamed.pop(old.lower(), None):
            warnings.warn(
                f"{old} is now called {new}; the old name stops working in version {REMOVED_IN}.",
                FutureWarning,
                stacklevel=2,
            )
            if not renamed.get(new.lower()):
                renamed[new.lower()] = convert(value)
    return renamed
