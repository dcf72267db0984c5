"""The server goes away and comes back: what was read stays, and it mends itself."""

from pathlib import Path

from playwright.sync_api import Page, expect

from sample import DEMO_COACH_ID
from tests.api.service import free_port, serve
from tests.api.tokens import hs256
from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner, riskiest_client


def test_a_server_that_was_away__is_back_without_a_reload(
    page: Page, page_database_url: str, owner: Owner, tmp_path: Path
) -> None:
    port = free_port()
    client_id = riskiest_client(owner)
    with serve(tmp_path, page_database_url, port, API_DASHBOARD_ENABLED="true") as service:
        coach = CoachPage(page, service.address, DEMO_COACH_ID)
        coach.sign_in(hs256(DEMO_COACH_ID))
        coach.open_client(client_id)
        total = coach.stat("Sessions").inner_text()
    page.get_by_role("link", name="All time").click()
    expect(page.locator(".notice")).to_contain_text("The server is away.")
    expect(coach.stat("Sessions")).to_have_text(total)
    with serve(tmp_path, page_database_url, port, API_DASHBOARD_ENABLED="true"):
        expect(coach.stat("Sessions")).not_to_have_text(total)
        expect(page.locator(".notice", has_text="away")).to_have_count(0)


def test_an_acknowledgement_that_fails__says_that_nothing_was_saved(
    page: Page, page_database_url: str, tmp_path: Path
) -> None:
    with serve(tmp_path, page_database_url, API_DASHBOARD_ENABLED="true") as service:
        coach = CoachPage(page, service.address, DEMO_COACH_ID)
        coach.sign_in(hs256(DEMO_COACH_ID))
        place = page.locator(".alert").first
        place.get_by_role("button", name="Acknowledge").click()
        place.get_by_label("Note").fill("kept")
    place.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(place.get_by_role("alert")).to_contain_text("Nothing was saved")
    assert place.get_by_label("Note").input_value() == "kept"
