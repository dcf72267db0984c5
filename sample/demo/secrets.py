"""Keys of the demo: random, generated once and stored beside the local server."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.paths import state_dir


@dataclass(frozen=True)
class DemoSecrets:
    """Credentials of the demo's API."""

    api_key: str
    jwt_secret: str


def demo_secrets() -> DemoSecrets:
    """Return the keys; generated at the first call into a file that only its owner can read."""
    file = _file()
    if not file.exists():
        made = DemoSecrets(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(made)))
    return DemoSecrets(**json.loads(file.read_text()))


def _file() -> Path:
    return state_dir() / "demo.json"
