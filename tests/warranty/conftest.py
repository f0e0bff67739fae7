"""A desk's store with assets in it, copied from one that was made once."""

import shutil
from datetime import UTC, datetime

import pytest

from servicedesk_core.ports import KEEP_ALL_RAW
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def store_url(tmp_path, empty_store):
    shutil.copyfile(empty_store, tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def store(store_url, clock):
    with Store.open(store_url, clock=clock) as opened:
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
