"""Settings of the API, read from environment variables.

There are no insecure defaults: the service does not start without API keys and a way to verify tokens.
"""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import httpx
from limits import parse_many
from limits.errors import ConfigurationError
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from api.middleware.rate_limit import redis_storage
from warehouse import connection
from warehouse.errors import WarehouseError
from warehouse.setting_aliases import SettingsWithAliases

MIN_SECRET_BYTES = 32
"""RFC 7518, section 3.2: an HS256 key has at least 256 bits."""


ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@A-Z]+")
"""Scheme, host and optional port. Custom schemes of mobile apps are allowed (capacitor://localhost)."""
CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class SettingsError(Exception):
    """Invalid configuration. The message names each variable and the remedy."""


class Settings(SettingsWithAliases):
    """Each field's environment variable is its alias."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        validate_default=True,
        # .env files and docker-compose.yml pass unset variables as empty strings.
        env_ignore_empty=True,
    )

    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        alias="API_KEYS",
        default=(),
        description="Comma-separated API keys; any of them is accepted.",
    )
    jwt_secret: SecretStr | None = Field(
        alias="SUPABASE_JWT_SECRET", default=None, description="Shared secret that verifies HS256 tokens."
    )
    jwks_url: str | None = Field(
        alias="SUPABASE_JWKS_URL",
        default=None,
        description="HTTPS URL or file path of the public keys (JWKS) that verify ES256 and RS256 tokens.",
    )
    jwt_audience: str = Field(
        alias="SUPABASE_JWT_AUDIENCE", default="authenticated", description="Required `aud` claim."
    )
    jwt_issuer: str | None = Field(
        alias="SUPABASE_JWT_ISSUER", default=None, description="Required `iss` claim; unset: any."
    )
    jwt_leeway_seconds: float = Field(
        alias="SUPABASE_JWT_LEEWAY_SECONDS",
        default=10,
        ge=0,
        le=300,
        description="Allowed clock skew in seconds.",
    )
    jwks_lifetime_seconds: float = Field(
        alias="SUPABASE_JWKS_LIFETIME_SECONDS",
        default=600,
        gt=0,
        description="Seconds until cached public keys are refreshed.",
    )
    database_url: SecretStr = Field(
        alias="API_DATABASE_URL",
        default=SecretStr(""),
        description="Database URL for warehouse_api; unset: from DATABASE_URL or the embedded server.",
    )
    pool_size: int = Field(
        alias="API_POOL_SIZE", default=8, ge=1, le=200, description="Maximum size of the connection pool."
    )
    pool_timeout_seconds: float = Field(
        alias="API_POOL_TIMEOUT_SECONDS",
        default=2,
        gt=0,
        le=60,
        description="Timeout for a connection from the pool.",
    )
    statement_timeout_seconds: float = Field(
        alias="API_STATEMENT_TIMEOUT_SECONDS",
        default=5,
        ge=0.001,  # Postgres rounds to milliseconds, and 0 disables the timeout
        le=300,
        description="Timeout of a database statement.",
    )
    audit_enabled: bool = Field(
        alias="API_AUDIT_ENABLED",
        default=True,
        description="Whether each access to client data is recorded in the audit log.",
    )
    rate_limit_per_coach: str = Field(
        alias="API_RATE_LIMIT_PER_COACH",
        default="600/minute",
        description="Rate limit per coach; `none`: no limit.",
    )
    rate_limit_per_address: str = Field(
        alias="API_RATE_LIMIT_PER_ADDRESS",
        default="6000/minute",
        description="Rate limit per network address, before authentication; `none`: no limit.",
    )
    rate_limit_storage: str = Field(
        alias="API_RATE_LIMIT_STORAGE",
        default="memory://",
        description="Storage of the counters: memory:// or redis://host:port/db.",
    )
    cors_origins: CommaSeparated = Field(
        alias="API_CORS_ORIGINS",
        default=(),
        description="Comma-separated origins allowed by CORS; none by default.",
    )
    docs_enabled: bool = Field(
        alias="API_DOCS_ENABLED", default=True, description="Whether the API docs are served at /docs."
    )
    dashboard_enabled: bool = Field(
        alias="API_DASHBOARD_ENABLED",
        default=False,
        description="Whether the dashboard is served at /dashboard. Its requests need no API key.",
    )
    max_body_bytes: int = Field(
        alias="API_MAX_BODY_BYTES",
        default=65_536,
        ge=1024,
        description="Maximum size of a request body.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        alias="API_LOG_LEVEL", default="info", description="Minimum log level."
    )

    @field_validator("api_keys", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("api_keys")
    @classmethod
    def _strong_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not keys:
            raise ValueError("is not set: set at least one key, which back ends send as X-API-Key")
        if any(_bytes(key) < MIN_SECRET_BYTES for key in keys):
            raise ValueError(f"holds a key shorter than {MIN_SECRET_BYTES} bytes: generate a longer key")
        return keys

    @field_validator("jwt_secret")
    @classmethod
    def _strong_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if _bytes(secret) < MIN_SECRET_BYTES:
            raise ValueError(f"is shorter than {MIN_SECRET_BYTES} bytes: tokens could be forged")
        return secret

    @field_validator("jwks_url")
    @classmethod
    def _trusted_jwks_url(cls, url: str | None) -> str | None:
        if not url or (parts := urlsplit(url)).scheme in ("", "file"):
            return url or None
        is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            raise ValueError("must be an https URL or a file path: plain http would allow forged keys")
        try:
            if httpx.URL(url).host:
                return url
        except httpx.InvalidURL:
            pass
        raise ValueError("must hold a host: https://host/path")

    @field_validator("rate_limit_per_coach", "rate_limit_per_address")
    @classmethod
    def _valid_rate_limit(cls, rule: str) -> str:
        try:
            if rule == "none" or [limit.amount > 0 for limit in parse_many(rule)] == [True]:
                return rule
        except ValueError:
            pass
        raise ValueError("must be a rate limit such as 600/minute, or none")

    @field_validator("rate_limit_storage")
    @classmethod
    def _valid_storage(cls, url: str) -> str:
        try:
            if urlsplit(url).scheme in ("redis", "rediss"):
                redis_storage(url)
                return url
            if url == "memory://":
                return url
        except (ConfigurationError, ValueError):
            pass
        raise ValueError("must be memory://, or redis://host:port/db with the extra `redis` installed")

    @field_validator("cors_origins")
    @classmethod
    def _explicit_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in origins:
            raise ValueError("must list origins: * would allow every website to send a coach's token")
        if not all(ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("must hold origins such as https://app.example, without a trailing slash")
        return origins

    @model_validator(mode="after")
    def _can_verify_tokens(self) -> Self:
        if self.jwt_secret is None and self.jwks_url is None:
            raise ValueError("SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL must be set to verify tokens")
        return self

    @property
    def conninfo(self) -> str:
        """The database URL of the API's role. Raises SettingsError if none is configured."""
        try:
            url = self.database_url.get_secret_value() or connection.url(connection.LoginRole.API)
            connection.parse_url(url, connection.LoginRole.API)
        except WarehouseError as error:
            raise SettingsError(f"API_DATABASE_URL or DATABASE_URL: {error}") from None
        return url


def load_settings() -> Settings:
    """Raises SettingsError that names each missing or invalid variable."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            " ".join([*map(_variable, item["loc"]), str(item["msg"]).removeprefix("Value error, ")])
            for item in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise SettingsError("; ".join(problems)) from None


def _variable(location: int | str) -> str:
    field = Settings.model_fields.get(str(location))
    return field.alias if field and field.alias else str(location)


def _bytes(secret: SecretStr) -> int:
    return len(secret.get_secret_value().encode())
