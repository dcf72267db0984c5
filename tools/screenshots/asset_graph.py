"""`make screenshots-dagster`: docs/images/asset-graph.png, the asset groups in the Dagster UI.

Needs Chromium and the dependency group `ui`.
"""

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

from sample.demo import services
from tools.screenshots.dashboard import IMAGES
from warehouse import connection

IMAGE = IMAGES / "asset-graph.png"
TIMEOUT_MILLISECONDS = 120_000


def main() -> int:
    """Start Dagster on the existing database, take the screenshot and stop it."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if chromium is None:
        print("Chromium is missing: apt-get install chromium, or set CHROMIUM.", file=sys.stderr)
        return 1
    os.environ.update(connection.environment())
    with services.dagster_ui() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        page.set_default_timeout(TIMEOUT_MILLISECONDS)
        page.goto(f"{address}/asset-groups")
        welcome = page.get_by_text("Skip", exact=True)
        graph = page.get_by_text("sessions", exact=True).first
        welcome.or_(graph).first.wait_for()
        if welcome.is_visible():
            welcome.click()
        graph.wait_for()
        page.wait_for_timeout(3000)  # the layout runs after the graph is visible
        page.screenshot(path=IMAGE)
        browser.close()
    print(f"  docs/images/{IMAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
