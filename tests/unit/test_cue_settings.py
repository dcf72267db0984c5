import pytest
from pydantic import ValidationError

from cue_detector.settings import CueSettings


@pytest.fixture(autouse=True)
def _unset_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CUE_DETECTOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "uses_llm"),
    [
        ({}, False),
        ({"OPENAI_API_KEY": "sk-x"}, True),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}, True),
        ({"OPENAI_API_KEY": ""}, False),
        ({"OPENAI_API_KEY": "sk-x", "CUE_DETECTOR": "local"}, False),
        ({"OPENAI_API_KEY": "sk-x", "CUE_DETECTOR": "llm"}, True),
    ],
)
def test_settings__auto_selects_the_language_model_if_configured(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], uses_llm: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert CueSettings().uses_llm is uses_llm


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"CUE_DETECTOR": "llm"}, "OPENAI_API_KEY"),
        ({"CUE_DETECTOR": "gpt"}, "auto"),
        ({"CUE_LLM_DEADLINE_SECONDS": "0"}, "greater than 0"),
        ({"CUE_LLM_TOKENS_PER_RUN": "many"}, "integer"),
        ({"OPENAI_API_KEY": "sk-x", "CUE_LLM_TOKENS_PER_RUN": "1000"}, "CUE_LLM_TOKENS_PER_RUN"),
    ],
)
def test_settings__rejects_invalid_values_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], reason: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=reason):
        CueSettings()


def test_settings__hides_the_api_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "sk-secret" not in repr(CueSettings()) + str(CueSettings().model_dump())
