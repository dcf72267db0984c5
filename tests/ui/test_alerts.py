"""Acknowledging alerts."""

from playwright.sync_api import expect

from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner

NOTE = 'Called on Monday, "all well" <b>so far</b> 👍'


def test_acknowledge__removes_the_alert_and_stores_the_note(dashboard: DashboardPage, owner: Owner) -> None:
    alerts = dashboard.page.locator(".alert")
    expect(alerts.first).to_be_visible()
    before = alerts.count()
    alert = alerts.last
    title = alert.locator("h3").inner_text()
    client = str(alert.locator(".alert-head a").get_attribute("href")).rsplit("/", 1)[1]

    alert.get_by_role("button", name=f"Acknowledge: {title}").click()
    expect(alert.get_by_label("Note")).to_be_focused()
    alert.get_by_label("Note").fill(NOTE)
    alert.get_by_role("button", name="Acknowledge", exact=True).click()

    expect(alerts).to_have_count(before - 1)
    expect(dashboard.page.locator(".live-region")).to_have_text(f"Acknowledged: {title}")
    expect(dashboard.page.locator(".alerts")).to_be_focused()
    dashboard.page.reload()
    expect(alerts).to_have_count(before - 1)
    rows = owner.execute(
        "select acknowledged_notes from ai_backend.risk_alerts "
        "where client_id = %s and status = 'acknowledged'",
        [client],
    ).fetchall()
    assert [row["acknowledged_notes"] for row in rows] == [NOTE]
    dashboard.open_client(client)
    expect(dashboard.page.locator(".alert.is-acknowledged")).to_contain_text(NOTE)
    assert dashboard.errors == []


def test_alerts__name_the_date_of_their_numbers(dashboard: DashboardPage) -> None:
    expect(dashboard.card("Open alerts")).to_contain_text(
        "the date on which the alert opened or became urgent"
    )


def test_note__is_cancelled_with_escape(dashboard: DashboardPage) -> None:
    alert = dashboard.page.locator(".alert").first
    alert.get_by_role("button", name="Acknowledge").click()
    expect(alert.get_by_label("Note")).to_be_focused()
    dashboard.page.keyboard.press("Escape")
    expect(alert.get_by_label("Note")).to_have_count(0)


def test_note__is_limited_to_1000_characters(dashboard: DashboardPage) -> None:
    alert = dashboard.page.locator(".alert").first
    alert.get_by_role("button", name="Acknowledge").click()
    note = alert.get_by_label("Note")
    note.click()
    dashboard.page.keyboard.insert_text("x" * 1200)
    assert len(note.input_value()) == 1000
