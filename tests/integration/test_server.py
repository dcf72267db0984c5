"""The embedded Postgres: start, stop, crash, concurrent starts, missing and invalid files."""

import json
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.server_dirs import FAST, is_root, server_home
from warehouse import embedded
from warehouse.connection import LoginRole, connect, url
from warehouse.embedded import DATABASE, OWNER, SUPERUSER, ServerState
from warehouse.errors import WarehouseError
from warehouse.paths import PROJECT_DIR
from warehouse.reset import start_server

WAREHOUSE = str(Path(sys.executable).parent / "warehouse")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A newly initialized server with one row, which identifies its data."""
    with server_home() as directory:
        with psycopg.connect(embedded.up().url()) as connection:
            connection.execute("create table marker as select 42 as value")
        yield directory


def marker(state: ServerState) -> int:
    with psycopg.connect(state.url()) as connection:
        row = connection.execute("select value from marker").fetchone()
    assert row is not None
    return int(row[0])


def postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_up__keeps_data_and_port_between_starts(home: Path) -> None:
    before = embedded.up()
    assert embedded.down() is True
    assert embedded.running() is None
    assert embedded.down() is False
    after = embedded.up()
    assert after == before
    assert marker(after) == 42


def test_up__does_not_restart_a_running_server(home: Path) -> None:
    embedded.up()
    process = postmaster(home)
    embedded.up()
    assert postmaster(home) == process


def test_up__recovers_after_a_kill(home: Path) -> None:
    embedded.up()
    os.kill(postmaster(home), signal.SIGKILL)
    assert marker(embedded.up()) == 42


def test_up__uses_another_port_when_its_own_is_in_use(home: Path) -> None:
    before = embedded.up()
    embedded.down()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", before.port))
        taken.listen()
        after = embedded.up()
        assert after.port != before.port
        assert marker(after) == 42
    assert embedded.running() == after


@pytest.mark.parametrize("role", [SUPERUSER, OWNER])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_login__requires_the_password(home: Path, role: str, password: str) -> None:
    state = embedded.up()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host="127.0.0.1",
            port=state.port,
            user=role,
            password=password,
            dbname=DATABASE,
            passfile=os.devnull,
        )


def test_server__listens_on_loopback_only(home: Path) -> None:
    state = embedded.up()
    with psycopg.connect(state.url(SUPERUSER)) as connection:
        row = connection.execute(
            "select current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        ).fetchone()
    assert row == ("127.0.0.1", "")
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", state.port))


def test_server__owner_is_no_superuser_and_secrets_are_private(home: Path) -> None:
    with psycopg.connect(embedded.up().url()) as connection:
        row = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    assert row == (False,)
    assert stat.S_IMODE((home / "server.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


def test_home__may_be_a_symlink_or_contain_dots(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = embedded.up()
    link = home.parent / "link"
    link.symlink_to(home)
    for name in (link, home / ".." / home.name):
        monkeypatch.setenv("WAREHOUSE_HOME", str(name))
        assert embedded.running() == state


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"port": 1}', '{"port": "x", "passwords": {}}', '{"port": 1, "passwords": {}}'],
)
def test_state_file__reports_invalid_content(home: Path, content: str) -> None:
    embedded.up()
    file = home / "server.json"
    content_before = file.read_text()
    try:
        file.write_text(content)
        with pytest.raises(WarehouseError, match=r"server\.json.* is missing or invalid .*warehouse reset"):
            embedded.up()
    finally:
        file.write_text(content_before)
    assert marker(embedded.up()) == 42


def test_state_file__reports_a_missing_file_and_keeps_the_data(home: Path) -> None:
    embedded.up()
    file = home / "server.json"
    content_before = file.read_text()
    file.unlink()
    with pytest.raises(WarehouseError, match=r"server\.json"):
        embedded.up()
    file.write_text(content_before)
    assert marker(embedded.up()) == 42


def test_up__works_concurrently_in_a_long_path_after_an_interrupted_start() -> None:
    with server_home("a directory with spaces and " + "x" * 150) as home:
        (home / "data.new").mkdir(parents=True)
        (home / "data.new" / "PG_VERSION").write_text("18")
        starters = [subprocess.Popen([WAREHOUSE, "up"], stderr=subprocess.PIPE, text=True) for _ in range(2)]
        output = [starter.communicate(timeout=60)[1] for starter in starters]
        assert [starter.returncode for starter in starters] == [0, 0], output
        assert output[0] == output[1]
        assert json.loads((home / "server.json").read_text())["port"] == embedded.up().port


def test_reset__initializes_a_new_server_without_a_state_file() -> None:
    with server_home() as home:
        lost = embedded.up()
        (home / "server.json").unlink()
        start_server()
        fresh = embedded.running()
        assert fresh is not None
        assert fresh.passwords != lost.passwords
        assert table_names(fresh) == []


def table_names(state: ServerState) -> list[str]:
    with psycopg.connect(state.url()) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    return [row[0] for row in rows]


def interpreter_for(uid: int, gid: int) -> str | None:
    """A Python of this version that another account may run."""
    version = f"python3.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            ran = subprocess.run(
                [candidate, "-c", ""], user=uid, group=gid, extra_groups=[], cwd="/", check=False
            )
        except OSError:
            continue
        if ran.returncode == 0:
            return candidate
    return None


def as_nobody(program: str, home: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program as an ordinary user."""
    nobody = pwd.getpwnam("nobody")
    python = interpreter_for(nobody.pw_uid, nobody.pw_gid)
    if python is None:
        pytest.skip("no Python of this version that an ordinary user may run")
    return subprocess.run(
        [python, "-c", f"import os, psycopg; from warehouse import embedded, os_account\n{program}"],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{PROJECT_DIR}:{Path(psycopg.__file__).parents[1]}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "WAREHOUSE_HOME": home,
            "WAREHOUSE_SERVER_OPTIONS": FAST,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not is_root(), reason="requires root")
def test_up__runs_as_an_ordinary_user_and_as_root_after_that() -> None:
    nobody = pwd.getpwnam("nobody")
    program = (
        "assert os_account.server_account() is None and os.geteuid() != 0\n"
        "with psycopg.connect(embedded.up().url()) as connection: connection.execute('create table mine ()')"
    )
    with server_home("data of nobody/home") as home:
        home.parent.mkdir()
        os.chown(home.parent, nobody.pw_uid, nobody.pw_gid)
        first = as_nobody(program, str(home))
        assert first.returncode == 0, first.stderr
        running = home / "data" / "postmaster.pid"
        assert running.stat().st_uid == nobody.pw_uid
        # root may use it, and the user again afterwards
        embedded.down()
        assert table_names(embedded.up()) == ["mine"]
        assert running.stat().st_uid == nobody.pw_uid
        embedded.down()
        again = as_nobody("embedded.up(); embedded.down()", str(home))
        assert again.returncode == 0, again.stderr


@pytest.mark.skipif(not is_root(), reason="requires root")
def test_up__rejects_the_files_of_another_user(home: Path) -> None:
    embedded.up()
    done = as_nobody("embedded.up()", str(home))
    assert done.returncode == 1
    assert "belongs to another user (uid 0). Run as that user, set WAREHOUSE_HOME" in done.stderr


@pytest.mark.skipif(not is_root(), reason="requires root")
def test_up__rejects_an_inaccessible_directory() -> None:
    with server_home("shut/home") as home:
        home.mkdir(parents=True)
        home.parent.chmod(0o700)
        done = as_nobody("assert embedded.running() is None; embedded.up()", str(home))
    assert done.returncode == 1
    assert f"{home.parent} belongs to another user (uid 0). Run as that user" in done.stderr


def test_login_roles__work_after_migrate_with_their_privileges_only(home: Path) -> None:
    state = embedded.up()
    done = subprocess.run([WAREHOUSE, "migrate"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for role in (LoginRole.CUES, LoginRole.API, LoginRole.ANALYST):
        assert url(role) == state.url(role.database_role)
        with connect(role) as connection:
            assert connection.execute("select current_user, session_user").fetchone() == (
                role.database_role,
                role.database_role,
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select text from ai_backend.utterances")
