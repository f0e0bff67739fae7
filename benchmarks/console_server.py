"""The console of a measured desk in a process of its own: prints its address and sign-ins, and serves until stopped."""

import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from benchmarks.real_desk import NOW
from servicedesk_core import ServiceDesk
from servicedesk_core.cli.main import tune_interpreter
from servicedesk_core.clock import SystemClock
from servicedesk_core.features import signins
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.serving import hold_ahead
from servicedesk_core.web.listening import listen

WHOLE, SCOPED = "ana", "bob"
HALF: Final = [str(number) for number in range(250)]
"""The clients whose records the scoped person sees."""


CELLS: Final = 720
"""As many as the tables of the service page have, with 50 technicians."""

_BARE: Final = Environment(autoescape=True).from_string(
    "<!doctype html><title>Bare</title><table>{% for row in rows %}<tr>"
    '{% for look, head, text in row %}<td class="{{ look }}" data-head="{{ head }}">{{ text }}</td>{% endfor %}</tr>'
    "{% endfor %}</table>"
)


async def bare(request: Request) -> Response:
    """Return a page of the size of a service page, made by the same libraries from nothing that was asked."""
    text = "x" * int(request.query_params["text"])
    rows = [[("n", "Column", text)] * 10] * (CELLS // 10)
    return HTMLResponse(_BARE.render(rows=rows))


class ThenClock(SystemClock):
    """A clock that stands at the present of the measured desk."""

    def now(self) -> datetime:
        """Return that instant."""
        return NOW


def settings(folder: Path) -> dict[str, Any]:
    """Return the configuration of the desk whose store is in a folder."""
    return {
        "desk": {"name": "Measured desk", "store": f"sqlite:///{folder / 'desk.db'}"},
        "connections": {"psa": {"connector": "tabular"}},
        "people": {
            WHOLE: {"roles": ["service-manager"]},
            SCOPED: {"roles": ["coordinator"], "companies": HALF, "connection": "psa"},
        },
        "console": {"listen": "127.0.0.1:0"},
    }


async def _serve(folder: Path) -> None:
    async with ServiceDesk(settings(folder), clock=ThenClock()) as desk:
        people, cookies = desk.settings.people, {}
        for person in people:
            cookies[person] = await desk.store.write(
                lambda tx, person=person: signins.begin(tx, person, NOW, people, signins.Browser())  # type: ignore[misc]
            )
        answers = Answers(Reader(desk.store))
        app = application(desk, desk.features, desk.settings.console, answers)

        app.router.routes.insert(0, Route("/bare", bare))
        await app.state.inside.made()

        async def ahead() -> None:
            began_s = time.process_time()
            await hold_ahead(desk)
            print(orjson.dumps({"held_s": time.process_time() - began_s}).decode(), flush=True)

        def tell(where: str) -> None:
            print(orjson.dumps({"url": where, "cookies": cookies}).decode(), flush=True)

        async with answers.kept_current(), asyncio.TaskGroup() as both:
            both.create_task(listen(app, desk.settings.console, tell=tell))
            both.create_task(ahead())


if __name__ == "__main__":
    tune_interpreter()
    asyncio.run(_serve(Path(sys.argv[1])))
