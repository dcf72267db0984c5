"""An unavailable server: the loaded data stays on screen, and requests are retried."""

from pathlib import Path

from playwright.sync_api import Page, expect

from sample import DEMO_COACH_ID
from tests.api.service import free_port, serve
from tests.api.tokens import hs256
from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner, high_risk_client


def test_unavailable_server__is_retried_without_a_reload(
    page: Page, dashboard_database_url: str, owner: Owner, tmp_path: Path
) -> None:
    port = free_port()
    client_id = high_risk_client(owner)
    with serve(tmp_path, dashboard_database_url, port, API_DASHBOARD_ENABLED="true") as service:
        dashboard = DashboardPage(page, service.base_url, DEMO_COACH_ID)
        dashboard.sign_in(hs256(DEMO_COACH_ID))
        dashboard.open_client(client_id)
        total = dashboard.stat("Sessions").inner_text()
    page.get_by_role("link", name="All time").click()
    expect(page.locator(".notice")).to_contain_text("The server is unavailable.")
    expect(dashboard.stat("Sessions")).to_have_text(total)
    with serve(tmp_path, dashboard_database_url, port, API_DASHBOARD_ENABLED="true"):
        expect(dashboard.stat("Sessions")).not_to_have_text(total)
        expect(page.locator(".notice", has_text="unavailable")).to_have_count(0)


def test_failed_acknowledgement__is_reported_and_keeps_the_note(
    page: Page, dashboard_database_url: str, tmp_path: Path
) -> None:
    with serve(tmp_path, dashboard_database_url, API_DASHBOARD_ENABLED="true") as service:
        dashboard = DashboardPage(page, service.base_url, DEMO_COACH_ID)
        dashboard.sign_in(hs256(DEMO_COACH_ID))
        alert = page.locator(".alert").first
        alert.get_by_role("button", name="Acknowledge").click()
        alert.get_by_label("Note").fill("kept")
    alert.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(alert.get_by_role("alert")).to_contain_text("The alert was not acknowledged")
    assert alert.get_by_label("Note").input_value() == "kept"
