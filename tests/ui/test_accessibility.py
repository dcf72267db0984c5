"""Axe finds nothing serious in any view, light or dark; a phone and a keyboard are enough."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.service import Service
from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner
from tests.ui.test_views import VIEWS, show

AXE = Path(__file__).parents[2] / "dashboard/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
SCHEMES: list[Any] = ["light", "dark"]


def serious(page: Page) -> list[str]:
    """What axe holds against the page as it is, with where it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")
    assert found["passes"]
    return [
        f"{rule['id']}: {rule['help']} at {node['target']}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("view", VIEWS)
def test_axe__finds_nothing_serious(view: str, scheme: Any, coach: CoachPage, owner: Owner) -> None:
    coach.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show(view, coach, owner)
    coach.page.locator(".term").first.focus()
    assert serious(coach.page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe__finds_nothing_serious_at_the_door(scheme: Any, page: Page, page_service: Service) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{page_service.address}/dashboard")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert serious(page) == []


def test_axe__would_find_something(coach: CoachPage) -> None:
    coach.run("document.querySelector('.quiet').replaceChildren()")
    assert any(found.startswith("button-name") for found in serious(coach.page))


@pytest.mark.parametrize("view", VIEWS)
def test_a_phone__shows_everything_without_scrolling_sideways(
    view: str, coach: CoachPage, owner: Owner
) -> None:
    coach.page.set_viewport_size({"width": 360, "height": 740})
    show(view, coach, owner)
    terms = coach.page.locator(".stats .term")
    for index in range(terms.count()):
        terms.nth(index).focus()
        tip = coach.page.locator(".tip:visible").bounding_box()
        assert tip is not None
        assert tip["x"] >= 0
        assert tip["x"] + tip["width"] <= 360
    assert coach.run("document.documentElement.scrollWidth") == 360


def test_a_keyboard__is_enough_to_reach_a_session(coach: CoachPage) -> None:
    page = coach.page
    expect(coach.stat("Clients")).to_be_visible()
    tab_until(page, "document.activeElement.matches('table.clients tr:nth-child(2) a')")
    page.keyboard.press("Enter")
    expect(page.locator(".factors")).to_be_visible()
    tab_until(page, "document.activeElement.matches('[aria-label^=\"Engagement:\"]')")
    reading = coach.card("Engagement").locator(".reading")
    last = reading.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(reading).not_to_have_text(last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Session of")).to_be_visible()


def tab_until(page: Page, condition: str, most: int = 150) -> None:
    """Press Tab until the condition holds of the focused element."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"{condition} was not reached by Tab")
