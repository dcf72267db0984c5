"""README.md: what it says the demo prints is what the demo prints, and what the demo prints works."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from rich.console import Console

from sample import DEMO_COACH_ID
from sample.demo import services, summary
from tools.docs.access_matrix import SCHEMAS
from tools.docs.readme import BLOCK, demo_output, with_demo_output
from warehouse.connection import Role
from warehouse.paths import PROJECT_DIR

README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")


PICTURE = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def there(practice_url: str) -> set[str]:
    """Names that a picture may show: tables, schemas with .*, rooms of the project, layers of models."""
    with psycopg.connect(practice_url) as connection:
        named = connection.execute(
            "select relname from pg_class where relkind in ('r', 'v', 'm') "
            "and relnamespace::regnamespace::text = any(%s) "
            "union all select unnest(%s::text[]) || '.*'",
            [list(SCHEMAS), list(SCHEMAS)],
        ).fetchall()
    layers = (PROJECT_DIR / "dbt_project" / "models").iterdir()
    rooms = PROJECT_DIR.iterdir()
    return {name for (name,) in named} | {folder.name for folder in (*layers, *rooms) if folder.is_dir()}


@pytest.fixture
def practice_in_reach(practice_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The demo finds the practice as its database, and keeps its keys in a folder of the test's own."""
    monkeypatch.setenv("DATABASE_URL", practice_url)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))


@pytest.fixture
def served(practice_in_reach: None) -> Iterator[summary.Served]:
    with services.served(with_ui=False) as running:
        yield running


def printed(served: summary.Served) -> str:
    text = io.StringIO()
    summary.show(Console(file=text, width=summary.WIDTH), served)
    return text.getvalue()


@pytest.mark.usefixtures("practice_in_reach")
def test_demo_s_output__is_that_of_the_readme() -> None:
    assert BLOCK.search(README)
    assert with_demo_output(README) == README, "run `make docs`"


@pytest.mark.usefixtures("practice_in_reach")
def test_demo_s_output__shows_the_newest_sessions_of_the_marts(practice_url: str) -> None:
    with psycopg.connect(practice_url) as connection:
        shown = connection.execute(
            "select session_date::text, engagement_score::text from ai_backend.session_analytics "
            "where coach_id = %s order by session_date desc, completed_at desc, job_id desc limit 8",
            [DEMO_COACH_ID],
        ).fetchall()
    lines = [line.split() for line in demo_output().splitlines() if line.startswith("  20")]
    assert [(line[0], line[5]) for line in lines] == [(date, score or "?") for date, score in shown]


def test_demo_s_output__is_a_request_that_is_answered_when_pasted(served: summary.Served) -> None:
    output = printed(served)
    request = output[output.index("curl -s ") : output.index("\nCtrl-C")]
    pasted = request.replace("python3", sys.executable)
    answer = subprocess.run(["bash", "-c", pasted], check=True, capture_output=True, text=True).stdout
    session = json.loads(answer)["session_analytics"]
    assert session["job_id"] == str(summary.latest_session(DEMO_COACH_ID))
    assert session["coach_id"] == str(DEMO_COACH_ID)


def test_demo_s_output__leads_to_pages_that_are_there(served: summary.Served) -> None:
    output = printed(served)
    for address in (f"{served.api}/dashboard#token={served.token}", f"{served.api}/docs"):
        assert address in output
        assert httpx.get(address, follow_redirects=True, timeout=60).status_code == 200


def drawn(picture: str) -> set[str]:
    """Names in the boxes of a picture; a box without a label is named by its id."""
    labels = re.findall(r'"(.+?)"', picture, re.DOTALL)
    boxes = set(re.findall(r"\b[a-z_]+\b", re.sub(r'\w+\[.*?".+?".*?\]', "", picture, flags=re.DOTALL)))
    labelled = set(re.findall(r"(\w+)\[", picture))
    return (boxes - labelled - {"flowchart"}) | set(
        re.findall(r"\b[a-z]+_?[a-z_]*(?:\.\*)?", " ".join(labels))
    )


def test_picture_of_the_way__names_what_is_there(there: set[str]) -> None:
    assert PICTURE
    named = drawn(PICTURE[1])
    assert {
        "coach_clients",
        "risk_alerts",
        "cue_detection.*",
        "analytics_api.*",
        "staging",
        "cue_detector",
    } <= named
    assert sorted(named - there - {f"{role}s" for role in Role}) == []
