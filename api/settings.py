"""Every setting of the service, read once from the environment (contract page, "Access").

Nothing here has an insecure default: without keys and a way to check tokens the service refuses to start.
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
"""RFC 7518, section 3.2: a key of HS256 has at least 256 bits."""


class SettingsError(Exception):
    """The configuration can't be served with; the message names each variable and what to do."""


ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@A-Z]+")
"""Scheme, host, and port unless it is the usual one; an app's own scheme too (capacitor://localhost)."""
CommaList = Annotated[tuple[str, ...], NoDecode]


class Settings(SettingsWithAliases):
    """The service's settings; each field's environment variable is its validation alias."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        validate_default=True,
        # as a line of an .env file or of docker-compose.yml leaves what isn't set
        env_ignore_empty=True,
    )

    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        alias="API_KEYS",
        default=(),
        description="Keys of calling back ends, comma separated; any one is good.",
    )
    jwt_secret: SecretStr | None = Field(
        alias="SUPABASE_JWT_SECRET", default=None, description="The project's secret for HS256 tokens."
    )
    jwks_url: str | None = Field(
        alias="SUPABASE_JWKS_URL",
        default=None,
        description="Where the public keys of ES256 and RS256 tokens are: https address or file path.",
    )
    jwt_audience: str = Field(
        alias="SUPABASE_JWT_AUDIENCE", default="authenticated", description="The `aud` a token must carry."
    )
    jwt_issuer: str | None = Field(
        alias="SUPABASE_JWT_ISSUER", default=None, description="The `iss` a token must carry; unset: any."
    )
    jwt_leeway_seconds: float = Field(
        alias="SUPABASE_JWT_LEEWAY_SECONDS",
        default=10,
        ge=0,
        le=300,
        description="Clock difference forgiven.",
    )
    jwks_lifetime_seconds: float = Field(
        alias="SUPABASE_JWKS_LIFETIME_SECONDS",
        default=600,
        gt=0,
        description="How long fetched keys count as fresh.",
    )
    database_url: SecretStr = Field(
        alias="API_DATABASE_URL",
        default=SecretStr(""),
        description="Log-in of the role warehouse_api; unset: from DATABASE_URL, or the embedded server.",
    )
    pool_size: int = Field(
        alias="API_POOL_SIZE", default=8, ge=1, le=200, description="Most database connections."
    )
    pool_timeout_seconds: float = Field(
        alias="API_POOL_TIMEOUT_SECONDS", default=2, gt=0, le=60, description="Longest wait for a connection."
    )
    statement_timeout_seconds: float = Field(
        alias="API_STATEMENT_TIMEOUT_SECONDS",
        default=5,
        ge=0.001,  # Postgres counts milliseconds, and takes 0 for no limit
        le=300,
        description="Longest statement of a request.",
    )
    audit_enabled: bool = Field(
        alias="API_AUDIT_ENABLED",
        default=True,
        description="Whether each access to client data leaves a row.",
    )
    rate_limit_per_coach: str = Field(
        alias="API_RATE_LIMIT_PER_COACH",
        default="600/minute",
        description="Requests of one coach; `none`: no limit.",
    )
    rate_limit_per_address: str = Field(
        alias="API_RATE_LIMIT_PER_ADDRESS",
        default="6000/minute",
        description="Requests of one network address, counted before credentials are looked at.",
    )
    rate_limit_storage: str = Field(
        alias="API_RATE_LIMIT_STORAGE", default="memory://", description="memory:// or redis://host:port/db."
    )
    cors_origins: CommaList = Field(
        alias="API_CORS_ORIGINS",
        default=(),
        description="Origins whose pages may call, comma separated; none by default.",
    )
    docs_enabled: bool = Field(alias="API_DOCS_ENABLED", default=True, description="Whether /docs is served.")
    dashboard_enabled: bool = Field(
        alias="API_DASHBOARD_ENABLED",
        default=False,
        description="Whether the coach's page is at /dashboard. Its requests need a token, and no key.",
    )
    max_body_bytes: int = Field(
        alias="API_MAX_BODY_BYTES",
        default=65_536,
        ge=1024,
        description="A larger request body is refused.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        alias="API_LOG_LEVEL", default="info", description="Least level of a log line."
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
            raise ValueError("is not set: give at least one key that calling back ends send as X-API-Key")
        if any(_bytes(key) < MIN_SECRET_BYTES for key in keys):
            raise ValueError(f"holds a key shorter than {MIN_SECRET_BYTES} bytes: generate longer ones")
        return keys

    @field_validator("jwt_secret")
    @classmethod
    def _strong_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if _bytes(secret) < MIN_SECRET_BYTES:
            raise ValueError(f"is shorter than {MIN_SECRET_BYTES} bytes: a token could be forged")
        return secret

    @field_validator("jwks_url")
    @classmethod
    def _trustworthy_address(cls, url: str | None) -> str | None:
        if not url or (parts := urlsplit(url)).scheme in ("", "file"):
            return url or None
        is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            raise ValueError(
                "must be an https address or a file: whoever can change the answer can sign tokens"
            )
        try:
            if httpx.URL(url).host:
                return url
        except httpx.InvalidURL:
            pass
        raise ValueError("must name a server: https://host/path")

    @field_validator("rate_limit_per_coach", "rate_limit_per_address")
    @classmethod
    def _readable_limit(cls, rule: str) -> str:
        try:
            if rule == "none" or [limit.amount > 0 for limit in parse_many(rule)] == [True]:
                return rule
        except ValueError:
            pass
        raise ValueError("must be a limit such as 600/minute, or none")

    @field_validator("rate_limit_storage")
    @classmethod
    def _known_store(cls, url: str) -> str:
        try:
            if urlsplit(url).scheme in ("redis", "rediss"):
                redis_storage(url)
                return url
            if url == "memory://":
                return url
        except (ConfigurationError, ValueError):
            pass
        raise ValueError(
            "must be memory://, or redis://host:port/db with the project's extra `redis` installed"
        )

    @field_validator("cors_origins")
    @classmethod
    def _named_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in origins:
            raise ValueError("must name origins: * would let every page call with a coach's token")
        if not all(ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError(
                "must hold origins as browsers send them, such as https://app.example, no / behind"
            )
        return origins

    @model_validator(mode="after")
    def _can_check_tokens(self) -> Self:
        if self.jwt_secret is None and self.jwks_url is None:
            raise ValueError(
                "SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL must be set: without both no token can be checked"
            )
        return self

    @property
    def conninfo(self) -> str:
        """Where the database is, as the API's role. Raises SettingsError when nothing says so."""
        try:
            address = self.database_url.get_secret_value() or connection.url(connection.LoginRole.API)
            connection.parse_url(address, connection.LoginRole.API)
        except WarehouseError as error:
            raise SettingsError(f"API_DATABASE_URL or DATABASE_URL: {error}") from None
        return address


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsError naming each variable that is missing or unsafe."""
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
