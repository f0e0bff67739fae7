"""What every connector that writes must do, whatever goes wrong on the way."""

from datetime import timedelta

import pytest

from servicedesk_autotask.writing.kinds import KINDS
from servicedesk_core.hooks import Write
from servicedesk_core.testing import MemoryState, WriteFault, WriteSuite, WriteVendor, with_file

CHILDREN = "Notes|TimeEntries|Charges|ConfigurationItems|Attachments|ServiceCalls|ChecklistItems|Opportunities"
PATHS = {"method": "POST|PATCH|DELETE", "path": f"/(Tickets|{CHILDREN}|SecondaryResources(/[0-9]+)?)$"}
PARTS = {"ServiceCallTickets", "ServiceCallTicketResources"}
"""Rows that a service call consists of: one write with it."""
THRESHOLD = {"errors": ["The Autotask API request threshold of 10000 requests per hour has been exceeded."]}
FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "truncate"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429, "body": THRESHOLD},
    WriteFault.BROKEN: {"kind": "html", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 500, "body": {"errors": ["Picklist value [9] does not exist"]}},
}

NOTHING = {"kind": "status", "status": 200, "body": {"items": [], "pageDetails": {"count": 0, "nextPageUrl": None}}}


class AutotaskVendor(WriteVendor):
    def __init__(self, desk, clock):
        self.desk = desk
        self.clock = clock

    def first(self, entity):
        return self.desk.sandbox.store.select(entity, tail="ORDER BY id LIMIT 1")[0]

    async def example(self, kind, number):
        ticket, asset = self.first("Tickets"), self.first("ConfigurationItems")
        pair = self.first("ResourceServiceDeskRoles")
        match kind:
            case "tickets.create":
                values = {"title": f"Test {number}", "company_ref": "0", "queue_ref": "5"}
                made = Write("", kind, values=values)
            case "tickets.update":
                base = {"title": ticket["title"]}
                made = Write("", kind, target=str(ticket["id"]), values={"title": f"Title {number}"}, base=base)
            case "assets.update":
                base = {"location": asset["location"]}
                made = Write("", kind, target=str(asset["id"]), values={"location": f"Rack {number}"}, base=base)
            case "time_entries.create":
                values = {
                    "technician_ref": str(pair["resourceID"]), "role_ref": str(pair["roleID"]), "worked_s": 36 * number,
                    "work_date": "2026-11-19", "summary": "Looked at it",
                }  # fmt: skip
                made = Write("", kind, parent=str(ticket["id"]), values=values)
            case "charges.create":
                values = {
                    "name": f"Dock {number}", "quantity": "2", "unit_cost": "189.10", "unit_price": "236.35",
                    "is_billable": True, "bought_on": "2026-11-19",
                }  # fmt: skip
                made = Write("", kind, parent=str(ticket["id"]), values=values)
            case "opportunities.create":
                values = {
                    "title": f"Renewal {number}", "company_ref": str(ticket["companyID"]),
                    "owner_ref": str(pair["resourceID"]), "expected_on": "2027-01-31", "amount": "1200.50",
                }  # fmt: skip
                made = Write("", kind, values=values)
            case "opportunities.update":
                one = self.first("Opportunities")
                base = {"title": one["title"]}
                made = Write("", kind, target=str(one["id"]), values={"title": f"Seats {number}"}, base=base)
            case "attachments.create_internal" | "attachments.create_public":
                blank = Write("", kind, parent=str(ticket["id"]), values={"title": f"Screenshot {number}"})
                made = with_file(blank, f"screen-{number}.png", bytes(range(256)) * (number % 9 + 1))
            case _ if kind.partition(".")[0] in {"appointments", "secondary_resources", "checklist_items"}:
                made = self.planned(kind, number)
            case _:
                made = Write("", kind, parent=str(ticket["id"]), values={"body": f"Note {number}"})
        return made

    def planned(self, kind, number):
        """Return an example of what plans work: service calls, helpers, steps."""
        ticket, pair = self.first("Tickets"), self.first("ResourceServiceDeskRoles")
        match kind:
            case "appointments.create":
                values = {
                    "company_ref": str(ticket["companyID"]), "description": f"Visit {number}",
                    "start_at": "2026-12-01T09:00:00Z", "end_at": "2026-12-01T10:00:00Z",
                    "ticket_refs": [str(ticket["id"])], "technician_refs": [str(pair["resourceID"])],
                }  # fmt: skip
                made = Write("", kind, values=values)
            case "appointments.change":
                call = self.first("ServiceCalls")
                base = {"end_at": call["endDateTime"]}
                values = {"end_at": f"2026-12-02T{number // 60 % 24:02}:{number % 60:02}:00Z"}
                made = Write("", kind, target=f"service-call-{call['id']}", values=values, base=base)
            case "appointments.cancel":
                call = self.desk.sandbox.store.select("ServiceCalls", tail="ORDER BY id DESC LIMIT 1")[0]
                # The same record each time: what one cancelled stands again for the next.
                self.desk.sandbox.store.put(
                    "ServiceCalls", [call | {"canceledDateTime": None, "status": 1, "isComplete": 0}]
                )
                target = f"service-call-{call['id']}"
                made = Write("", kind, target=target, values={"state": "cancelled"}, base={"state": "booked"})
            case "secondary_resources.create":
                parent, helper = self.a_helper()
                made = Write("", kind, parent=str(parent), values={"technician_ref": str(helper)})
            case "secondary_resources.delete":
                row = self.first("TicketSecondaryResources")
                base = {"technician_ref": str(row["resourceID"])}
                made = Write("", kind, target=str(row["id"]), values={"technician_ref": None}, base=base)
            case "checklist_items.update":
                row = self.first("TicketChecklistItems")
                base = {"is_completed": row["isCompleted"]}
                made = Write(
                    "", kind, target=str(row["id"]), values={"is_completed": not row["isCompleted"]}, base=base
                )
            case _:
                made = Write("", kind, parent=str(ticket["id"]), values={"name": f"Step {number}"})
        return made

    def a_helper(self):
        """Return a ticket, and somebody with a role who does not help with it yet."""
        pairs = self.desk.sandbox.store.select("ResourceServiceDeskRoles")
        people = sorted(
            {row["resourceID"] for row in pairs if [p["resourceID"] for p in pairs].count(row["resourceID"]) == 1}
        )
        tickets = self.desk.sandbox.store.select("Tickets")
        taken = {
            (row["ticketID"], row["resourceID"]) for row in self.desk.sandbox.store.select("TicketSecondaryResources")
        }
        return next(
            (one["id"], person) for one in tickets for person in people
            if (one["id"], person) not in taken and one["assignedResourceID"] != person
        )  # fmt: skip

    async def writes_done(self):
        return sum(one["entity"] not in PARTS for one in self.desk.sandbox.recorder.writes)

    async def fail_next_write(self, fault):
        self.desk.sandbox.faults([{**FAULTS[fault], "match": PATHS}])

    async def customer_reads(self, kind, ref):
        number = int(ref.removeprefix("service-call-"))
        row = self.desk.sandbox.store.get(KINDS[kind].vendor_entities[0], number) or {}
        names = {
            "tickets": ("title", "description", "resolution"),
            "notes": ("title", "description") if row.get("publish") == 1 else (),
            "time_entries": ("summaryNotes",),
            "charges": ("name", "description", "purchaseOrderNumber"),
            "attachments": ("fullPath", "title") if row.get("publish") == 1 else (),
        }
        return " ".join(str(row.get(name)) for name in names.get(kind.partition(".")[0], ()))

    async def stored_file(self, kind, ref):
        store = self.desk.sandbox.store
        (data,) = store.db.execute("SELECT data FROM _files WHERE id = ?", (int(ref),)).fetchone()
        return store.get("AttachmentInfo", int(ref))["fullPath"], data

    async def ignore_searches(self):
        self.desk.sandbox.faults([{**NOTHING, "match": {"path": "/query$"}, "times": 100}])

    async def settle(self, seconds):
        self.clock.instant += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def desk(desk_with):
    # So many that some have visits, helpers and steps from the beginning, whichever test comes first.
    with desk_with(tickets=100) as running:
        yield running


@pytest.fixture(scope="module")
def state():
    """Zone and lists, read once for all tests."""
    return MemoryState()


class TestAutotaskWrites(WriteSuite):
    @pytest.fixture(
        params=[pytest.param("internal", id="marked"), pytest.param("none", id="unmarked", marks=pytest.mark.slow)]
    )
    async def connector(self, desk, clock, state, request):
        async with desk.connector(grants=tuple(KINDS), note_marker=request.param, clock=clock, state=state) as autotask:
            yield autotask

    @pytest.fixture
    async def ungranted(self, desk, clock, state):
        async with desk.connector(clock=clock, state=state) as autotask:
            yield autotask

    @pytest.fixture
    def vendor(self, desk, clock):
        clock.instant = desk.sandbox.now()
        desk.sandbox.faults([])
        return AutotaskVendor(desk, clock)
