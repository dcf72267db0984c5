"""`make screenshots-dagster`: docs/images/asset-graph.png, the whole chain as an operator sees it.

Needs Chromium and the packages of the group `ui`, like `make screenshots`.
"""

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

from sample.demo import services
from tools.screenshots.dashboard import FOLDER
from warehouse import connection

PICTURE = FOLDER / "asset-graph.png"
PATIENCE_MILLISECONDS = 120_000


def main() -> int:
    """Start Dagster over the database that is there, photograph the graph of asset groups, and stop it."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if chromium is None:
        print("Chromium is missing: apt-get install chromium, or set CHROMIUM.", file=sys.stderr)
        return 1
    os.environ.update(connection.environment())
    with services.dagster_ui() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.goto(f"{address}/asset-groups")
        welcome = page.get_by_text("Skip", exact=True)
        graph = page.get_by_text("sessions", exact=True).first
        welcome.or_(graph).first.wait_for()
        if welcome.is_visible():
            welcome.click()
        graph.wait_for()
        page.wait_for_timeout(3000)  # the graph is laid out after it is there
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"  docs/images/{PICTURE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
