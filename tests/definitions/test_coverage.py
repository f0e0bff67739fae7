"""What definitions name that the desk does not have: told when they are planned, and refused by nothing."""

from datetime import UTC, datetime

from servicedesk_core.domain import BillingCode, Company, Queue, Role, Technician, Ticket
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming
from tests.definitions.conftest import SLA

NAMES = """
[cost_rates.senior]
technicians = ["Ana Garza", "7", "Ben Otto"]
roles = ["Enginer"]
hour = "80"
currency = "USD"
multipliers = { "After Hours" = "1.5", Sunday = "2" }

[work_kinds]
travel = ["Drivng"]

[clients.Quay]
region = "south"

[goals.south]
regions = ["south", "soth"]
goals = { K01 = ">= 90 %" }
"""
POLICY = """
[[sla.policies]]
name = "quay"
when = { company = ["Quay", "2"], queue = ["8", "9"], region = ["West"], customer_tier = ["gold"] }
otherwise = { completion = "8 h" }

[[sla.policies]]
name = "words"
when = { kind = ["incident", "incdent"], priority = ["P2", "High"], source = ["Email", "Emial"] }
otherwise = { completion = "8 h" }
"""


def fill(tx):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    source = sources.ensure(tx, "psa", "autotask", "live", now)
    for one in (
        Technician(external_id="7", name="Ana Garza"),
        Role(external_id="1", name="Engineer"),
        BillingCode(external_id="1", name="After Hours"),
        BillingCode(external_id="2", name="Driving"),
        Company(external_id="2", name="Quay", region="West"),
        Queue(external_id="8", name="Level I"),
        Ticket(external_id="1", source="Email"),
    ):
        row = Incoming(one, {"id": one.external_id}, None, "1")
        records.apply(tx, source.id, one.stream, [row], mode="incremental", now=now)


async def test_what_is_named_and_nobody_has_is_told_by_its_place_with_what_was_meant(desk, folder, edit):
    edit("more.toml", NAMES)
    assert (
        await desk.definitions.plan(folder=folder)
    ).warnings == (  # of what a desk has none of, nothing is known yet
        'goals.south.regions: no client is of the region "soth". Did you mean "south"?',
        "clients.Quay: no connection has a client that is called so.",
    )
    await desk.store.write(fill)
    edit("sla.toml", SLA[: SLA.index("[[")], SLA[: SLA.index("[[")] + POLICY)
    plan = await desk.definitions.plan(folder=folder)
    assert set(plan.warnings) == {
        'cost_rates.senior.technicians: "Ben Otto" is none of the technicians that connections have.',
        'cost_rates.senior.roles: "Enginer" is none of the roles that connections have. Did you mean "Engineer"?',
        'cost_rates.senior.multipliers: "Sunday" is none of the billing codes that connections have.',
        'work_kinds.travel: "Drivng" is none of the billing codes that connections have. Did you mean "Driving"?',
        'goals.south.regions: no client is of the region "soth". Did you mean "south"?',
        'sla.policies[1].when.company: "Quay" is a name, and what is asked for is the vendor\'s id. Did you mean "2"?',
        'sla.policies[1].when.queue: "9" is none of the queues that connections have.',
        'sla.policies[1].when.customer_tier: no client is of the tier "gold".',
        'sla.policies[2].when.kind: no kind of tickets is "incdent". Did you mean "incident"?',
        'sla.policies[2].when.priority: no priority of tickets is "High".',
        'sla.policies[2].when.source: no source of tickets is "Emial". Did you mean "Email"?',
    }
    assert not plan.obstacles
    await desk.definitions.apply(reason="they come with the next sync", folder=folder)
