"""README.md: the demo's output is current and its request works; the diagram names existing things."""

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
from warehouse.connection import LoginRole
from warehouse.paths import PROJECT_DIR

README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
DIAGRAM = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def existing_names(sample_url: str) -> set[str]:
    """Names that the diagram may show: tables, schemas with .*, directories, layers of models."""
    with psycopg.connect(sample_url) as connection:
        named = connection.execute(
            "select relname from pg_class where relkind in ('r', 'v', 'm') "
            "and relnamespace::regnamespace::text = any(%s) "
            "union all select unnest(%s::text[]) || '.*'",
            [list(SCHEMAS), list(SCHEMAS)],
        ).fetchall()
    layers = (PROJECT_DIR / "dbt_project" / "models").iterdir()
    directories = (one for one in (*layers, *PROJECT_DIR.iterdir()) if one.is_dir())
    return {name for (name,) in named} | {directory.name for directory in directories}


@pytest.fixture
def sample_environment(sample_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The demo uses the sample database and stores its keys in a temporary directory."""
    monkeypatch.setenv("DATABASE_URL", sample_url)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))


@pytest.fixture
def served(sample_environment: None) -> Iterator[summary.Served]:
    with services.served(with_ui=False) as running:
        yield running


def printed(served: summary.Served) -> str:
    text = io.StringIO()
    summary.show(Console(file=text, width=summary.WIDTH), served)
    return text.getvalue()


@pytest.mark.usefixtures("sample_environment")
def test_demo_output__is_that_of_the_readme() -> None:
    assert BLOCK.search(README)
    assert with_demo_output(README) == README, "run `make docs`"


@pytest.mark.usefixtures("sample_environment")
def test_demo_output__shows_the_newest_sessions(sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        expected = connection.execute(
            "select session_date::text, engagement_score::text from ai_backend.session_analytics "
            "where coach_id = %s order by session_date desc, completed_at desc, job_id desc limit 8",
            [DEMO_COACH_ID],
        ).fetchall()
    lines = [line.split() for line in demo_output().splitlines() if line.startswith("  20")]
    assert [(line[0], line[5]) for line in lines] == [(date, score or "?") for date, score in expected]


def test_demo_output__contains_a_working_request(served: summary.Served) -> None:
    output = printed(served)
    request = output[output.index("curl -s ") : output.index("\nCtrl-C")]
    command = request.replace("python3", sys.executable)
    output = subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout
    session = json.loads(output)["session_analytics"]
    assert session["job_id"] == str(summary.latest_session(DEMO_COACH_ID))
    assert session["coach_id"] == str(DEMO_COACH_ID)


def test_demo_output__links_to_existing_pages(served: summary.Served) -> None:
    output = printed(served)
    for url in (f"{served.api}/dashboard#token={served.token}", f"{served.api}/docs"):
        assert url in output
        assert httpx.get(url, follow_redirects=True, timeout=60).status_code == 200


def names_in(diagram: str) -> set[str]:
    """Names in the nodes of a diagram; a node without a label is named by its id."""
    labels = re.findall(r'"(.+?)"', diagram, re.DOTALL)
    boxes = set(re.findall(r"\b[a-z_]+\b", re.sub(r'\w+\[.*?".+?".*?\]', "", diagram, flags=re.DOTALL)))
    labelled = set(re.findall(r"(\w+)\[", diagram))
    return (boxes - labelled - {"flowchart"}) | set(
        re.findall(r"\b[a-z]+_?[a-z_]*(?:\.\*)?", " ".join(labels))
    )


def test_diagram__names_existing_things(existing_names: set[str]) -> None:
    assert DIAGRAM
    named = names_in(DIAGRAM[1])
    assert {
        "coach_clients",
        "risk_alerts",
        "cue_detection.*",
        "analytics_api.*",
        "staging",
        "cue_detector",
    } <= named
    assert sorted(named - existing_names - {f"{role}s" for role in LoginRole}) == []
