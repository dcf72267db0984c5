"""Every setting of the orchestration, by environment variable."""

from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from warehouse.setting_aliases import SettingsWithAliases


class PipelineSettings(SettingsWithAliases):
    """What the orchestration may be told; wrong values are refused when it starts."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    business_time_zone: str = Field(
        default="UTC", description="Zone in which the schedules run and in which a day begins."
    )
    alert_webhook_url: str | None = Field(
        default=None, description="Where alerts that open or grow urgent are posted; not set: nowhere."
    )
    alert_webhook_secret: SecretStr | None = Field(
        default=None, description="Key of the signature on each posted alert; needed with ALERT_WEBHOOK_URL."
    )
    alert_webhook_timeout_seconds: float = Field(
        default=5, gt=0, le=30, description="Longest time for one delivery of an alert."
    )
    alert_webhook_max_attempts: int = Field(
        default=14, ge=1, le=50, description="Tries of one delivery before it is given up (about two days)."
    )
    failure_webhook_url: str | None = Field(
        default=None, description="Where a failed run is posted, in one line; not set: only logged."
    )
    pipeline_write_lock_timeout_seconds: float = Field(
        default=3600, ge=0, description="How long a run waits for another one that writes the marts."
    )
    pipeline_lock_timeout_seconds: int = Field(
        default=30, ge=1, description="How long a statement of dbt waits for a lock before it is tried again."
    )
    pipeline_statement_timeout_seconds: int = Field(
        default=3600, ge=1, description="Longest time for one statement of dbt."
    )
    pipeline_session_max_attempts: int = Field(
        default=3, ge=1, le=20, description="Tries of a session that breaks a formula before it is set aside."
    )
    pipeline_session_retry_seconds: int = Field(
        default=60, ge=0, description="Wait before a broken session is tried again; doubles with each try."
    )
    pipeline_run_retention_days: int = Field(
        default=30, ge=1, description="Days for which runs and their logs are kept."
    )

    @field_validator("business_time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @model_validator(mode="after")
    def _signs_what_it_posts(self) -> "PipelineSettings":
        if self.alert_webhook_url and self.alert_webhook_secret is None:
            raise ValueError(
                "ALERT_WEBHOOK_URL needs ALERT_WEBHOOK_SECRET, so that the receiver can tell who posts"
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return ZoneInfo(self.business_time_zone)
