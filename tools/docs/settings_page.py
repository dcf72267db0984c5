"""docs/reference/settings.md: every setting of every process, as the class that reads it declares it."""

from collections.abc import Iterator

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from api.settings import Settings
from cue_detector.settings import CueSettings
from dagster_pipelines.settings import PipelineSettings

HEADING = """# Settings

Written by `make docs` from the classes that read them. All come from the environment, and no process starts
with a wrong one. Where the database is, the [README](../../README.md) says."""
READERS: dict[str, type[BaseSettings]] = {
    "The API": Settings,
    "The cue detector": CueSettings,
    "The orchestrator": PipelineSettings,
}
"""Who reads which settings."""


def settings_page() -> str:
    """The page as markdown: a table for each reader."""
    parts = [HEADING]
    for reader, settings in READERS.items():
        parts.append(f"\n## {reader}\n\n| Variable | Default | Meaning |\n|---|---|---|")
        parts += [
            f"| `{name}` | {_default(info)} | {info.description} |" for name, info in variables(settings)
        ]
    return "\n".join(parts) + "\n"


def variables(settings: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    """The environment variables that a class of settings reads, each with what is declared of it."""
    prefix = settings.model_config.get("env_prefix", "")
    for name, info in settings.model_fields.items():
        yield str(info.validation_alias or f"{prefix}{name}".upper()), info


def _default(info: FieldInfo) -> str:
    value = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
    if value is None or value in ("", ()):
        return "not set"
    return str(value).lower() if isinstance(value, bool) else str(value)
