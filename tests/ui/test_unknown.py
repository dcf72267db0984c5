"""Unknown is shown as unknown, never as zero, and nothing at all has a page too."""

from playwright.sync_api import expect

from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner, client_without_session, new_client, riskiest_client


def test_a_client_without_a_session__has_a_page_that_says_so(coach: CoachPage, owner: Owner) -> None:
    coach.open(f"clients/{client_without_session(owner)}", ".empty")
    expect(coach.page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    coach.page.get_by_role("link", name="Back to your practice").click()
    expect(coach.page.get_by_role("heading", name="Your practice")).to_be_visible()


def test_a_strangers_client__looks_the_same(coach: CoachPage, owner: Owner) -> None:
    row = owner.execute(
        "select client_id from ai_backend.session_analytics where coach_id <> %s and client_id not in "
        "(select client_id from public.coach_clients where coach_id = %s) limit 1",
        [coach.coach_id, coach.coach_id],
    ).fetchone()
    assert row is not None
    coach.open(f"clients/{row['client_id']}", ".empty")
    expect(coach.page.get_by_role("heading", name="No sessions yet")).to_be_visible()


def test_a_single_session__shows_no_trend_and_no_change(coach: CoachPage, owner: Owner) -> None:
    coach.open_client(new_client(owner))
    expect(coach.stat("Sessions")).to_have_text("1")
    stats = coach.page.locator(".stats")
    expect(stats).to_contain_text("frequency unknown")
    expect(stats.get_by_text("trend unknown")).to_have_count(3)
    unknown = coach.page.locator(".factors li.is-unknown")
    expect(unknown).to_have_count(2)
    expect(unknown.locator(".points")).to_have_text(["unknown", "unknown"])
    assert coach.troubles == []


def test_an_unread_unattributed_session__is_unknown_throughout(coach: CoachPage, owner: Owner) -> None:
    client_id = riskiest_client(owner)
    row = owner.execute(
        "update ai_backend.session_analytics set has_cue_evidence = false, engagement_score = null, "
        "client_sentiment_score = null, coach_talk_percentage = 0, client_talk_percentage = 0, "
        "coach_turns = 0, client_turns = 0, "
        "quality_warnings = '{unattributed_speakers,cue_detection_pending}' "
        "where job_id = (select job_id from ai_backend.session_analytics "
        "where client_id = %s and coach_id = %s order by session_date desc limit 1) returning job_id",
        [client_id, coach.coach_id],
    ).fetchone()
    assert row is not None
    coach.open_client(client_id)
    cells = coach.page.locator(".scroll tbody tr").first.locator("td")
    expect(cells.nth(1)).to_have_text("unknown")
    expect(cells.nth(2)).to_have_text("unknown")
    expect(cells.nth(3)).to_have_text("unknown")
    expect(cells.nth(4)).to_have_text("unknown")
    expect(coach.card("Language cues")).to_contain_text("1 session not read for cues")

    coach.open_session(row["job_id"])
    expect(coach.stat("Engagement")).to_have_text("unknown")
    expect(coach.card("Talk time")).to_contain_text("Unknown: nobody could be recognised")
    expect(coach.card("Language cues")).to_contain_text("Unknown: this session has not been read")
    expect(coach.card("Your questions")).to_contain_text("Unknown")
    expect(coach.page.locator(".notice")).to_contain_text("The voices could not be told apart")
