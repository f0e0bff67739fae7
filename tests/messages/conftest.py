"""A desk on each database that mails clients over a real server, with tickets whose clients are to be told."""

from datetime import timedelta

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Appointment, Company, Contact, Entity, Priority, StatusCategory, Ticket
from servicedesk_core.outbox.policy import WritePolicy
from tests import stored
from tests.outbox.conftest import GRANTS, QUICK, clock, pulled_database, pulled_store, settings_for, store_url, vendor
from tests.paging.conftest import mailbox

__all__ = ["clock", "mailbox", "pulled_database", "pulled_store", "store_url", "vendor"]

PEOPLE = {
    "mia": {"roles": ["service-manager", "admin"]},
    "coo": {"roles": ["coordinator"]},
    "tec": {"roles": ["technician"], "technician": "t2"},
}
TOML = """
[message_templates.all]
triggers = ["received", "assigned", "waiting", "delayed", "resolved", "reopened"]
subject = "{{ ticket.title }}"
text = "Hello {{ contact.first_name }}, {{ ticket.number }} of {{ client.name }}."

[message_templates.visit]
triggers = ["scheduled", "reminder"]
subject = "Our visit"
text = "We come {{ visit.start }}."

[message_triggers.received]
[message_triggers.assigned]
[message_triggers.waiting]
[message_triggers.delayed]
[message_triggers.reopened]
[message_triggers.scheduled]
[message_triggers.reminder]

[message_triggers.resolved]
told_by = "desk"
"""


class Telling:
    """A desk with what its clients are told, and the mailbox that takes it."""

    def __init__(self, desk, clock, mailbox, folder):
        self.desk, self.clock, self.mailbox, self.folder = desk, clock, mailbox, folder
        self.texts = {"all": TOML}

    async def decide(self, **texts):
        """Apply definitions beside those that hold, or in their place."""
        self.texts |= texts
        for name, text in self.texts.items():
            (self.folder / f"{name}.toml").write_text(text)
        over = max((one.version for one in await self.desk.definitions.history()), default=None)
        await self.desk.definitions.apply(folder=self.folder, reason="decided", over=over, remove=True)
        self.later(minutes=1)  # what is decided holds from then on

    async def put(self, *rows: Entity, mode="incremental"):
        source = {"connector": self.desk.settings.connections["psa"].connector, "environment": "live"}
        now = self.clock.now()
        await self.desk.store.write(lambda tx: stored.put(tx, rows, now=now, mode=mode, **source))

    async def ticket(self, ref="1", mode="incremental", **fields):
        """Put in a ticket, or what became of it."""
        now = self.clock.now()
        known = {
            "number": f"T{ref}", "title": f"Printer {ref}", "company_ref": "c1", "contact_ref": "p1", "status": "New",
            "status_category": StatusCategory.NEW, "created_at": now, "modified_at": now, "queue_ref": "q1",
        }  # fmt: skip
        await self.put(Ticket(external_id=f"9{ref}", **known | fields), mode=mode)

    async def become(self, ref="1", category=StatusCategory.RESOLVED, **fields):
        await self.ticket(ref, status=category.value, status_category=category, created_at=None, **fields)

    def later(self, **span):
        self.clock.advance(timedelta(**span).total_seconds())

    async def run(self, **span):
        """Let the job look, after some time."""
        self.later(**span)
        [outcome] = await self.desk.run_jobs("messages")
        assert outcome.outcome == "ok", outcome
        return outcome.summary

    async def fall_due(self):
        """Let the job notice what happened, and look again when that is to be told."""
        await self.run()
        await self.run(minutes=10)

    async def queue(self):
        return [(str(one.trigger), str(one.state)) for one in (await self.desk.messages.queue(limit=1_000)).items]

    async def states(self):
        found = (await self.desk.messages.list(sort="number", limit=1_000)).items
        return [(str(one.trigger), str(one.state)) for one in found]


@pytest.fixture
def grants():
    return [*GRANTS[:2], "messages.mail"]


@pytest.fixture
def public():
    return {}


@pytest.fixture
async def telling(vendor, store_url, clock, mailbox, tmp_path, grants, public):  # noqa: PLR0917  # what a desk has
    server = {"kind": "smtp", "host": "127.0.0.1", "port": mailbox.port, "security": "none",
              "sender": "desk@example.com", "recipients": ["ops@example.com"]}  # fmt: skip
    settings = settings_for(vendor, store_url, writes=grants) | {
        "people": PEOPLE,
        "alerts": {"channels": {"office": server}},
        "messages": {"mail": "office", "mailbox": "support@example.com"},
        "public": public,
    }
    settings["desk"] |= {"name": "Example MSP"}
    (tmp_path / "service").mkdir()
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:mia", Way.CLI)) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        found = Telling(desk, clock, mailbox, tmp_path / "service")
        await found.decide()
        kim = Contact(external_id="p1", first_name="Kim", last_name="Example", email="kim@example.com",
                      company_ref="c1")  # fmt: skip
        await found.put(Company(external_id="c1", name="Bolt & <b>Co</b>"), kim)
        await found.run()  # from here on it reads what happens
        yield found


__all__ += ["Appointment", "Priority"]
