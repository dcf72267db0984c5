"""Writes api/openapi.json; `make openapi` derives the TypeScript types from it."""

import orjson
from fastapi import FastAPI

from api.application import create_app
from api.openapi import document
from api.settings import Settings
from warehouse.paths import PROJECT_DIR

DOCUMENT = PROJECT_DIR / "api" / "openapi.json"


def current_app() -> FastAPI:
    """The application, without a database or a lifespan. Its routes depend on no setting."""
    placeholder = "x" * 40
    settings = Settings.model_validate(
        {
            "API_KEYS": placeholder,
            "SUPABASE_JWT_SECRET": placeholder,
            "API_DATABASE_URL": "postgresql://unused",
        }
    )
    return create_app(settings)


def current_document() -> str:
    """The text of api/openapi.json."""
    return orjson.dumps(document(current_app()), option=orjson.OPT_INDENT_2).decode() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(current_document(), encoding="utf-8")
