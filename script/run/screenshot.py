"""Take the picture of the home page that the README shows."""

import os
import shutil
import sys

from playwright.sync_api import Error, sync_playwright

from config.embedded import ROOT
from script.run.bootstrap import CHROMIUM_NAMES

TARGET = ROOT / "docs" / "home.png"
LARGEST = 300_000  # bytes
CHROMIUM_OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


def main() -> int:
    """Open the home page in Chromium and keep what a desktop shows of it."""
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/en/"
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_OPTIONS])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        try:
            page.goto(address, wait_until="load")
        except Error:
            print(f"Nothing answers at {address}: start script/server first.", file=sys.stderr)
            return 1
        TARGET.write_bytes(page.screenshot())
        browser.close()
    size = TARGET.stat().st_size
    print(f"{TARGET.relative_to(ROOT)}: {size / 1000:.0f} kB")
    return 0 if size <= LARGEST else 1


if __name__ == "__main__":
    sys.exit(main())
