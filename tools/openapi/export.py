"""`python -m tools.openapi.export`: writes the OpenAPI document and the TypeScript types that the repository keeps."""

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI

from api.application import create_app
from api.openapi import document
from api.settings import Settings
from tools.openapi.typescript import types
from warehouse.paths import PROJECT_DIR

API = PROJECT_DIR / "api"
DOCUMENT = API / "openapi.json"
TYPES = API / "client" / "analytics.ts"


def current_app() -> FastAPI:
    """The service of this version, never started. Its routes depend on no setting, so placeholders do."""
    placeholder = "x" * 40
    settings = Settings.model_validate(
        {
            "API_KEYS": placeholder,
            "SUPABASE_JWT_SECRET": placeholder,
            "API_DATABASE_URL": "postgresql://nowhere",
        }
    )
    return create_app(settings)


def current_document() -> dict[str, Any]:
    """The OpenAPI document of this version."""
    exported: dict[str, Any] = orjson.loads(orjson.dumps(document(current_app())))
    return exported


def files() -> dict[Path, str]:
    """Each file that is kept, and what it has to hold."""
    current = current_document()
    text = orjson.dumps(current, option=orjson.OPT_INDENT_2).decode()
    return {DOCUMENT: text + "\n", TYPES: types(current)}


if __name__ == "__main__":
    for path, content in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
