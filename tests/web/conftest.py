"""A desk on each database with two clients and three people, and programs that ask it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, StatusCategory, Ticket
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.api.app import application
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
PEOPLE = {
    "ana": {"roles": ["service-manager"]},
    "ben": {"roles": ["technician"]},
    "eve": {"roles": ["client-contact"], "companies": ["1"], "connection": "psa"},
    "ada": {"roles": ["admin", "stand-in"]},
}


def tickets():
    for number in range(1, 8):
        yield Ticket(
            external_id=str(number),
            number=f"T{number}",
            title="Printer <b>off</b>",
            company_ref="1" if number < 4 else "2",
            status_category=StatusCategory.NEW,
            created_at=NOW,
        )


@dataclass
class Program:
    """A program that shows a token."""

    client: httpx.AsyncClient
    token: str | None = None

    async def get(self, path: str, **headers: str) -> httpx.Response:
        shown = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.client.get(f"/api/v1{path}", headers=shown | headers)

    async def data(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url):
    return {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
        "api": {"per_minute": 30},
    }


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:ana", Way.CLI)) as opened:
        clients = (Company(external_id="1", name="Example One"), Company(external_id="2", name="Example Two"))
        await opened.store.write(lambda tx: stored.put(tx, (*clients, *tickets()), now=NOW))
        yield opened


@pytest.fixture
async def program(desk):
    """Return a coroutine function that gives a program a token of somebody."""
    app = application(desk, desk.features, desk.settings.api)
    clients = []

    async def made(person: str | None = "ana", **given: Any) -> Program:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")
        clients.append(client)
        if person is None:
            return Program(client)
        acting = desk.acting_as(Actor("user:ada" if person == "eve" else f"user:{person}", Way.CLI))
        whose = {"person": person} if person == "eve" else {}
        return Program(client, (await acting.tokens.new("a program", **whose, **given)).token)

    yield made
    for client in clients:
        await client.aclose()
