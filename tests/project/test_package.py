"""The package: one version everywhere, and settings that .env.example lists."""

import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from api.openapi import VERSION
from tools.docs.settings_page import env_example
from warehouse.paths import PROJECT_DIR


def test_version__is_that_of_pyproject_everywhere() -> None:
    declared = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    warehouse = Path(sys.executable).with_name("warehouse")
    printed = subprocess.run([warehouse, "--version"], capture_output=True, text=True, check=True).stdout
    assert printed == f"{declared}\n"
    assert declared == VERSION
    assert "version" not in yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))


def test_env_example__is_in_step_with_the_settings() -> None:
    written = (PROJECT_DIR / ".env.example").read_text(encoding="utf-8")
    assert written == env_example(), "run `make docs`"
