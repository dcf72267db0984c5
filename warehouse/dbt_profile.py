"""Writes profiles.yml, so that dbt finds the local server without environment variables."""

import os
from pathlib import Path
from string import Template

from warehouse.paths import PROJECT_DIR

TEMPLATE = Path(__file__).with_name("profiles.template.yml")
SERVER_DOWN = "/local server not running - run: warehouse up"
"""libpq takes it for a socket directory, and repeats it in its error message."""


def write_profile(
    port: int = 5432,
    user: str = "postgres",
    password: str = "",
    database: str = "postgres",
    directory: Path = PROJECT_DIR,
) -> None:
    """Write or update profiles.yml of a checkout; a file without the template's first line is left alone."""
    if not (directory / "dbt_project.yml").exists():
        return
    template = TEMPLATE.read_text(encoding="utf-8")
    text = Template(template).substitute(
        host=f"127.0.0.1,{SERVER_DOWN}" if password else SERVER_DOWN,
        port=port,
        user=user,
        password=password,
        dbname=database,
    )
    profile = directory / "profiles.yml"
    if profile.exists():
        current = profile.read_text(encoding="utf-8")
        if current == text or not current.startswith(template.partition("\n")[0]):
            return
    new = profile.with_name(f".profiles.yml.{os.getpid()}")
    new.touch(mode=0o600 if password else 0o644)
    new.write_text(text, encoding="utf-8")
    new.replace(profile)
