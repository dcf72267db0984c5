"""ASGI entry point: `uvicorn api.main:app`, configured by environment variables."""

import sys

from api.application import create_app
from api.settings import SettingsError, load_settings

try:
    app = create_app(load_settings())
except SettingsError as error:
    sys.exit(f"api: invalid configuration: {error}")
