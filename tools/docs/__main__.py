"""`python -m tools.docs`: computes the sample data in a temporary database and writes the generated pages."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.docs import access_matrix
from tools.docs.api_reference import api_reference
from tools.docs.cli_page import cli_page
from tools.docs.entities import entities_page
from tools.docs.example_queries import with_results
from tools.docs.metric_page import metric_page
from tools.docs.readme import with_demo_output
from tools.docs.sample_database import computed_sample
from tools.docs.settings_page import env_example, settings_page
from warehouse import connection
from warehouse.paths import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
REFERENCE = DOCS / "reference"


def pages(manifest: dict[str, Any], sample_url: str) -> dict[Path, str]:
    """The text of each generated page by file, from a compiled manifest and the sample database.

    DATABASE_URL must select the same database, because the demo's code prints the example in the README.
    """
    analysts, roles, readme = DOCS / "analysts.md", REFERENCE / "database-roles.md", PROJECT_DIR / "README.md"
    openapi = json.loads((PROJECT_DIR / "api" / "openapi.json").read_text(encoding="utf-8"))
    return {
        REFERENCE / "metrics.md": metric_page(manifest),
        REFERENCE / "entities.md": entities_page(manifest),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "api.md": api_reference(openapi),
        REFERENCE / "cli.md": cli_page(),
        PROJECT_DIR / ".env.example": env_example(),
        analysts: with_results(analysts.read_text(encoding="utf-8"), sample_url),
        roles: access_matrix.with_privileges(roles.read_text(encoding="utf-8"), sample_url),
        readme: with_demo_output(readme.read_text(encoding="utf-8")),
    }


def compiled_manifest() -> dict[str, Any]:
    """The manifest of `dbt compile` on the database in DATABASE_URL."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "compile", "--target-path", scratch]
        environment = connection.environment() | {"DBT_PROFILES_DIR": str(PROJECT_DIR)}
        subprocess.run(command, cwd=PROJECT_DIR, env=environment, check=True)
        manifest: dict[str, Any] = json.loads(Path(scratch, "manifest.json").read_text(encoding="utf-8"))
        return manifest


def main() -> int:
    """Write the pages that changed and print their names."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with computed_sample() as sample_url:
        for file, text in pages(compiled_manifest(), sample_url).items():
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
                print(f"written: {file.relative_to(PROJECT_DIR)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
