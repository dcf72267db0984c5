"""Each view shows what the routes answer, and every number explains itself."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.service import PREFIX, Service
from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner, riskiest_client, talkative_session

MINUS = "\N{MINUS SIGN}"
VIEWS = ["overview", "client", "session"]


def answer(service: Service, coach: CoachPage, path: str, **parameters: Any) -> Any:
    response = service.as_coach(coach.coach_id).get(PREFIX + path, params=parameters)
    assert response.status_code == 200
    return response.json()


def show(view: str, coach: CoachPage, owner: Owner) -> None:
    match view:
        case "client":
            coach.open_client(riskiest_client(owner))
        case "session":
            coach.open_session(talkative_session(owner))
        case _:
            coach.open("", ".stat-value")


def test_overview__shows_the_practice_and_who_is_at_risk(coach: CoachPage, page_service: Service) -> None:
    summary = answer(page_service, coach, "/coach/summary")
    at_risk = answer(page_service, coach, "/coach/at-risk-clients", min_level="high")
    alerts = answer(page_service, coach, "/risk/alerts")

    expect(coach.stat("At risk")).to_have_text(str(summary["clients_at_risk"]))
    expect(coach.stat("Clients")).to_have_text(str(summary["total_clients"]))
    expect(coach.stat("Sessions this month")).to_have_text(str(summary["sessions_this_month"]))
    expect(coach.stat("Average engagement")).to_have_text(f"{summary['average_engagement']:.0f}")
    levels = coach.card("Clients by risk").locator(".legend strong")
    counts = summary["risk_distribution"]
    expect(levels).to_have_text([str(counts[level]) for level in ("critical", "high", "medium", "low")])
    expect(coach.page.locator("table.clients tbody tr")).to_have_count(at_risk["total"])
    expect(coach.page.locator(".alert")).to_have_count(alerts["total"])

    coach.page.get_by_role("button", name="Show all").click()
    expect(coach.page.locator("table.clients tbody tr")).to_have_count(sum(counts.values()))


def test_client__shows_the_score_as_the_sum_of_its_factors(
    coach: CoachPage, page_service: Service, owner: Owner
) -> None:
    client_id = riskiest_client(owner)
    risk = answer(page_service, coach, f"/clients/{client_id}/risk")["risk_score"]
    coach.open_client(client_id)

    expect(coach.page.locator(".score-value")).to_have_text(f"{risk['risk_score']:.0f}")
    expect(coach.page.locator(".action")).to_contain_text(risk["recommended_action"])
    factors = coach.page.locator(".factors li")
    expect(factors).to_have_count(5)
    for factor in risk["factors"]:
        row = factors.filter(has_text=factor["description"])
        shown = f"+{factor['contribution']:.1f}" if factor["contribution"] else "0.0"
        expect(row.locator(".points")).to_have_text(shown if factor["has_evidence"] else "unknown")
    widths = coach.run("[...document.querySelectorAll('.factor-fill')].map(f => f.clientWidth)")
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0
    expect(coach.page.locator(".chart svg")).to_have_count(5)
    assert coach.troubles == []


def test_client__switches_its_window(coach: CoachPage, page_service: Service, owner: Owner) -> None:
    client_id = riskiest_client(owner)
    coach.open_client(client_id)
    for window, label in (("30d", "30 days"), ("all_time", "All time"), ("90d", "90 days")):
        summary = answer(page_service, coach, f"/clients/{client_id}/summary", window=window)
        total = summary["client_analytics"]["total_sessions"]
        coach.page.get_by_role("link", name=label).click()
        expect(coach.stat("Sessions")).to_have_text(str(total))
        expect(coach.page.locator(".scroll tbody tr")).to_have_count(total)
        expect(coach.page.get_by_role("link", name=label)).to_have_attribute("aria-current", "true")


def test_session__shows_talk_cues_questions_and_comparison(
    coach: CoachPage, page_service: Service, owner: Owner
) -> None:
    job_id = talkative_session(owner)
    session = answer(page_service, coach, f"/sessions/{job_id}")
    numbers, cues = session["session_analytics"], session["cues"]
    coach.open_session(job_id)

    seconds = round(numbers["silence_time_seconds"])
    expect(coach.card("Talk time")).to_contain_text(
        f"Silence{seconds // 60}:{seconds % 60:02}", use_inner_text=False
    )
    expect(coach.page.locator(".moment")).to_have_count(len({cue["utterance_id"] for cue in cues}))
    for cue in cues:
        place = coach.page.locator(".cue").filter(has_text=cue["text_excerpt"]).first
        expect(place).to_contain_text(cue["interpretation"])
    open_count = coach.card("Your questions").locator("strong").first
    expect(open_count).to_have_text(str(numbers["open_question_count"]))
    change = session["comparison"]["engagement_change"]
    shown = coach.card("Since the session before").locator("dd").first
    expect(shown).to_have_text(f"{change:+.1f}".replace("-", MINUS) if round(change, 1) else "0.0")

    coach.page.locator(".moment").last.click()
    expect(coach.page.locator(".cue").last).to_be_focused()
    assert coach.troubles == []


def test_session__leads_to_the_ones_before_and_after(
    coach: CoachPage, page_service: Service, owner: Owner
) -> None:
    client_id = riskiest_client(owner)
    listed = answer(page_service, coach, f"/clients/{client_id}/sessions", limit=100)["sessions"]
    newest_first = [session["job_id"] for session in listed]
    ways = coach.page.get_by_role("navigation", name="Sessions before and after")
    coach.open_session(newest_first[0])
    expect(ways).to_contain_text("the newest session")
    expect(ways.get_by_role("link", name="After")).to_have_count(0)
    before, after = (ways.get_by_role("link", name=name) for name in ("Before", "After"))
    for place in (1, 2, 3):
        before.click()
        expect(after).to_have_attribute("href", f"#/sessions/{newest_first[place - 1]}")
    for place in (2, 1):
        after.click()
        expect(before).to_have_attribute("href", f"#/sessions/{newest_first[place + 1]}")
    expect(coach.page).to_have_url(f"{coach.address}#/sessions/{newest_first[1]}")
    coach.open_session(newest_first[-1])
    expect(ways.get_by_role("link", name="After")).to_be_visible()
    expect(ways.get_by_role("link", name="Before")).to_have_count(0)


def test_changes_of_risk__say_what_they_compare_with(
    coach: CoachPage, page_service: Service, owner: Owner
) -> None:
    expect(coach.page.get_by_role("columnheader", name="Since last scored")).to_be_visible()
    client_id = riskiest_client(owner)
    risk = answer(page_service, coach, f"/clients/{client_id}/risk", history_limit=2)
    before = date.fromisoformat(risk["history"][1]["as_of_date"])
    coach.open_client(client_id)
    change = coach.page.get_by_role("button", name=f"Since {before.day} {before:%b}", exact=True)
    expect(change).to_be_visible()


def test_clients__go_by_the_beginning_of_their_id(coach: CoachPage, owner: Owner) -> None:
    client_id = riskiest_client(owner)
    expect(coach.card("Clients at risk")).to_contain_text("the warehouse holds no names")
    coach.open_client(client_id)
    expect(coach.page.locator("h1")).to_have_text(f"Client {client_id[:8]}")


def test_session__says_its_warnings_in_plain_words(coach: CoachPage, owner: Owner) -> None:
    row = owner.execute(
        "select job_id from ai_backend.session_analytics where coach_id = %s "
        "and 'missing_sentiment' = any (quality_warnings) limit 1",
        [coach.coach_id],
    ).fetchone()
    assert row is not None
    coach.open_session(row["job_id"])
    notice = coach.page.locator(".notice")
    expect(notice).to_contain_text("The mood was judged from the words alone.")
    expect(notice).not_to_contain_text("_")


@pytest.mark.parametrize("view", VIEWS)
def test_every_number__explains_itself_in_the_contract_words(
    view: str, coach: CoachPage, page_service: Service, owner: Owner
) -> None:
    show(view, coach, owner)
    words = page_service.anonymous().get("/dashboard/words.json").json()
    known = {text for fields in words.values() for text in fields.values()}
    terms = coach.page.locator(".term")
    assert terms.count() >= 8
    for index in range(terms.count()):
        term = terms.nth(index)
        tip = coach.page.locator(f"[id='{term.get_attribute('aria-describedby')}']")
        term.focus()
        expect(tip).to_be_visible()
        assert tip.inner_text() in known
        coach.page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
        term.blur()


def test_a_number__explains_itself_on_hover_and_tap(coach: CoachPage) -> None:
    number = coach.stat("Sessions this month")
    tip = coach.page.get_by_role("tooltip", name="Sessions in the calendar month")
    number.hover()
    expect(tip).to_be_visible()
    coach.page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    coach.page.get_by_role("button", name="Sessions this month").click()
    expect(tip).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view__needs_few_requests(view: str, coach: CoachPage, owner: Owner) -> None:
    asked: list[str] = []
    coach.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    show(view, coach, owner)
    coach.page.wait_for_load_state("networkidle")
    assert len(asked) <= 4
