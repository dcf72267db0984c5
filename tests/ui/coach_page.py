"""The page as a test handles it: where things are, and everything that went wrong in the browser."""

from typing import Any
from uuid import UUID

from playwright.sync_api import Locator, Page, expect


class CoachPage:
    """A tab with the coach's page; `troubles` holds console errors and refused content."""

    def __init__(self, page: Page, address: str, coach_id: UUID) -> None:
        self.page = page
        self.address = f"{address}/dashboard"
        self.coach_id = coach_id
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._heard)

    def sign_in(self, token: str) -> None:
        """Open the page with a token behind the #, as the demo hands it over."""
        self.page.goto(f"{self.address}#token={token}")
        expect(self.page.locator("h1")).to_be_visible()

    def open(self, place: str, ready: str) -> None:
        """Go to a view and wait until it shows what `ready` selects."""
        self.page.goto(f"{self.address}#/{place}")
        expect(self.page.locator(ready).first).to_be_visible()

    def open_client(self, client_id: object, window: str = "90d") -> None:
        """Go to a client that has sessions."""
        self.open(f"clients/{client_id}?window={window}", ".stat-value")

    def open_session(self, job_id: object) -> None:
        """Go to a session."""
        self.open(f"sessions/{job_id}", ".stat-value")

    def card(self, title: str) -> Locator:
        """The card with this heading."""
        heading = self.page.get_by_role("heading", name=title, exact=False, level=2)
        return self.page.locator("section.card").filter(has=heading)

    def stat(self, label: str) -> Locator:
        """The number under this label."""
        term = self.page.get_by_role("button", name=label, exact=True)
        return self.page.locator(".stat").filter(has=term).locator(".stat-value")

    def run(self, script: str, argument: Any = None) -> Any:
        """The value of a script in the page."""
        return self.page.evaluate(script, argument)

    def _heard(self, message: Any) -> None:
        is_answer = "Failed to load resource" in message.text  # a 401 or 404 that a test asks for
        if message.type in ("error", "warning") and not is_answer:
            self.troubles.append(message.text)
