"""Accessibility: axe finds no serious violations; a phone's screen and a keyboard are sufficient."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.service import Service
from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner
from tests.ui.test_views import VIEWS, show

AXE = Path(__file__).parents[2] / "dashboard/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
SCHEMES: list[Any] = ["light", "dark"]


def serious_violations(page: Page) -> list[str]:
    """Axe's serious and critical violations in the current view, with their elements."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document)")
    assert result["passes"]
    return [
        f"{rule['id']}: {rule['help']} at {node['target']}"
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("view", VIEWS)
def test_axe__finds_no_serious_violations(
    view: str, scheme: Any, dashboard: DashboardPage, owner: Owner
) -> None:
    dashboard.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show(view, dashboard, owner)
    dashboard.page.locator(".tooltip-trigger").first.focus()
    assert serious_violations(dashboard.page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe__finds_no_serious_violations_on_sign_in(
    scheme: Any, page: Page, dashboard_service: Service
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{dashboard_service.base_url}/dashboard")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert serious_violations(page) == []


def test_axe__reports_a_button_without_a_name(dashboard: DashboardPage) -> None:
    dashboard.run("document.querySelector('.secondary').replaceChildren()")
    assert any(violation.startswith("button-name") for violation in serious_violations(dashboard.page))


@pytest.mark.parametrize("view", VIEWS)
def test_narrow_screen__needs_no_horizontal_scrolling(
    view: str, dashboard: DashboardPage, owner: Owner
) -> None:
    dashboard.page.set_viewport_size({"width": 360, "height": 740})
    show(view, dashboard, owner)
    triggers = dashboard.page.locator(".stats .tooltip-trigger")
    for index in range(triggers.count()):
        triggers.nth(index).focus()
        tooltip = dashboard.page.locator(".tooltip:visible").bounding_box()
        assert tooltip is not None
        assert tooltip["x"] >= 0
        assert tooltip["x"] + tooltip["width"] <= 360
    assert dashboard.run("document.documentElement.scrollWidth") == 360


def test_keyboard__reaches_a_session(dashboard: DashboardPage) -> None:
    page = dashboard.page
    expect(dashboard.stat("Clients")).to_be_visible()
    tab_until(page, "document.activeElement.matches('table.clients tr:nth-child(2) a')")
    page.keyboard.press("Enter")
    expect(page.locator(".factors")).to_be_visible()
    tab_until(page, "document.activeElement.matches('[aria-label^=\"Engagement:\"]')")
    chart_value = dashboard.card("Engagement").locator(".chart-value")
    last = chart_value.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(chart_value).not_to_have_text(last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Session on")).to_be_visible()


def tab_until(page: Page, condition: str, max_presses: int = 150) -> None:
    """Press Tab until the script's condition is true."""
    for _ in range(max_presses):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"not reached with Tab: {condition}")
