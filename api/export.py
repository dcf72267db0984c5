"""`python -m api.export`: writes the OpenAPI document and the TypeScript types that the repository keeps."""

from pathlib import Path
from typing import Any

import orjson

from api.application import create_app
from api.openapi import document
from api.settings import Settings
from api.typescript import types

FOLDER = Path(__file__).parent
DOCUMENT = FOLDER / "openapi.json"
TYPES = FOLDER / "client" / "analytics.ts"


def current_document() -> dict[str, Any]:
    """The document of this version. It depends on the routes alone, so placeholders do for settings."""
    placeholder = "x" * 40
    settings = Settings.model_validate(
        {
            "API_KEYS": placeholder,
            "SUPABASE_JWT_SECRET": placeholder,
            "API_DATABASE_URL": "postgresql://nowhere",
        }
    )
    exported: dict[str, Any] = orjson.loads(orjson.dumps(document(create_app(settings))))
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
