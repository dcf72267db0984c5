"""One sample practice, one service with the coach's page, and a real browser for all tests of the page."""

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

    from tests.ui.coach_page import CoachPage

ARGUMENTS = [
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
    """The system's Chromium; CHROMIUM names another one."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - an optional dependency

    # a limit for waits only; no test depends on how long something takes
    expect.set_options(timeout=60_000)
    found = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if found is None:
        pytest.fail("Chromium is missing: apt-get install chromium, or set CHROMIUM to a browser's path.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def page_database_url(server_url: str, practice_template: str) -> Iterator[str]:  # noqa: F811
    """The owner's address of the practice that the page shows."""
    with fresh_database(server_url, practice_template) as url:
        yield url


@pytest.fixture(scope="session")
def page_service(page_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The real service, with the page."""
    folder: Path = tmp_path_factory.mktemp("page")
    with serve(folder, page_database_url, API_DASHBOARD_ENABLED="true") as running:
        yield running


@pytest.fixture
def owner(page_database_url: str) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """The owner's connection, which sees all rows and may change them."""
    with psycopg.connect(page_database_url, row_factory=dict_row, autocommit=True) as connection:
        yield connection


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """An empty tab of a browser that knows nothing yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def coach(page: "Page", page_service: Service) -> "CoachPage":
    """The demo coach, signed in."""
    from tests.ui.coach_page import CoachPage  # noqa: PLC0415 - imports playwright

    opened = CoachPage(page, page_service.address, DEMO_COACH_ID)
    opened.sign_in(hs256(DEMO_COACH_ID))
    return opened
