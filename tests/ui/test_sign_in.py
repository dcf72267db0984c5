"""Sign-in with a token from the URL or pasted; the API key never reaches the browser."""

import time

from playwright.sync_api import Page, Response, Route, expect

from sample import DEMO_COACH_ID
from tests.api.service import API_KEY, SECOND_API_KEY, Service
from tests.api.tokens import hs256
from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner, high_risk_client


def test_token_in_url__is_removed_from_the_url_and_kept_for_the_tab(dashboard: DashboardPage) -> None:
    expect(dashboard.stat("Clients")).to_be_visible()
    assert dashboard.page.url.endswith("/dashboard#/")
    dashboard.page.reload()
    expect(dashboard.stat("Clients")).to_be_visible()
    other_tab = dashboard.page.context.new_page()
    other_tab.goto(dashboard.address)
    expect(other_tab.get_by_role("heading", name="Sign in")).to_be_visible()


def test_pasted_token__signs_in_and_out(page: Page, dashboard_service: Service) -> None:
    page.goto(f"{dashboard_service.base_url}/dashboard/")
    page.get_by_label("Your access token").fill(f"  {hs256(DEMO_COACH_ID)}\n")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your practice")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    assert page.evaluate("localStorage.length") == 0


def test_invalid_token__shows_why(page: Page, dashboard_service: Service) -> None:
    dashboard = DashboardPage(page, dashboard_service.base_url, DEMO_COACH_ID)
    dashboard.sign_in(hs256(DEMO_COACH_ID, secret="another-projects-secret-that-is-long-enough-too"))
    expect(page.get_by_role("alert")).to_have_text("Invalid token.")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_expired_token__shows_the_sign_in_form(page: Page, dashboard_service: Service) -> None:
    dashboard = DashboardPage(page, dashboard_service.base_url, DEMO_COACH_ID)
    dashboard.sign_in(hs256(DEMO_COACH_ID, exp=int(time.time()) - 3600))
    expect(page.get_by_role("alert")).to_have_text("The token has expired.")


def test_token_expiring_while_signed_in__shows_the_sign_in_form(
    dashboard: DashboardPage, owner: Owner
) -> None:
    expect(dashboard.stat("Clients")).to_be_visible()
    expired = hs256(DEMO_COACH_ID, exp=int(time.time()) - 3600)
    dashboard.run("token => sessionStorage.setItem('coach-token', token)", expired)
    dashboard.page.goto(f"{dashboard.address}#/clients/{high_risk_client(owner)}")
    expect(dashboard.page.get_by_role("alert")).to_have_text("The token has expired.")


def test_api_key__never_reaches_the_browser(dashboard: DashboardPage, owner: Owner) -> None:
    responses: list[Response] = []
    bodies: list[str] = []

    def record_body(route: Route) -> None:
        # read here, because the browser may discard a body before the test reads it
        response = route.fetch()
        bodies.append(response.body().decode(errors="replace"))
        route.fulfill(response=response)

    dashboard.page.route("**/*", record_body)
    dashboard.page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - Playwright marks it
    dashboard.page.reload()
    expect(dashboard.stat("Clients")).to_be_visible()
    dashboard.open_client(high_risk_client(owner))
    dashboard.page.wait_for_load_state("networkidle")
    assert any("/dashboard/api/" in response.url for response in responses)
    assert len(bodies) >= len(responses)
    seen = "".join(bodies)
    for response in responses:
        seen += str(response.request.headers) + str(response.headers)
    seen += str(dashboard.run("JSON.stringify({...sessionStorage, ...localStorage}) + document.cookie"))
    assert API_KEY not in seen
    assert SECOND_API_KEY not in seen
    assert "x-api-key" not in seen.lower()
