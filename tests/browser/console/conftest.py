"""A filled desk whose console listens on this machine, and browsers in which people are signed in."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import pytest

from servicedesk_core.web.console.visiting import COOKIE
from tests.browser.console.serving import serving
from tests.web.console import every
from tests.web.console.filled import NOW, PEOPLE, fill, opened

_ANSWERED = "the server responded with a status of"
"""What Chromium says of an answer such as 404; a test looks at the answer itself."""

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@asynccontextmanager
async def filled(folder, empty_store):
    """Open the odd desk, with all that is on it."""
    async with opened(folder, empty_store) as desk:
        await fill(desk, folder)
        yield desk


@pytest.fixture(scope="session")
def served(tmp_path_factory, empty_store):
    folder = tmp_path_factory.mktemp("console")
    with serving(lambda: filled(folder, empty_store), PEOPLE, (every.FEATURE,)) as one:
        yield one


@dataclass
class Looking:
    """A page that is open, with what it asked for and complained about."""

    page: object
    origin: str
    said: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def __getattr__(self, name):
        return getattr(self.page, name)

    def to(self, path):
        """Open a path, and return the status of the answer."""
        return self.page.goto(self.origin + path, wait_until="load").status

    @property
    def is_wide(self):
        """Whether the page itself scrolls sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.fixture
def look_at(chromium):
    """Open a page of a console as somebody; at the end nothing may have been asked of another host, or blocked."""
    opened_, contexts = [], []

    def look_at(served, person="ana", path="/", *, width=1280, scheme="light", script=True, **more):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, locale="en-GB",
            **more,
        )  # fmt: skip
        contexts.append(context)
        if person is not None:
            cookie = {"name": COOKIE, "value": served.cookies[person], "url": served.origin.replace("http:", "https:")}
            context.add_cookies([cookie | {"httpOnly": True, "secure": True, "sameSite": "Lax"}])
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        one = Looking(page, served.origin)
        opened_.append(one)
        page.on("console", lambda message: None if _ANSWERED in message.text else one.said.append(message.text))
        page.on("pageerror", lambda error: one.said.append(str(error)))
        page.on("request", lambda request: one.asked.append(request.url))
        one.to(path)
        return one

    yield look_at
    for one in opened_:
        assert one.said == []
        assert {urlsplit(url).netloc for url in one.asked if not url.startswith("data:")} == {
            urlsplit(one.origin).netloc
        }
    for context in contexts:
        context.close()


@pytest.fixture
def look(served, look_at):
    """The same of the one console that a test has."""
    return partial(look_at, served)


@pytest.fixture
def faults(axe):
    """Return a function that tells what axe-core finds on a page."""

    def found(looking):
        looking.evaluate(axe)
        result = looking.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
        return [(one["id"], one["nodes"][0]["html"][:200], len(one["nodes"])) for one in result["violations"]]

    return found
