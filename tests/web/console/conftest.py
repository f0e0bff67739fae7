"""A desk with two clients and people, and browsers without a screen that have signed in to its console."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, StatusCategory, Ticket
from servicedesk_core.features import signins
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.console.app import application
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
ORIGIN = "http://localhost:9189"
PEOPLE = {
    "ana": {"roles": ["service-manager"]},
    "ben": {"roles": ["technician"], "technician": "7"},
    "eve": {"roles": ["client-contact"], "companies": ["1"], "connection": "psa"},
    "ada": {"roles": ["admin"]},
}


def tickets():
    for number in range(1, 8):
        yield Ticket(
            external_id=str(number),
            number=f"T{number}",
            title="=Printer <b>off</b>",
            company_ref="1" if number < 4 else "2",
            status_category=StatusCategory.NEW,
            created_at=NOW,
        )


@dataclass
class Browser:
    """A browser that shows the cookie of somebody's sign-in, and says where a form comes from."""

    client: httpx.AsyncClient

    async def get(self, path: str, status: int = 200, **headers: str) -> httpx.Response:
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    async def post(self, path: str, data: Any = None, status: int = 303, **headers: str) -> httpx.Response:
        own = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        answer = await self.client.post(path, data=data or {}, headers=own | headers)
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url):
    return {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:ana", Way.CLI)) as opened:
        clients = (Company(external_id="1", name="Example One"), Company(external_id="2", name="Example Two"))
        await opened.store.write(lambda tx: stored.put(tx, (*clients, *tickets()), now=NOW))
        yield opened


@pytest.fixture
def features(desk):
    return desk.features


@pytest.fixture
async def browser(desk, clock, features) -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Return a coroutine function that gives somebody a browser in which they are signed in; ``None`` = nobody is."""
    app = application(desk, features, desk.settings.console)
    clients = []

    async def signed_in(person: str | None = "ana") -> Browser:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        clients.append(client)
        if person is not None:
            people, whence = desk.settings.people, signins.Browser()
            cookie = await desk.store.write(lambda tx: signins.begin(tx, person, clock.now(), people, whence))
            client.headers["Cookie"] = f"__Host-servicedesk={cookie}"
        return Browser(client)

    yield signed_in
    for client in clients:
        await client.aclose()
