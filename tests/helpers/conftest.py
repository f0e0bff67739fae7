"""A desk on which people help each other, over the vendor in memory."""

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.outbox.policy import WritePolicy
from tests.assign.conftest import PEOPLE, TOML
from tests.outbox.conftest import GRANTS, QUICK, clock, pulled_database, pulled_store, settings_for, store_url, vendor

__all__ = ["clock", "pulled_database", "pulled_store", "store_url", "vendor"]

KINDS = ["secondary_resources.create", "secondary_resources.delete", "checklist_items.create", "checklist_items.update"]


@pytest.fixture
async def desk(vendor, store_url, clock, tmp_path):
    settings = settings_for(vendor, store_url, writes=[*GRANTS, *KINDS]) | {"people": PEOPLE}
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:mia", Way.CLI)) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        (tmp_path / "service").mkdir()
        (tmp_path / "service" / "all.toml").write_text(TOML)
        await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield desk


@pytest.fixture
def of(desk):
    return lambda name: desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))
