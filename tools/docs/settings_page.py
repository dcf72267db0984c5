"""docs/reference/settings.md and .env.example: every setting, from the settings classes."""

from collections.abc import Iterator
from textwrap import wrap

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from api.settings import Settings
from cue_detector.settings import CueSettings
from dagster_pipelines.settings import PipelineSettings
from warehouse.setting_aliases import ALIASES, REMOVED_IN

HEADING = """# Settings

Written by `make docs` from the settings classes. All settings are environment variables. A process with an
invalid setting does not start. The variables that select the database are described in
[database-roles.md](database-roles.md)."""
ENV_HEADING = """# Settings with their defaults, written by `make docs` (see docs/reference/settings.md).
# Copy this file to .env and remove the # in front of each variable that you set.

# Owner of the database: migrations and dbt. Not set: the embedded server.
#DATABASE_URL=postgresql://user:password@host:5432/database
# Login roles of the cue detector and of analysts. Not set: the owner with `set role`.
#CUES_DATABASE_URL=
#ANALYST_DATABASE_URL=
# Database of Dagster's run storage (deploy/dagster.yaml).
#DAGSTER_DATABASE_URL=
# Password of the Postgres that deploy/docker-compose.yml starts.
#POSTGRES_PASSWORD="""
SETTINGS_CLASSES: dict[str, type[BaseSettings]] = {
    "The API": Settings,
    "The cue detector": CueSettings,
    "The orchestrator": PipelineSettings,
}
"""Settings class by process."""


def settings_page() -> str:
    """The page as Markdown: a table for each process."""
    parts = [HEADING]
    for process, settings in SETTINGS_CLASSES.items():
        parts.append(f"\n## {process}\n\n| Variable | Default | Meaning |\n|---|---|---|")
        parts += [
            f"| `{name}` | {_default(info)} | {info.description} |" for name, info in variables(settings)
        ]
    parts.append(f"\n## Former names\n\nAccepted with a warning until version {REMOVED_IN}.\n")
    parts.append("| Former name | Name |\n|---|---|")
    parts += [f"| `{old}` | `{new}` |" for old, (new, _) in sorted(ALIASES.items())]
    return "\n".join(parts) + "\n"


def variables(settings: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    """The environment variables of a settings class, with their declarations."""
    prefix = settings.model_config.get("env_prefix", "")
    for name, info in settings.model_fields.items():
        yield str(info.validation_alias or f"{prefix}{name}".upper()), info


def _default(info: FieldInfo) -> str:
    value = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
    if value is None or value in ("", ()):
        return "not set"
    return str(value).lower() if isinstance(value, bool) else str(value)


def env_example() -> str:
    """The text of .env.example: every setting, commented out, with its default."""
    parts = [ENV_HEADING]
    for process, settings in SETTINGS_CLASSES.items():
        parts.append(f"\n# {process}\n")
        for name, info in variables(settings):
            parts += [f"# {line}" for line in wrap(str(info.description), 108)]
            parts += [f"#{name}={_value(info)}", ""]
    return "\n".join(parts).rstrip() + "\n"


def _value(info: FieldInfo) -> str:
    shown = _default(info)
    return "" if shown == "not set" else shown
