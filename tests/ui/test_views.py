"""Each view shows the values that the API returns, and a tooltip for every number."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.service import PREFIX, Service
from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner, high_risk_client, session_with_most_cues

MINUS = "\N{MINUS SIGN}"
VIEWS = ["overview", "client", "session"]


def response_json(service: Service, dashboard: DashboardPage, path: str, **parameters: Any) -> Any:
    response = service.as_coach(dashboard.coach_id).get(PREFIX + path, params=parameters)
    assert response.status_code == 200
    return response.json()


def show(view: str, dashboard: DashboardPage, owner: Owner) -> None:
    match view:
        case "client":
            dashboard.open_client(high_risk_client(owner))
        case "session":
            dashboard.open_session(session_with_most_cues(owner))
        case _:
            dashboard.open("", ".stat-value")


def test_overview__shows_summary_clients_at_risk_and_alerts(
    dashboard: DashboardPage, dashboard_service: Service
) -> None:
    summary = response_json(dashboard_service, dashboard, "/coach/summary")
    at_risk = response_json(dashboard_service, dashboard, "/coach/at-risk-clients", min_level="high")
    alerts = response_json(dashboard_service, dashboard, "/risk/alerts")

    expect(dashboard.stat("At risk")).to_have_text(str(summary["clients_at_risk"]))
    expect(dashboard.stat("Clients")).to_have_text(str(summary["total_clients"]))
    expect(dashboard.stat("Sessions this month")).to_have_text(str(summary["sessions_this_month"]))
    expect(dashboard.stat("Average engagement")).to_have_text(f"{summary['average_engagement']:.0f}")
    levels = dashboard.card("Clients by risk").locator(".legend strong")
    counts = summary["risk_distribution"]
    expect(levels).to_have_text([str(counts[level]) for level in ("critical", "high", "medium", "low")])
    expect(dashboard.page.locator("table.clients tbody tr")).to_have_count(at_risk["total"])
    expect(dashboard.page.locator(".alert")).to_have_count(alerts["total"])

    dashboard.page.get_by_role("button", name="Show all").click()
    expect(dashboard.page.locator("table.clients tbody tr")).to_have_count(sum(counts.values()))


def test_client__shows_the_score_as_the_sum_of_its_factors(
    dashboard: DashboardPage, dashboard_service: Service, owner: Owner
) -> None:
    client_id = high_risk_client(owner)
    risk = response_json(dashboard_service, dashboard, f"/clients/{client_id}/risk")["risk_score"]
    dashboard.open_client(client_id)

    expect(dashboard.page.locator(".score-value")).to_have_text(f"{risk['risk_score']:.0f}")
    expect(dashboard.page.locator(".action")).to_contain_text(risk["recommended_action"])
    factors = dashboard.page.locator(".factors li")
    expect(factors).to_have_count(5)
    for factor in risk["factors"]:
        row = factors.filter(has_text=factor["description"])
        shown = f"+{factor['contribution']:.1f}" if factor["contribution"] else "0.0"
        expect(row.locator(".points")).to_have_text(shown if factor["has_evidence"] else "unknown")
    widths = dashboard.run("[...document.querySelectorAll('.factor-fill')].map(f => f.clientWidth)")
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0
    expect(dashboard.page.locator(".chart svg")).to_have_count(5)
    assert dashboard.errors == []


def test_client__switches_the_period(
    dashboard: DashboardPage, dashboard_service: Service, owner: Owner
) -> None:
    client_id = high_risk_client(owner)
    dashboard.open_client(client_id)
    for window, label in (("30d", "30 days"), ("all_time", "All time"), ("90d", "90 days")):
        summary = response_json(dashboard_service, dashboard, f"/clients/{client_id}/summary", window=window)
        total = summary["client_analytics"]["total_sessions"]
        dashboard.page.get_by_role("link", name=label).click()
        expect(dashboard.stat("Sessions")).to_have_text(str(total))
        expect(dashboard.page.locator(".scroll tbody tr")).to_have_count(total)
        expect(dashboard.page.get_by_role("link", name=label)).to_have_attribute("aria-current", "true")


def test_session__shows_talk_cues_questions_and_comparison(
    dashboard: DashboardPage, dashboard_service: Service, owner: Owner
) -> None:
    job_id = session_with_most_cues(owner)
    session = response_json(dashboard_service, dashboard, f"/sessions/{job_id}")
    analytics, cues = session["session_analytics"], session["cues"]
    dashboard.open_session(job_id)

    seconds = round(analytics["silence_time_seconds"])
    expect(dashboard.card("Talk time")).to_contain_text(
        f"Silence{seconds // 60}:{seconds % 60:02}", use_inner_text=False
    )
    expect(dashboard.page.locator(".timeline-marker")).to_have_count(
        len({cue["utterance_id"] for cue in cues})
    )
    for cue in cues:
        element = dashboard.page.locator(".cue").filter(has_text=cue["text_excerpt"]).first
        expect(element).to_contain_text(cue["interpretation"])
    open_count = dashboard.card("Your questions").locator("strong").first
    expect(open_count).to_have_text(str(analytics["open_question_count"]))
    change = session["comparison"]["engagement_change"]
    shown = dashboard.card("Changes since the previous session").locator("dd").first
    expect(shown).to_have_text(f"{change:+.1f}".replace("-", MINUS) if round(change, 1) else "0.0")

    dashboard.page.locator(".timeline-marker").last.click()
    expect(dashboard.page.locator(".cue").last).to_be_focused()
    assert dashboard.errors == []


def test_session__links_to_previous_and_next(
    dashboard: DashboardPage, dashboard_service: Service, owner: Owner
) -> None:
    client_id = high_risk_client(owner)
    listed = response_json(dashboard_service, dashboard, f"/clients/{client_id}/sessions", limit=100)[
        "sessions"
    ]
    newest_first = [session["job_id"] for session in listed]
    links = dashboard.page.get_by_role("navigation", name="Previous and next session")
    dashboard.open_session(newest_first[0])
    expect(links).to_contain_text("Latest session")
    expect(links.get_by_role("link", name="Next")).to_have_count(0)
    previous, following = (links.get_by_role("link", name=name) for name in ("Previous", "Next"))
    for position in (1, 2, 3):
        previous.click()
        expect(following).to_have_attribute("href", f"#/sessions/{newest_first[position - 1]}")
    for position in (2, 1):
        following.click()
        expect(previous).to_have_attribute("href", f"#/sessions/{newest_first[position + 1]}")
    expect(dashboard.page).to_have_url(f"{dashboard.address}#/sessions/{newest_first[1]}")
    dashboard.open_session(newest_first[-1])
    expect(links.get_by_role("link", name="Next")).to_be_visible()
    expect(links.get_by_role("link", name="Previous")).to_have_count(0)


def test_risk_change__names_the_previous_score(
    dashboard: DashboardPage, dashboard_service: Service, owner: Owner
) -> None:
    expect(dashboard.page.get_by_role("columnheader", name="Since previous score")).to_be_visible()
    client_id = high_risk_client(owner)
    risk = response_json(dashboard_service, dashboard, f"/clients/{client_id}/risk", history_limit=2)
    previous = date.fromisoformat(risk["history"][1]["as_of_date"])
    dashboard.open_client(client_id)
    change = dashboard.page.get_by_role("button", name=f"Since {previous.day} {previous:%b}", exact=True)
    expect(change).to_be_visible()


def test_clients__are_shown_by_id(dashboard: DashboardPage, owner: Owner) -> None:
    client_id = high_risk_client(owner)
    expect(dashboard.card("Clients at risk")).to_contain_text("this database holds no names")
    dashboard.open_client(client_id)
    expect(dashboard.page.locator("h1")).to_have_text(f"Client {client_id[:8]}")


def test_session__shows_warnings_as_plain_text(dashboard: DashboardPage, owner: Owner) -> None:
    row = owner.execute(
        "select job_id from ai_backend.session_analytics where coach_id = %s "
        "and 'missing_sentiment' = any (quality_warnings) limit 1",
        [dashboard.coach_id],
    ).fetchone()
    assert row is not None
    dashboard.open_session(row["job_id"])
    notice = dashboard.page.locator(".notice")
    expect(notice).to_contain_text("Sentiment was estimated from the words alone.")
    expect(notice).not_to_contain_text("_")


@pytest.mark.parametrize("view", VIEWS)
def test_every_number__has_a_description_from_openapi(
    view: str, dashboard: DashboardPage, dashboard_service: Service, owner: Owner
) -> None:
    show(view, dashboard, owner)
    descriptions = dashboard_service.anonymous().get("/dashboard/field-descriptions.json").json()
    known_texts = {text for fields in descriptions.values() for text in fields.values()}
    triggers = dashboard.page.locator(".tooltip-trigger")
    assert triggers.count() >= 8
    for index in range(triggers.count()):
        trigger = triggers.nth(index)
        tooltip = dashboard.page.locator(f"[id='{trigger.get_attribute('aria-describedby')}']")
        trigger.focus()
        expect(tooltip).to_be_visible()
        assert tooltip.inner_text() in known_texts
        dashboard.page.keyboard.press("Escape")
        expect(tooltip).to_be_hidden()
        trigger.blur()


def test_tooltip__opens_on_hover_and_tap(dashboard: DashboardPage) -> None:
    number = dashboard.stat("Sessions this month")
    tooltip = dashboard.page.get_by_role("tooltip", name="Sessions in the calendar month")
    number.hover()
    expect(tooltip).to_be_visible()
    dashboard.page.mouse.move(0, 0)
    expect(tooltip).to_be_hidden()
    dashboard.page.get_by_role("button", name="Sessions this month").click()
    expect(tooltip).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_view__sends_at_most_four_requests(view: str, dashboard: DashboardPage, owner: Owner) -> None:
    requests: list[str] = []
    dashboard.page.on(
        "request", lambda request: requests.append(request.url) if "/api/" in request.url else None
    )
    show(view, dashboard, owner)
    dashboard.page.wait_for_load_state("networkidle")
    assert len(requests) <= 4
