"""When Chromium first paints a page of the console, against a page with nothing on it that is served alike."""

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, Final, Protocol

from benchmarks.console_server import WHOLE
from benchmarks.rows import Row, at_most, row

CHROMIUM: Final = "/usr/bin/chromium"
_COOKIE: Final = "__Host-servicedesk"
_TIMES: Final = 7
_PAINTED: Final = """
() => new Promise(done => new PerformanceObserver((list, one) => {
    for (const entry of list.getEntriesByName('first-contentful-paint')) { one.disconnect(); done(entry.startTime); }
}).observe({type: 'paint', buffered: true}))
"""


class Served(Protocol):
    """A console that runs."""

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    @property
    def cookies(self) -> dict[str, str]:
        """The sign-ins of people."""
        ...


def painted(served: Served, size: str) -> Iterator[Row]:
    """Yield the time until the first paint with content; nothing where there is no browser.

    Args:
        served: The console, whose service page is remembered.
        size: What is measured.
    """
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415  # the browser group is not everywhere
    except ImportError:
        return
    measure = f"console: first paint of the service page in Chromium, {size}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM)
            times: Mapping[str, list[float]] = {"/desks/service": [], "/nothing": []}
            for _ in range(_TIMES):
                for path, found in times.items():
                    found.append(_first_paint_ms(browser, served, path))
            browser.close()
    except Error as error:
        yield Row(measure=measure, ours="not measured", reference=str(error).splitlines()[0], figure="")
        return
    page, empty = (median(times[path]) for path in ("/desks/service", "/nothing"))
    yield row(measure, f"{page:.0f} ms", f"an empty page: {empty:.0f} ms", at_most(page / empty, 2))


def _first_paint_ms(browser: Any, served: Served, path: str) -> float:
    """Return when a page is first painted for somebody who was never there, in milliseconds of the browser."""
    origin = f"localhost:{served.port}"
    context = browser.new_context()
    cookie = {"name": _COOKIE, "value": served.cookies[WHOLE], "url": f"https://{origin}", "secure": True}
    context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
    page = context.new_page()
    page.goto(f"http://{origin}{path}")
    painted_ms: float = page.evaluate(_PAINTED)
    context.close()
    return painted_ms
