"""Settings of the orchestrator, read from environment variables."""

import base64
import binascii
import warnings
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from warehouse.setting_aliases import REMOVED_IN, SettingsWithAliases


class PipelineSettings(SettingsWithAliases):
    """Settings of the orchestrator; invalid values are rejected at startup."""

    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True)

    business_time_zone: str = Field(
        default="UTC",
        description="Time zone of the schedules and of dates: a date starts at midnight in this zone.",
    )
    alert_webhook_url: str | None = Field(
        default=None, description="URL that receives alerts when they open or become urgent; not set: none."
    )
    alert_webhook_secret: SecretStr | None = Field(
        default=None,
        description=(
            "Key of the Standard Webhooks signature: `whsec_` and base64, or any other text, which is used "
            "as raw bytes. Required with ALERT_WEBHOOK_URL."
        ),
    )
    alert_webhook_timeout_seconds: float = Field(
        default=5, gt=0, le=30, description="Timeout for one delivery of an alert."
    )
    alert_webhook_max_attempts: int = Field(
        default=14, ge=1, le=50, description="Maximum attempts per delivery (14: about two days)."
    )
    webhook_legacy_signature: bool = Field(
        default=False,
        description=(
            "Sign alerts with the hexadecimal signature of version 0.1 instead of Standard Webhooks; "
            f"removed in version {REMOVED_IN}."
        ),
    )
    failure_webhook_url: str | None = Field(
        default=None, description="URL that receives a message about each failed run; not set: log only."
    )
    pipeline_write_lock_timeout_seconds: float = Field(
        default=3600, ge=0, description="Timeout for the mart write lock, which one run at a time holds."
    )
    pipeline_lock_timeout_seconds: int = Field(
        default=30, ge=1, description="Postgres `lock_timeout` of dbt's statements; the step is then retried."
    )
    pipeline_statement_timeout_seconds: int = Field(
        default=3600, ge=1, description="Postgres `statement_timeout` of dbt's statements."
    )
    pipeline_session_max_attempts: int = Field(
        default=3, ge=1, le=20, description="Failed attempts before a session is quarantined for good."
    )
    pipeline_session_retry_seconds: int = Field(
        default=60,
        ge=0,
        description="Delay before a failed session is retried; doubles with each failed attempt.",
    )
    pipeline_run_retention_days: int = Field(
        default=30, ge=1, description="Days to keep finished runs and their logs."
    )

    @field_validator("business_time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @field_validator("alert_webhook_secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and secret.get_secret_value().startswith("whsec_"):
            encoded = secret.get_secret_value().removeprefix("whsec_").rstrip("=")
            padding = "=" * (-len(encoded) % 4)
            try:
                key = base64.b64decode(encoded + padding, validate=True)
            except binascii.Error:
                key = b""
            if not key:
                raise ValueError("a secret that starts with whsec_ must continue with a base64-encoded key")
        return secret

    @model_validator(mode="after")
    def _require_secret(self) -> "PipelineSettings":
        if self.alert_webhook_url and self.alert_webhook_secret is None:
            raise ValueError(
                "ALERT_WEBHOOK_URL requires ALERT_WEBHOOK_SECRET, with which receivers verify deliveries"
            )
        if self.webhook_legacy_signature:
            warnings.warn(
                "WEBHOOK_LEGACY_SIGNATURE stops working in version "
                f"{REMOVED_IN}; verify the Standard Webhooks signature instead.",
                FutureWarning,
                stacklevel=2,
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.business_time_zone)
