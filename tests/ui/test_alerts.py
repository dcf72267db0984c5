"""An alert is acknowledged, with a note, and goes."""

from playwright.sync_api import expect

from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner

NOTE = 'Called on Monday, "all well" <b>so far</b> 👍'


def test_an_acknowledged_alert__goes_and_keeps_its_note(coach: CoachPage, owner: Owner) -> None:
    alerts = coach.page.locator(".alert")
    expect(alerts.first).to_be_visible()
    before = alerts.count()
    place = alerts.last
    title = place.locator("h3").inner_text()
    client = str(place.locator(".alert-head a").get_attribute("href")).rsplit("/", 1)[1]

    place.get_by_role("button", name=f"Acknowledge: {title}").click()
    expect(place.get_by_label("Note")).to_be_focused()
    place.get_by_label("Note").fill(NOTE)
    place.get_by_role("button", name="Acknowledge", exact=True).click()

    expect(alerts).to_have_count(before - 1)
    expect(coach.page.locator(".aloud")).to_have_text(f"Acknowledged: {title}")
    expect(coach.page.locator(".alerts")).to_be_focused()
    coach.page.reload()
    expect(alerts).to_have_count(before - 1)
    rows = owner.execute(
        "select acknowledged_notes from ai_backend.risk_alerts "
        "where client_id = %s and status = 'acknowledged'",
        [client],
    ).fetchall()
    assert [row["acknowledged_notes"] for row in rows] == [NOTE]
    coach.open_client(client)
    expect(coach.page.locator(".alert.is-acknowledged")).to_contain_text(NOTE)
    assert coach.troubles == []


def test_alerts__say_which_day_they_speak_of(coach: CoachPage) -> None:
    expect(coach.card("Open alerts")).to_contain_text("the day on which it opened or became urgent")


def test_a_note__can_be_given_up(coach: CoachPage) -> None:
    place = coach.page.locator(".alert").first
    place.get_by_role("button", name="Acknowledge").click()
    expect(place.get_by_label("Note")).to_be_focused()
    coach.page.keyboard.press("Escape")
    expect(place.get_by_label("Note")).to_have_count(0)


def test_a_note__is_at_most_as_long_as_the_contract_says(coach: CoachPage) -> None:
    place = coach.page.locator(".alert").first
    place.get_by_role("button", name="Acknowledge").click()
    note = place.get_by_label("Note")
    note.click()
    coach.page.keyboard.insert_text("x" * 1200)
    assert len(note.input_value()) == 1000
