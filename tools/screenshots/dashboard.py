"""`make screenshots`: the images of the dashboard in docs/images, taken in a browser.

Needs Chromium and the dependency group `ui`. The sample data are the same on every machine, so an image
changes only with the dashboard or the data.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from sample.demo import data, services, summary
from sample.demo.database import start_database
from warehouse import connection, embedded

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDTH = 1200


@dataclass(frozen=True)
class Screenshot:
    """A view, its size and its colour scheme."""

    name: str
    height: int
    scheme: Literal["light", "dark"] = "light"
    width: int = WIDTH
    selector: str | None = None
    """The element to capture (default: the viewport)."""


SCREENSHOTS = (
    Screenshot("overview", 800),
    Screenshot("client", 1010),
    Screenshot("client-trends", 1010, selector=".trends"),
    Screenshot("session", 1000),
    Screenshot("client-dark", 1010, "dark"),
    Screenshot("overview-phone", 844, width=390),
)


def capture(browser: Browser, screenshot: Screenshot, link: str) -> None:
    """Open the dashboard as the demo coach and capture one view."""
    context = browser.new_context(
        viewport={"width": screenshot.width, "height": screenshot.height},
        color_scheme=screenshot.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector(".alert")
    view = screenshot.name.partition("-")[0]
    if view != "overview":
        _open_client(page)
    if view == "session":
        page.click(".scroll tbody tr:first-child a")
        page.wait_for_selector(".talk-bar")
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)  # so that no tooltip is open
    target = page.locator(screenshot.selector) if screenshot.selector else page
    target.screenshot(path=IMAGES / f"{screenshot.name}.png")
    context.close()


def _open_client(page: Page) -> None:
    """Open the second client in the list, whose risk has the most factors."""
    page.click("table.clients tbody tr:nth-child(2) a")
    page.wait_for_selector(".factors")


def main() -> int:
    """Start the demo's services, take the screenshots and stop them."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if chromium is None:
        print("Chromium is missing: apt-get install chromium, or set CHROMIUM.", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    has_started = start_database(print)
    try:
        os.environ.update(connection.environment())
        data.load(print)
        if not data.compute(print):
            return 1
        with services.served(with_ui=False) as served, sync_playwright() as playwright:
            link = summary.dashboard_link(served.api, served.token)
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            for screenshot in SCREENSHOTS:
                capture(browser, screenshot, link)
                print(f"  docs/images/{screenshot.name}.png")
            browser.close()
    finally:
        if has_started:
            embedded.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
