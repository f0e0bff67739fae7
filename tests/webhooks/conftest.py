"""A desk that a vendor calls over real HTTP on loopback."""

import asyncio
import json
import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.desk.serving.hearing import Hearing
from servicedesk_core.store import webhooks
from servicedesk_core.store.schema import RECORDS, sources
from servicedesk_core.testing import FakeClock
from tests.webhooks.bell import signature

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(START)


class Vendor:
    """The file behind the connector."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.save({"tickets": {"1": {"title": "Printer"}, "2": {"title": "Mail"}}, "subscriptions": {}})

    def load(self):
        return json.loads(self.file.read_text())

    def save(self, vendor):
        self.file.write_text(json.dumps(vendor))

    def change(self, **keys):
        self.save(self.load() | keys)


@pytest.fixture
def vendor(tmp_path):
    shutil.copy(Path(__file__).with_name("bell.py"), tmp_path / "bell.py")
    return Vendor(tmp_path / "vendor.json")


@pytest.fixture
def settings(tmp_path, store_url, vendor):
    def keys(**public):
        return {
            "desk": {"store": store_url},
            "connections": {
                "psa": {
                    "connector": f"{tmp_path}/bell.py:Bell",
                    "base_dir": str(tmp_path),
                    "writes": ["webhooks.register"],
                }
            },
            "serve": {"listen": "", "jitter_s": 0},
            "public": {"listen": "127.0.0.1:0", "url": "http://127.0.0.1:1"} | public,
        }

    return keys


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings(), clock=clock) as opened:
        await opened.sync()
        yield opened


class Caller:
    """Calls a listener as the vendor does."""

    def __init__(self, desk, hearing, client, endpoint):
        self.desk, self.hearing, self.client, self.endpoint = desk, hearing, client, endpoint

    @property
    def url(self):
        return f"{self.hearing.listener.address}/hooks/{self.endpoint.token}"

    async def send(self, body, *, method="POST", url=None, secret=None, **headers):
        fields = {
            "Content-Type": "application/json",
            "X-Bell": signature(self.endpoint.secret if secret is None else secret, body),
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {name: value for name, value in fields.items() if value is not None}
        return await self.client.request(method, url or self.url, content=body, headers=fields)

    async def tell(self, *events, **options):
        return await self.send(json.dumps(events).encode(), **options)

    async def counted(self):
        """What became of everything, by outcome, once that is written down."""
        await self.hearing._receiver.tell()
        found = await self.desk.store.read(lambda tx: webhooks.counted(tx, self.desk.clock.now()))
        return {outcome: number for (_, outcome), number in found.items()}


@asynccontextmanager
async def calling(desk):
    """Hear what is called about a desk."""
    source = await desk.store.read(lambda tx: tx.execute(sources.select()).one().id)
    endpoint = await desk.store.write(lambda tx: webhooks.ensure_endpoint(tx, source, desk.clock.now()))
    hearing = Hearing(desk, gather_s=0)
    async with hearing.open(), httpx.AsyncClient(trust_env=False) as client:
        yield Caller(desk, hearing, client, endpoint)


@pytest.fixture
async def caller(desk):
    async with calling(desk) as found:
        yield found


async def until(check):
    """Wait until something is so; the limit of the whole test ends it otherwise."""
    while not (found := await check()):  # noqa: ASYNC110  # what it waits for is in the store
        await asyncio.sleep(0.01)
    return found


def titles(desk):
    """Return the titles of the live tickets by id."""
    t = RECORDS["tickets"].c

    async def read():
        query = RECORDS["tickets"].select().where(t.gone_at.is_(None))
        return await desk.store.read(lambda tx: {row.external_id: row.title for row in tx.execute(query)})

    return read()


async def nothing_waits(desk):
    return not await desk.store.read(webhooks.waiting)
