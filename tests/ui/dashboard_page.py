"""Page object of the dashboard: navigation, lookups, and the browser's errors."""

from typing import Any
from uuid import UUID

from playwright.sync_api import Locator, Page, expect


class DashboardPage:
    """A tab with the dashboard. `errors` collects page errors, console errors and console warnings."""

    def __init__(self, page: Page, address: str, coach_id: UUID) -> None:
        self.page = page
        self.address = f"{address}/dashboard"
        self.coach_id = coach_id
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._on_console)

    def sign_in(self, token: str) -> None:
        """Open the dashboard with a token in the URL's fragment, like the link that the demo prints."""
        self.page.goto(f"{self.address}#token={token}")
        expect(self.page.locator("h1")).to_be_visible()

    def open(self, path: str, ready_selector: str) -> None:
        """Go to a view and wait until an element that matches `ready_selector` is visible."""
        self.page.goto(f"{self.address}#/{path}")
        expect(self.page.locator(ready_selector).first).to_be_visible()

    def open_client(self, client_id: object, window: str = "90d") -> None:
        self.open(f"clients/{client_id}?window={window}", ".stat-value")

    def open_session(self, job_id: object) -> None:
        self.open(f"sessions/{job_id}", ".stat-value")

    def card(self, title: str) -> Locator:
        heading = self.page.get_by_role("heading", name=title, exact=False, level=2)
        return self.page.locator("section.card").filter(has=heading)

    def stat(self, label: str) -> Locator:
        """The value of the statistic with this label."""
        trigger = self.page.get_by_role("button", name=label, exact=True)
        return self.page.locator(".stat").filter(has=trigger).locator(".stat-value")

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def _on_console(self, message: Any) -> None:
        is_http_error = "Failed to load resource" in message.text  # a 401 or 404 that a test expects
        if message.type in ("error", "warning") and not is_http_error:
            self.errors.append(message.text)
