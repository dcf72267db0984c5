"""The command `warehouse`: what it says when something is wrong, and what a script can rely on."""

import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from tests.support.databases import fresh_database

WAREHOUSE = str(Path(sys.executable).parent / "warehouse")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([WAREHOUSE, *arguments], capture_output=True, text=True, check=False)


def test_error__is_one_plain_line_without_a_traceback(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "[red] :smile: a folder with a name that is longer than a terminal is wide"
    done = run("load", str(folder))
    assert done.returncode == 1
    assert done.stderr == f"warehouse: {folder} is not a folder.\n"
    assert done.stdout == ""


def test_url__alone_is_written_to_standard_output(database_url: str) -> None:
    done = run("url")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{database_url}\n", "")


def test_status__says_where_the_server_is_and_how_far_it_is_migrated(database_url: str) -> None:
    done = run("status")
    assert done.returncode == 0
    assert " migrations applied." in done.stderr
    assert database_url.rsplit("/", 1)[1] in done.stderr
    assert "password" not in done.stderr


def test_status__fails_when_the_server_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hunter2@127.0.0.1:1/practice")
    done = run("status")
    assert done.returncode == 1
    assert done.stderr.startswith("warehouse: Can't connect as owner (DATABASE_URL)")
    assert "hunter2" not in done.stderr


def test_exec__hands_on_addresses_arguments_and_the_exit_status(database_url: str) -> None:
    program = "import os, sys; print(os.environ['DBT_PG_DBNAME']); sys.exit(len(sys.argv))"
    done = run("exec", "--", sys.executable, "-c", program, "--select", "x y")
    assert done.returncode == 3
    assert done.stdout.strip() == database_url.rsplit("/", 1)[1]


def test_exec__leaves_its_place_to_the_command(database_url: str) -> None:
    """Who stops it, stops the command: a container's first process, a unit's main one."""
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
        (["exec"], "Nothing to run. Write the command behind two dashes"),
        (["exec", "--", "no-such-command"], "The command no-such-command can't be run: No such file"),
        (["predictions", "/nowhere/file.csv"], "/nowhere/file.csv can't be written: No such file"),
    ],
)
def test_command__refuses_with_a_remedy(database_url: str, arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"warehouse: {message}")


READ_ONLY = "-c default_transaction_read_only=on"
ANALYST = "-c role=warehouse_analyst"
NOBODY = ["erase", "00000000-0000-4000-8000-000000000000", "--yes"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["sample"], READ_ONLY, "The database refused: cannot execute"),
        (["migrate"], READ_ONLY, "The database refused: cannot execute"),
        (NOBODY, READ_ONLY, "The database refused: cannot execute"),
        (["reset", "--yes"], READ_ONLY, "The database refused: cannot execute"),
        (["sample"], ANALYST, "The database refused: permission denied"),
        (["status"], ANALYST, "The database refused: permission denied"),
        (NOBODY, ANALYST, "The database refused: permission denied"),
    ],
)
def test_command__says_that_the_log_in_may_not(
    database_url: str, monkeypatch: pytest.MonkeyPatch, arguments: list[str], options: str, message: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", make_conninfo(database_url, options=options))
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"warehouse: {message}")
    assert done.stderr.count("\n") == 1


def test_erase__says_that_nothing_is_there(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with fresh_database(server_url) as empty:
        monkeypatch.setenv("DATABASE_URL", empty)
        done = run(*NOBODY)
    assert done.returncode == 1
    assert "Run `warehouse migrate`" in done.stderr
    assert done.stderr.count("\n") == 1


def test_predictions__leave_an_earlier_file_alone_when_the_server_is_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@127.0.0.1:1/practice")
    file = tmp_path / "predictions.csv"
    file.write_text("earlier")
    assert run("predictions", str(file)).returncode == 1
    assert file.read_text() == "earlier"
