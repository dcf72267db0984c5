"""Validation of the API's settings."""

import pytest

from api.settings import Settings, SettingsError, load_settings

KEY = "k" * 32
SECRET = "s" * 32
VALID = {"API_KEYS": KEY, "SUPABASE_JWT_SECRET": SECRET}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [field.alias for field in Settings.model_fields.values() if field.alias]
    for name in (*names, "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "API_KEYS"),
        ({"SUPABASE_JWT_SECRET": SECRET}, "API_KEYS"),
        ({"API_KEYS": ""} | {"SUPABASE_JWT_SECRET": SECRET}, "API_KEYS"),
        ({"API_KEYS": " , ,"} | {"SUPABASE_JWT_SECRET": SECRET}, "API_KEYS"),
        ({"API_KEYS": KEY}, "SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL"),
        ({"API_KEYS": KEY, "SUPABASE_JWT_SECRET": ""}, "SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL"),
        (VALID | {"API_KEYS": KEY[:-1]}, "API_KEYS"),
        (VALID | {"API_KEYS": f"{KEY},short"}, "API_KEYS"),
        (VALID | {"SUPABASE_JWT_SECRET": SECRET[:-1]}, "SUPABASE_JWT_SECRET"),
        (VALID | {"SUPABASE_JWKS_URL": "http://example.org/keys"}, "SUPABASE_JWKS_URL"),
        (VALID | {"SUPABASE_JWKS_URL": "ftp://example.org/keys"}, "SUPABASE_JWKS_URL"),
        (VALID | {"API_CORS_ORIGINS": "https://a.example,*"}, "API_CORS_ORIGINS"),
        (VALID | {"API_RATE_LIMIT_PER_COACH": "often"}, "API_RATE_LIMIT_PER_COACH"),
        (VALID | {"API_RATE_LIMIT_PER_ADDRESS": "0/minute"}, "API_RATE_LIMIT_PER_ADDRESS"),
        (VALID | {"API_RATE_LIMIT_STORAGE": "file:///tmp/x"}, "API_RATE_LIMIT_STORAGE"),
        (VALID | {"SUPABASE_JWKS_URL": "https://"}, "SUPABASE_JWKS_URL"),
        (VALID | {"SUPABASE_JWKS_URL": "https://p.supabase.co:https/keys"}, "SUPABASE_JWKS_URL"),
        (VALID | {"API_CORS_ORIGINS": "app.example"}, "API_CORS_ORIGINS"),
        (VALID | {"API_CORS_ORIGINS": "https://app.example/"}, "API_CORS_ORIGINS"),
        (VALID | {"API_RATE_LIMIT_PER_COACH": "5/second; 100/minute"}, "API_RATE_LIMIT_PER_COACH"),
        (VALID | {"API_RATE_LIMIT_STORAGE": "redis://127.0.0.1:port/0"}, "API_RATE_LIMIT_STORAGE"),
        (VALID | {"API_STATEMENT_TIMEOUT_SECONDS": "0.0009"}, "API_STATEMENT_TIMEOUT_SECONDS"),
        (VALID | {"API_POOL_SIZE": "0"}, "API_POOL_SIZE"),
        (VALID | {"API_STATEMENT_TIMEOUT_SECONDS": "-1"}, "API_STATEMENT_TIMEOUT_SECONDS"),
        (VALID | {"API_LOG_LEVEL": "loud"}, "API_LOG_LEVEL"),
    ],
)
def test_settings__missing_or_insecure_are_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    assert expected in str(caught.value)
    assert not any(value in str(caught.value) for value in (KEY[:-1], SECRET[:-1], "short,"))


def test_settings__all_errors_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"API_KEYS.*API_POOL_SIZE"):
        load(monkeypatch, API_POOL_SIZE="none")


def test_settings__defaults_are_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, **VALID)
    assert settings.cors_origins == ()
    assert settings.audit_enabled
    assert settings.rate_limit_per_coach != "none"
    assert settings.rate_limit_per_address != "none"
    assert KEY not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "https://p.supabase.co/auth/v1/.well-known/jwks.json",
        "file:///etc/keys.json",
        "/etc/keys.json",
        "http://127.0.0.1:9000/jwks",
        "http://localhost/jwks",
    ],
)
def test_settings__jwks_url_may_be_https_a_file_or_localhost(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert load(monkeypatch, API_KEYS=KEY, SUPABASE_JWKS_URL=url).jwks_url == url


def test_settings__lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, **VALID | {"API_KEYS": f"{KEY}, {SECRET} ,", "API_CORS_ORIGINS": "https://a.example"}
    )
    assert [key.get_secret_value() for key in settings.api_keys] == [KEY, SECRET]
    assert settings.cors_origins == ("https://a.example",)


def test_settings__ignore_variables_of_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """DATABASE_URL is the owner's; the API must never connect as the owner."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:x@localhost/db")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    settings = load(monkeypatch, **VALID)
    assert settings.log_level == "info"
    assert "role=warehouse_api" in settings.conninfo


def test_settings__without_a_database_are_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path_factory.mktemp("empty")))
    with pytest.raises(SettingsError, match="API_DATABASE_URL or DATABASE_URL"):
        _ = load(monkeypatch, **VALID).conninfo


@pytest.mark.parametrize("url", ["nonsense hunter2", "postgresql://api:%hunter2@db/practice"])
def test_settings__invalid_database_url_is_rejected(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(SettingsError, match="API_DATABASE_URL is not a valid URL") as caught:
        _ = load(monkeypatch, **VALID, API_DATABASE_URL=url).conninfo
    assert "hunter2" not in str(caught.value)


def test_settings__empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {str(field.alias) for field in Settings.model_fields.values()} - set(VALID)
    empty = dict.fromkeys(names, "")
    assert load(monkeypatch, **VALID, **empty) == Settings.model_validate(VALID)


def test_settings__all_have_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert field.alias, name
        assert field.description, name
