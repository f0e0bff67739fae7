"""A store with assets in it, and a desk that asks a maker in memory about them."""

from datetime import UTC, date, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.features.warranty.lookup.asking import Asker
from servicedesk_core.features.warranty.lookup.run import Lookup
from servicedesk_core.features.warranty.lookup.selection import Named
from servicedesk_core.hooks import ConnectorSettings
from servicedesk_core.hooks.boundary import Origin
from servicedesk_core.hooks.calling import Caller
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.registration import Registry
from servicedesk_core.hooks.watchdog import Watchdog
from servicedesk_core.ports import KEEP_ALL_RAW
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock, make_context

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAKER = """
from datetime import date
from servicedesk_core.domain.warranty import Entitlement, EntitlementKind, LookupOutcome, PartInfo, PartLevel
from servicedesk_core.testing import MemoryMaker


class Acme(MemoryMaker):
    names = ("acme",)
    parts = {"AC1": (PartInfo(number="P-1", level=PartLevel.AS_BUILT), PartInfo(number="P-2", level=PartLevel.MODEL))}
    covers = {
        "AC1": (Entitlement(kind=EntitlementKind.BASE, ends_on=date(2026, 7, 1), covers_hardware=True),),
        "AC2": (Entitlement(kind=EntitlementKind.BASE, ends_on=date(9999, 12, 31), covers_hardware=True),),
    }
"""


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def store(sqlite_url, clock):
    with Store.open(sqlite_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def put(store):
    """Store records of one stream, as a sync of the connection psa would."""

    def put(*entities, source="psa"):
        def work(tx):
            found = sources.ensure(tx, source, "autotask", "live", NOW)
            rows = [Incoming(one, {"id": one.external_id, "v": repr(one)}, None, "1") for one in entities]
            records.apply(tx, found.id, entities[0].stream, rows, mode="incremental", now=NOW, raw=KEEP_ALL_RAW)

        store.write_blocking(work)

    return put


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "maker.py").write_text(MAKER, encoding="utf-8")

    def keys(**more):
        return {
            "desk": {"name": "Example MSP", "timezone": "America/New_York"},
            "claims": {"hardware": ["hardware"]},
            "connections": {
                "psa": {"connector": "autotask", "environment": "live", "streams": ["assets"], **more},
                "acme": {"connector": str(tmp_path / "maker.py") + ":Acme", "environment": "live"},
            },
        }

    return keys


@pytest.fixture
async def desk(settings, store, clock):
    async with ServiceDesk(settings(), store=store, clock=clock) as opened:
        yield opened


@pytest.fixture
def filled(put):
    put(Company(external_id="5", name="Example <Client>"), Company(external_id="6", name="Other Client"))
    put(
        Asset(external_id="1", name="PC1", serial_number="AC1", manufacturer="Acme", company_ref="5"),
        Asset(external_id="2", name="PC2", serial_number="AC2", manufacturer="Acme", company_ref="6"),
        Asset(external_id="3", name="PC3", serial_number="XX3", company_ref="6", warranty_until=date(2026, 6, 10)),
        Asset(external_id="4", name="PC4", serial_number="To be filled by O.E.M.", company_ref="5"),
    )


@pytest.fixture
def lookup(store, clock):
    watchdog = Watchdog()

    def asker(maker):
        name = maker.names[0]
        instance = maker(make_context(ConnectorSettings(), connection=name))
        registered = Registry().register(name, instance, connection=name)
        calls = ConnectorCalls(Caller(registered, Origin(name, name, "test"), watchdog=watchdog))
        return Asker(name, calls, maker.capability)

    async def run(selection, *makers, failed=None, **options):
        run = Lookup(store, clock, [asker(maker) for maker in makers], failed)
        return await run.run(selection, day=NOW.date(), **options)

    yield run
    watchdog.close()


def names(rows):
    return [row.name for row in rows]


def named(*serials, manufacturer="dell"):
    return Named([DeviceRef(manufacturer=manufacturer, serial_number=serial) for serial in serials])


def states(report):
    return {row.serial_number: row.state for row in report.rows}
