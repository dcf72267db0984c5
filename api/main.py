"""`uvicorn api.main:app`: the service with the settings of the environment."""

import sys

from api.application import create_app
from api.settings import SettingsError, load_settings

try:
    app = create_app(load_settings())
except SettingsError as error:
    sys.exit(f"api: can't start: {error}")
