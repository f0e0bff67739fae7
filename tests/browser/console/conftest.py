"""A filled desk whose console listens on this machine, and browsers in which people are signed in."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.visiting import COOKIE
from servicedesk_core.web.listening import listen
from tests.web.console import every
from tests.web.console.filled import NOW, PEOPLE, cookie_of, fill, opened

_ANSWERED = "the server responded with a status of"
"""What Chromium says of an answer such as 404; a test looks at the answer itself."""

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

OTHER = "console.test"
"""A name that leads to this machine too, and is none of the console's."""


@dataclass
class Served:
    """A console that listens."""

    desk: object = None
    port: int = 0
    cookies: dict = field(default_factory=dict)
    loop: object = None

    @property
    def origin(self):
        return f"http://localhost:{self.port}"

    def run(self, coroutine):
        """Return what a coroutine returns in the loop of the desk."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)


@pytest.fixture(scope="session")
def served(tmp_path_factory, empty_store):
    folder, one, ready, failed = tmp_path_factory.mktemp("console"), Served(), threading.Event(), []

    async def serve():
        one.loop = asyncio.get_running_loop()
        async with opened(folder, empty_store) as desk:
            await fill(desk, folder)
            one.desk = desk
            one.cookies = {person: await cookie_of(desk, person) for person in PEOPLE}
            section, answers = ConsoleSection(listen="127.0.0.1:0"), Answers(Reader(desk.store))
            app = application(desk, (*desk.features, every.FEATURE), section, answers)

            def tell(where):
                one.port = urlsplit(where).port
                ready.set()

            async with answers.kept_current():
                one.task = asyncio.current_task()
                await listen(app, section, tell=tell, ending=app.state.streams.close)

    def work():
        with suppress(asyncio.CancelledError):
            try:
                asyncio.run(serve())
            except Exception as error:
                failed.append(error)
                raise
            finally:
                ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    assert not failed
    yield one
    one.loop.call_soon_threadsafe(one.task.cancel)
    thread.join()


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
def look(chromium, served):
    """Open a page as somebody; at the end nothing may have been asked of another host, blocked, or failed."""
    opened_, contexts = [], []

    def look(person="ana", path="/", *, width=1280, scheme="light", script=True, **more):
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

    yield look
    for one in opened_:
        assert one.said == []
        assert {urlsplit(url).netloc for url in one.asked if not url.startswith("data:")} == {
            urlsplit(one.origin).netloc
        }
    for context in contexts:
        context.close()


@pytest.fixture
def faults(axe):
    """Return a function that tells what axe-core finds on a page."""

    def found(looking):
        looking.evaluate(axe)
        result = looking.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
        return [(one["id"], one["nodes"][0]["html"][:200], len(one["nodes"])) for one in result["violations"]]

    return found
