"""What the commands about margins show: the worked example, with something that is not known of each kind."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from servicedesk_core.domain import BillingItem, Charge, Company, Contract, ContractUnits, Ticket
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock
from tests.golden.fixing import NOW, fixed_folder, fixed_world
from tests.golden.held import EARNED, LATE
from tests.golden.holding import shown
from tests.profit.conftest import DEFINITIONS, entry, example

pytestmark = pytest.mark.slow
DAY = date(2025, 10, 14)


def unknown() -> Any:
    yield Company(external_id="c2", name="Bolt & Co")
    yield Contract(external_id="k2", name="Hours", company_ref="c2", kind=ContractKind.TIME_AND_MATERIALS)
    yield Ticket(external_id="4", number="T4", company_ref="c2", contract_ref="k2")
    yield entry("e5", "4", 2, day=DAY)
    yield entry("e6", "4", 0.75, "t9", "r9", day=DAY, is_billable=False)
    yield entry("e7", None, 3, day=DAY)
    yield Charge(external_id="g2", name="Cable", ticket_ref="4", bought_on=DAY, is_billable=False)
    units = {"start_on": date(2025, 10, 1), "end_on": date(2025, 12, 31)}
    yield ContractUnits(external_id="u2", contract_ref="k2", own_price=Decimal(300), **units)
    yield BillingItem(external_id="i5", company_ref="c2", item_on=DAY, price=Decimal(70), currency="CHF")


def stored(*rows: Any) -> None:
    with Store.open("sqlite:///servicedesk.db", clock=FakeClock(NOW)) as store:

        def work(tx: Any) -> None:
            source = sources.ensure(tx, "psa", "tabular", "live", NOW)
            for row in rows:
                incoming = [Incoming(row, None, None, "1")]
                records.apply(tx, source.id, row.stream, incoming, mode="incremental", now=NOW)

        store.write_blocking(work)


@pytest.mark.parametrize("face", ["80", "160", "json"])
def test_the_story_is_told_as_it_was(face: str, hold: Any) -> None:
    with fixed_folder() as folder, fixed_world():
        Path("servicedesk.toml").write_text('[desk]\nname = "Example MSP"\ntimezone = "America/New_York"\n')
        Path("wages").mkdir()
        Path("wages", "profit.toml").write_text(DEFINITIONS)
        stored(*example(2025), *unknown())
        told = [shown(line, face, folder) for line in EARNED]
        stored(entry("late", "2", 2, day=DAY))
        told += [shown(line, face, folder) for line in LATE]
    hold(f"acts/profit.{face}.txt", "\n".join(told))
