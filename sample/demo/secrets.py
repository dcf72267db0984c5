"""Keys of the demo: random, made once, kept beside the local server and used nowhere else."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.paths import state_dir


@dataclass(frozen=True)
class DemoSecrets:
    """What the demo's API and its visitors share."""

    api_key: str
    jwt_secret: str


def demo_secrets() -> DemoSecrets:
    """The keys of this machine's demo; made at the first call, readable by their owner only."""
    file = _file()
    if not file.exists():
        made = DemoSecrets(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(made)))
    return DemoSecrets(**json.loads(file.read_text()))


def _file() -> Path:
    return state_dir() / "demo.json"
