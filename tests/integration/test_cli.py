"""The command `warehouse`: error messages, exit status and output for scripts."""

import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from tests.support.databases import fresh_database

WAREHOUSE = str(Path(sys.executable).parent / "warehouse")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([WAREHOUSE, *arguments], capture_output=True, text=True, check=False)


def test_error__is_one_line_without_a_traceback(database_url: str, tmp_path: Path) -> None:
    directory = tmp_path / "[red] :smile: a directory with a name longer than the width of a terminal"
    done = run("load", str(directory))
    assert done.returncode == 1
    assert done.stderr == f"warehouse: {directory} is not a directory.\n"
    assert done.stdout == ""


def test_url__is_the_only_output(database_url: str) -> None:
    done = run("url")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{database_url}\n", "")


def test_status__prints_server_and_migrations(database_url: str) -> None:
    done = run("status")
    assert done.returncode == 0
    assert " migrations applied." in done.stderr
    assert database_url.rsplit("/", 1)[1] in done.stderr
    assert "password" not in done.stderr


def test_status__fails_when_the_server_is_not_reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hunter2@127.0.0.1:1/practice")
    done = run("status")
    assert done.returncode == 1
    assert done.stderr.startswith("warehouse: Cannot connect as owner (DATABASE_URL)")
    assert "hunter2" not in done.stderr


def test_exec__passes_variables_arguments_and_exit_status(database_url: str) -> None:
    program = "import os, sys; print(os.environ['DBT_PG_DBNAME']); sys.exit(len(sys.argv))"
    done = run("exec", "--", sys.executable, "-c", program, "--select", "x y")
    assert done.returncode == 3
    assert done.stdout.strip() == database_url.rsplit("/", 1)[1]


def test_exec__is_replaced_by_the_command(database_url: str) -> None:
    """Signals to the main process of a container or unit reach the command."""
    program = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); "
        "print('ready', flush=True); signal.pause()"
    )
    command = [WAREHOUSE, "exec", "--", sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(60) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["exec"], "The command is missing. Write it after two dashes"),
        (["exec", "--", "no-such-command"], "The command no-such-command cannot be run: No such file"),
        (["predictions", "/nowhere/file.csv"], "Cannot write /nowhere/file.csv: No such file"),
    ],
)
def test_command__fails_with_a_remedy(database_url: str, arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"warehouse: {message}")


READ_ONLY = "-c default_transaction_read_only=on"
ANALYST = "-c role=warehouse_analyst"
UNKNOWN_CLIENT = ["erase", "00000000-0000-4000-8000-000000000000", "--yes"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["sample"], READ_ONLY, "Rejected by the database: cannot execute"),
        (["migrate"], READ_ONLY, "Rejected by the database: cannot execute"),
        (UNKNOWN_CLIENT, READ_ONLY, "Rejected by the database: cannot execute"),
        (["reset", "--yes"], READ_ONLY, "Rejected by the database: cannot execute"),
        (["sample"], ANALYST, "Rejected by the database: permission denied"),
        (["status"], ANALYST, "Rejected by the database: permission denied"),
        (UNKNOWN_CLIENT, ANALYST, "Rejected by the database: permission denied"),
    ],
)
def test_command__reports_missing_permissions(
    database_url: str, monkeypatch: pytest.MonkeyPatch, arguments: list[str], options: str, message: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", make_conninfo(database_url, options=options))
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"warehouse: {message}")
    assert done.stderr.count("\n") == 1


def test_erase__reports_a_database_without_migrations(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database(server_url) as empty:
        monkeypatch.setenv("DATABASE_URL", empty)
        done = run(*UNKNOWN_CLIENT)
    assert done.returncode == 1
    assert "Run `warehouse migrate`" in done.stderr
    assert done.stderr.count("\n") == 1


def test_predictions__keep_an_existing_file_when_the_server_is_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@127.0.0.1:1/practice")
    file = tmp_path / "predictions.csv"
    file.write_text("earlier")
    assert run("predictions", str(file)).returncode == 1
    assert file.read_text() == "earlier"
