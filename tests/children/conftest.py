import importlib.util
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.sandboxing import serve
from servicedesk_core.testing.clock import FakeClock

HERE = Path(__file__).with_name("small_psa.py")

if "small_psa" not in sys.modules:
    spec = importlib.util.spec_from_file_location("small_psa", HERE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["small_psa"] = module
    spec.loader.exec_module(module)

import small_psa  # noqa: E402  # a file beside this one


class World:
    """The small PSA, served, and a desk on it."""

    def __init__(self, psa, url, store):
        self.psa, self.url, self.store = psa, url, store
        self.clock = FakeClock(psa.now)

    def desk(self, **connection):
        own = {"connector": f"{HERE}:Small", "environment": "sandbox", "url": self.url, **connection}
        settings = {"desk": {"name": "Example MSP"}, "connections": {"psa": own}}
        return ServiceDesk(settings, store=self.store, clock=self.clock)

    async def sync(self, *, connection=None, **arguments):
        self.clock.advance(60)
        async with self.desk(**connection or {}) as desk:
            return await desk.sync("psa", **arguments)

    async def sql(self, query):
        engine = create_engine(self.store)
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return rows

    async def live(self, stream):
        rows = await self.sql(f"SELECT external_id FROM {stream} WHERE gone_at IS NULL ORDER BY external_id")
        return [ref for (ref,) in rows]


@pytest.fixture
def psa():
    return small_psa.SmallPsa()


@pytest.fixture
def psa_url(psa):
    with serve(psa) as url:
        yield url


@pytest.fixture
def world(psa, psa_url, store_url):
    return World(psa, psa_url, store_url)
