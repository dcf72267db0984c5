"""Missing values are shown as unknown, never as zero."""

from playwright.sync_api import expect

from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner, client_without_session, high_risk_client, single_session_client


def test_client_without_sessions__shows_an_empty_view(dashboard: DashboardPage, owner: Owner) -> None:
    dashboard.open(f"clients/{client_without_session(owner)}", ".empty")
    expect(dashboard.page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    dashboard.page.get_by_role("link", name="Back to your practice").click()
    expect(dashboard.page.get_by_role("heading", name="Your practice")).to_be_visible()


def test_another_coachs_client__shows_the_same_empty_view(dashboard: DashboardPage, owner: Owner) -> None:
    row = owner.execute(
        "select client_id from ai_backend.session_analytics where coach_id <> %s and client_id not in "
        "(select client_id from public.coach_clients where coach_id = %s) limit 1",
        [dashboard.coach_id, dashboard.coach_id],
    ).fetchone()
    assert row is not None
    dashboard.open(f"clients/{row['client_id']}", ".empty")
    expect(dashboard.page.get_by_role("heading", name="No sessions yet")).to_be_visible()


def test_single_session__has_unknown_trends(dashboard: DashboardPage, owner: Owner) -> None:
    dashboard.open_client(single_session_client(owner))
    expect(dashboard.stat("Sessions")).to_have_text("1")
    stats = dashboard.page.locator(".stats")
    expect(stats).to_contain_text("frequency unknown")
    expect(stats.get_by_text("trend unknown")).to_have_count(3)
    unknown = dashboard.page.locator(".factors li.is-unknown")
    expect(unknown).to_have_count(2)
    expect(unknown.locator(".points")).to_have_text(["unknown", "unknown"])
    assert dashboard.errors == []


def test_session_without_cues_and_speakers__is_unknown_throughout(
    dashboard: DashboardPage, owner: Owner
) -> None:
    client_id = high_risk_client(owner)
    row = owner.execute(
        "update ai_backend.session_analytics set has_cue_evidence = false, engagement_score = null, "
        "client_sentiment_score = null, coach_talk_percentage = 0, client_talk_percentage = 0, "
        "coach_turns = 0, client_turns = 0, "
        "quality_warnings = '{unattributed_speakers,cue_detection_pending}' "
        "where job_id = (select job_id from ai_backend.session_analytics "
        "where client_id = %s and coach_id = %s order by session_date desc limit 1) returning job_id",
        [client_id, dashboard.coach_id],
    ).fetchone()
    assert row is not None
    dashboard.open_client(client_id)
    cells = dashboard.page.locator(".scroll tbody tr").first.locator("td")
    expect(cells.nth(1)).to_have_text("unknown")
    expect(cells.nth(2)).to_have_text("unknown")
    expect(cells.nth(3)).to_have_text("unknown")
    expect(cells.nth(4)).to_have_text("unknown")
    expect(dashboard.card("Language cues")).to_contain_text("1 session not searched for cues")

    dashboard.open_session(row["job_id"])
    expect(dashboard.stat("Engagement")).to_have_text("unknown")
    expect(dashboard.card("Talk time")).to_contain_text("Unknown: the speakers could not be identified")
    expect(dashboard.card("Language cues")).to_contain_text(
        "Unknown: this session has not been searched for cues"
    )
    expect(dashboard.card("Your questions")).to_contain_text("Unknown")
    expect(dashboard.page.locator(".notice")).to_contain_text("Coach and client could not be distinguished")
