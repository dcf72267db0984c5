"""`make screenshots`: the pictures in docs/images, taken of the demo's page in a real browser.

Needs Chromium and the packages of the group `ui`. The sample practice is the same on every machine, so a
picture changes only when the page or the practice does.
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

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDTH = 1200


@dataclass(frozen=True)
class Picture:
    """What is photographed: which view, how much of it, and in which colours."""

    name: str
    height: int
    scheme: Literal["light", "dark"] = "light"
    width: int = WIDTH
    part: str | None = None
    """What of the page; default: what is in sight."""


PICTURES = (
    Picture("overview", 800),
    Picture("client", 1010),
    Picture("client-trends", 1010, part=".trends"),
    Picture("session", 1000),
    Picture("client-dark", 1010, "dark"),
    Picture("overview-phone", 844, width=390),
)


def take(browser: Browser, picture: Picture, link: str) -> None:
    """Open the page as the demo coach and photograph one view."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector(".alert")
    view = picture.name.partition("-")[0]
    if view != "overview":
        _open_client(page)
    if view == "session":
        page.click(".scroll tbody tr:first-child a")
        page.wait_for_selector(".talk-bar")
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)  # off what was clicked: no number explains itself
    part = page.locator(picture.part) if picture.part else page
    part.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def _open_client(page: Page) -> None:
    """The client of the practice whose risk has the most reasons: the second in the list."""
    page.click("table.clients tbody tr:nth-child(2) a")
    page.wait_for_selector(".factors")


def main() -> int:
    """Start what the demo starts, take the pictures, and stop it."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if chromium is None:
        print("Chromium is missing: apt-get install chromium, or set CHROMIUM.", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    ours = start_database(print)
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
            for picture in PICTURES:
                take(browser, picture, link)
                print(f"  docs/images/{picture.name}.png")
            browser.close()
    finally:
        if ours:
            embedded.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
