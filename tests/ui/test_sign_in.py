"""The token: handed over or pasted, kept for the tab, refused, expired. No API key is in the browser."""

import time

from playwright.sync_api import Page, Response, Route, expect

from sample import DEMO_COACH_ID
from tests.api.service import API_KEY, SECOND_API_KEY, Service
from tests.api.tokens import hs256
from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner, riskiest_client


def test_a_handed_over_token__leaves_the_address_and_stays_for_the_tab(coach: CoachPage) -> None:
    expect(coach.stat("Clients")).to_be_visible()
    assert coach.page.url.endswith("/dashboard#/")
    coach.page.reload()
    expect(coach.stat("Clients")).to_be_visible()
    stranger = coach.page.context.new_page()
    stranger.goto(coach.address)
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_pasted_token__signs_in_and_out(page: Page, page_service: Service) -> None:
    page.goto(f"{page_service.address}/dashboard/")
    page.get_by_label("Your access token").fill(f"  {hs256(DEMO_COACH_ID)}\n")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your practice")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    assert page.evaluate("localStorage.length") == 0


def test_a_wrong_token__is_refused_in_words(page: Page, page_service: Service) -> None:
    opened = CoachPage(page, page_service.address, DEMO_COACH_ID)
    opened.sign_in(hs256(DEMO_COACH_ID, secret="another-projects-secret-that-is-long-enough-too"))
    expect(page.get_by_role("alert")).to_have_text("The token is not valid.")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_an_expired_token__asks_to_sign_in_again(page: Page, page_service: Service) -> None:
    opened = CoachPage(page, page_service.address, DEMO_COACH_ID)
    opened.sign_in(hs256(DEMO_COACH_ID, exp=int(time.time()) - 3600))
    expect(page.get_by_role("alert")).to_have_text("The token has expired.")


def test_a_token_that_expires_while_reading__asks_too(coach: CoachPage, owner: Owner) -> None:
    expect(coach.stat("Clients")).to_be_visible()
    expired = hs256(DEMO_COACH_ID, exp=int(time.time()) - 3600)
    coach.run("token => sessionStorage.setItem('coach-token', token)", expired)
    coach.page.goto(f"{coach.address}#/clients/{riskiest_client(owner)}")
    expect(coach.page.get_by_role("alert")).to_have_text("The token has expired.")


def test_the_api_key__never_reaches_the_browser(coach: CoachPage, owner: Owner) -> None:
    answers: list[Response] = []
    bodies: list[str] = []

    def keep(route: Route) -> None:
        # on its way: a browser may have let go of a body by the time that somebody asks for it
        answer = route.fetch()
        bodies.append(answer.body().decode(errors="replace"))
        route.fulfill(response=answer)

    coach.page.route("**/*", keep)
    coach.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks it
    coach.page.reload()
    expect(coach.stat("Clients")).to_be_visible()
    coach.open_client(riskiest_client(owner))
    coach.page.wait_for_load_state("networkidle")
    assert any("/dashboard/api/" in answer.url for answer in answers)
    assert len(bodies) >= len(answers)
    seen = "".join(bodies)
    for answer in answers:
        seen += str(answer.request.headers) + str(answer.headers)
    seen += str(coach.run("JSON.stringify({...sessionStorage, ...localStorage}) + document.cookie"))
    assert API_KEY not in seen
    assert SECOND_API_KEY not in seen
    assert "x-api-key" not in seen.lower()
