"""One sample database, one API service with the dashboard and one browser for all dashboard tests."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row

from sample import DEMO_COACH_ID
from tests.api.conftest import practice_template  # noqa: F401 - a fixture
from tests.api.service import Service, serve
from tests.api.tokens import hs256
from tests.support.databases import fresh_database

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.ui.dashboard_page import DashboardPage

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class SkippedModule(pytest.Module):
    """A test module that is not imported."""

    def collect(self) -> list[pytest.Item]:
        pytest.skip("playwright is not installed: run `make test-ui`", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Skip the tests in a browser where playwright, an optional dependency, is not installed."""
    if find_spec("playwright") is None:
        return SkippedModule.from_parent(parent, path=module_path)
    return None


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The system's Chromium, or the executable in CHROMIUM."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - an optional dependency

    # a limit for waits only; no test depends on how long something takes
    expect.set_options(timeout=60_000)
    executable = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if executable is None:
        # `make test-ui` fails before it starts pytest
        pytest.skip("Chromium is missing: apt-get install chromium, or set CHROMIUM to a browser's path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def dashboard_database_url(server_url: str, practice_template: str) -> Iterator[str]:  # noqa: F811
    """The owner's URL of the sample database behind the dashboard."""
    with fresh_database(server_url, practice_template) as url:
        yield url


@pytest.fixture(scope="session")
def dashboard_service(
    dashboard_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running API service with the dashboard enabled."""
    directory: Path = tmp_path_factory.mktemp("dashboard")
    with serve(directory, dashboard_database_url, API_DASHBOARD_ENABLED="true") as service:
        yield service


@pytest.fixture
def owner(dashboard_database_url: str) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """A connection as the owner, not limited by row-level security."""
    with psycopg.connect(dashboard_database_url, row_factory=dict_row, autocommit=True) as connection:
        yield connection


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A new tab in a new browser context, without stored data."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def dashboard(page: "Page", dashboard_service: Service) -> "DashboardPage":
    """The dashboard, signed in as the demo coach."""
    from tests.ui.dashboard_page import DashboardPage  # noqa: PLC0415 - imports playwright

    dashboard = DashboardPage(page, dashboard_service.base_url, DEMO_COACH_ID)
    dashboard.sign_in(hs256(DEMO_COACH_ID))
    return dashboard
