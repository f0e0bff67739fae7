"""A console that listens on this machine, in a thread of its own."""

import asyncio
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.listening import listen
from tests.web.console.filled import cookie_of


@dataclass
class Served:
    """A console that listens."""

    desk: object = None
    port: int = 0
    cookies: dict = field(default_factory=dict)
    loop: object = None
    task: object = None

    @property
    def origin(self):
        return f"http://localhost:{self.port}"

    def run(self, coroutine):
        """Return what a coroutine returns in the loop of the desk."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)


@contextmanager
def serving(opening, people, more=(), *, port=0):
    """Serve a desk, with everybody signed in.

    Args:
        opening: Opens the desk: returns what is entered.
        people: Who signs in.
        more: Features that it has beside its own.
        port: Where it listens; 0 = anywhere.
    """
    one, ready, failed = Served(), threading.Event(), []

    async def serve():
        one.loop = asyncio.get_running_loop()
        async with opening() as desk:
            one.desk = desk
            one.cookies = {person: await cookie_of(desk, person) for person in people}
            section, answers = ConsoleSection(listen=f"127.0.0.1:{port}"), Answers(Reader(desk.store))
            app = application(desk, (*desk.features, *more), section, answers)

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
