"""A desk on each database with what is promised, and tickets whose history is put into the store."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, Ticket
from servicedesk_core.ports import KEEP_ALL_RAW
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock
from tests.sla.office import at

BOOK = """\
[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "08:00-18:00" }

[calendars.always]
zone = "America/New_York"
hours = { mon-sun = "00:00-24:00" }

[sla]
calendar = "office"

[[sla.policies]]
name = "std"
targets.P1 = { triage = "15 min", engagement = "1 h", completion = "4 h", calendar = "always" }
targets.P2 = { triage = "30 min", engagement = "2 h", completion = "8 h" }
otherwise = { triage = "1 h", engagement = "4 h", completion = "24 h" }
"""


class Told:
    """A desk whose tickets are told by events."""

    def __init__(self, desk, clock, folder):
        self.desk, self.clock, self.folder, self.tickets = desk, clock, folder, {}

    async def move(self, when):
        self.clock.advance((at(when) - self.clock.now()).total_seconds())

    async def promise(self, text=BOOK, reason="promised", **more):
        (self.folder / "sla.toml").write_text(text)
        over = max((one.version for one in await self.desk.definitions.history()), default=None)
        return await self.desk.definitions.apply(reason=reason, folder=self.folder, over=over, **more)

    async def put(self, *entities, mode="incremental"):
        def work(tx):
            source = sources.ensure(tx, "psa", "autotask", "live", datetime(2026, 1, 1, tzinfo=UTC))
            for one in entities:
                row = Incoming(one, {"id": one.external_id}, None, "1")
                records.apply(tx, source.id, one.stream, [row], mode=mode, now=self.clock.now(), raw=KEEP_ALL_RAW)

        await self.desk.store.write(work)

    async def ticket(self, ref, *events, **fields):
        """Put in a ticket, or what became of it, with what happened to it."""
        told = [
            one.model_copy(update={"ticket_ref": str(ref), "external_id": f"{ref}-{one.external_id}"}) for one in events
        ]
        first = {
            "title": f"Ticket {ref}",
            "number": f"T{ref}",
            "company_ref": "1",
            "queue_ref": "8",
            "category": "Mail",
        }
        known = self.tickets.setdefault(ref, first | {"category": "Mail"})
        for one in told:
            known["status_category"] = one.after.get("status_category", known.get("status_category"))
            if one.type == "created":
                known["created_at"] = one.effective_at
        known |= fields
        await self.put(Ticket(external_id=str(ref), **known), *told)

    async def kept(self):
        """What is kept, in a form that can be compared."""
        found = []
        for table in ("sla_tickets", "sla_clocks"):
            rows = await self.desk.store.read(lambda tx, t=table: tx.exec_driver_sql(f"SELECT * FROM {t}").fetchall())
            found.append(sorted(tuple(row) for row in rows))
        return found

    async def clocks(self, ref):
        """What is kept of a ticket: state, outcome and due time by clock and cycle."""
        query = (
            "SELECT c.clock, c.cycle, c.state, c.outcome, c.due_at, c.late_after, c.is_next FROM sla_clocks c "
            f"JOIN tickets t ON t.local_id = c.ticket_id WHERE t.external_id = '{ref}'"
        )
        rows = await self.desk.store.read(lambda tx: tx.exec_driver_sql(query).fetchall())
        return {(row[0], row[1]): row[2:] for row in rows}


@pytest.fixture
async def told(store_url, tmp_path):
    clock = FakeClock(at("03-02 09:00"))
    folder = tmp_path / "service"
    folder.mkdir()
    settings = {"desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url}}
    async with ServiceDesk(settings, clock=clock) as desk:
        found = Told(desk, clock, folder)
        await found.put(Company(external_id="1", name="Harbor Clinic"))
        yield found
