"""Makes the pictures of the console in ``docs/images`` from a new demo: ``python docs/pictures.py``.

Needs ``pip install --group browser`` and Debian's Chromium.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
_LINK = re.compile(r"(http://\S+)/first/\S+")
_PASSWORD = "pictures of a made-up desk"  # of a desk that is thrown away


class Picture(NamedTuple):
    """A page as a picture shows it."""

    name: str
    path: str
    width: int = 1280
    height: int = 1900
    scheme: Any = "light"


PICTURES = (
    Picture("console-service", "/desks/service"),
    Picture("console-sla", "/desks/service/sla", height=1250, scheme="dark"),
    Picture("console-tickets", "/desks/service/tickets", height=1250),
    Picture("console-warranty", "/desks/service/warranty", height=1250),
    Picture("console-phone", "/desks/service", 390, 800),
    Picture("console-me", "/me", 390, 800),
)


@contextmanager
def console() -> Iterator[str]:
    """Make a demo, show it, and tell the link of its first administrator."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "servicedesk_core.cli", "demo", "--console", "--dir", f"{folder}/desk"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                lines = iter(process.stdout or ())
                yield next(found[0] for line in lines if (found := _LINK.search(line)))
            finally:
                process.terminate()


def signed_in(browser: Browser, link: str) -> Any:
    """Become the first administrator, and return the state of who is signed in."""
    page = browser.new_page()
    page.goto(link)
    page.fill("input[name=name]", "ana")
    for name in ("password", "again"):
        page.fill(f"input[name={name}]", _PASSWORD)
    page.click("main button")
    page.wait_for_url("**/desks/service")
    return page.context.storage_state()


def main() -> None:
    """Make all of them."""
    with console() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        state, where = signed_in(browser, link), link.partition("/first/")[0]
        for one in PICTURES:
            size: Any = {"width": one.width, "height": one.height}
            with browser.new_context(storage_state=state, viewport=size, color_scheme=one.scheme) as context:
                page = context.new_page()
                page.goto(where + one.path)
                page.screenshot(path=IMAGES / f"{one.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
