"""Whoever sees a part of the desk acts within it. Foreign things are answered like what is not there at all."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.capabilities import READING, Role
from servicedesk_core.domain.warranty import ClaimReport, DeviceRef
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ClaimExistsError, NotPermittedError, ServiceDeskError, WriteError
from servicedesk_core.faces import Action, Method
from servicedesk_core.features import FEATURES, own
from servicedesk_core.features.claims.model import ClaimFilter, Owner
from servicedesk_core.features.claims.writes.content import ClaimWrite
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.working import Cannot
from servicedesk_core.store import outbox
from servicedesk_core.store.schema import RECORDS, claims, client_messages, metadata
from servicedesk_core.testing import FakeClock
from tests.desk.two_clients import FOREIGN, NOW

NOBODY = "NOBODY"
"""Stands where the other client would, for things that are not there."""

WRITES = ["tickets.create", "tickets.update", "notes.create_internal", "notes.create_public", "time_entries.create"]
EVERYTHING = [role.value for role in Role if role is not Role.CLIENT_CONTACT]
SETTINGS = {
    "desk": {"name": "X"},
    "connections": {"psa": {"connector": "tabular", "writes": WRITES}},
    "people": {
        "ana": {"roles": EVERYTHING},
        "kim": {"roles": EVERYTHING, "companies": ["mine-companies"]},
        "dee": {"roles": EVERYTHING, "queues": ["mine-queues"]},
        "eve": {"roles": EVERYTHING, "companies": ["mine-companies"], "queues": ["mine-queues"]},
    },
}
THEIRS = {"write": 7, "claim": 5}
NO_SUCH = {"write": 997, "claim": 995}


@pytest.fixture
async def desk(filled, new_url):
    async with ServiceDesk(SETTINGS, store=new_url(of=filled), clock=FakeClock(NOW)) as desk:
        yield desk


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}"))


def on_claims(claim):
    """Return what is tried on a claim, by call."""
    report = ClaimReport(ref="X1")
    return {
        "claims.get": ((claim,), {}),
        "claims.check": ((claim,), {}),
        "claims.edit": ((claim, {"symptom": "x"}), {}),
        "claims.preview": ((claim,), {}),
        "claims.preview_update": ((claim, ClaimWrite.NOTE, {"text": "x"}), {}),
        "claims.submit": ((claim,), {}),
        "claims.resubmit": ((claim,), {}),
        "claims.note": ((claim, "x"), {}),
        "claims.attach": ((claim,), {"name": "x", "content": b"x", "media_type": "text/plain"}),
        "claims.attach_file": ((claim, Path(__file__)), {}),
        "claims.cancel": ((claim,), {"reason": "x"}),
        "claims.resolve": ((claim,), {"found": "X1"}),
        "claims.record": ((claim, report), {}),
        "claims.credits": ((claim, Owner.CLIENT), {}),
        "claims.pack": ((claim,), {}),
    }


def on_tickets(ticket):
    return {
        "tickets.get": ((ticket,), {}),
        "tickets.update": ((ticket,), {"title": "x"}),
        "tickets.take": ((ticket,), {}),
        "tickets.start": ((ticket,), {}),
        "tickets.cannot": ((ticket, Cannot.NO_TIME), {}),
        "tickets.snooze": ((ticket, NOW + timedelta(hours=1)), {}),
        "tickets.wake": ((ticket,), {}),
        "tickets.promise": ((ticket, NOW + timedelta(hours=1)), {}),
        "helpers.list": ((ticket,), {}),
        "helpers.calls": ((), {"ticket": ticket}),
        "helpers.ask": ((ticket, "x"), {}),
        "helpers.add": ((ticket, "mine-technicians"), {}),
        "helpers.remove": ((ticket, "mine-technicians"), {}),
        "checklist.list": ((ticket,), {}),
        "checklist.add": ((ticket, "x"), {}),
        "checklist.tick": ((ticket, "1"), {}),
        "knowledge.match": ((ticket,), {}),
        "knowledge.link": ((ticket, "x"), {}),
        "knowledge.unlink": ((ticket, "x"), {}),
        "shiftlog.add": (("x",), {"ticket": ticket}),
        "shiftlog.list": ((), {"ticket": ticket}),
        "contact.promises": ((), {"ticket": ticket}),
        "incidents.list": ((), {"ticket": ticket}),
        "messages.list": ((), {"ticket": ticket}),
        "messages.wall": ((ticket,), {}),
        "messages.link": ((ticket,), {}),
        "triage.__call__": ((ticket,), {"priority": "P1"}),
        "triage.beside": ((ticket,), {}),
        "assign.candidates": ((ticket,), {}),
        "assign.preview": (((ticket,),), {}),
        "assign.give": (((ticket,),), {}),
        "tickets.close": ((ticket,), {"status": "Complete"}),
        "tickets.note": ((ticket, "x"), {}),
        "tickets.log_time": ((ticket, 900), {"technician": "mine-technicians"}),
        "attachments.list": ((ticket,), {}),
        "attachments.add": ((ticket, Path(__file__)), {}),
        "appointments.book": ((ticket, "mine-technicians", NOW), {}),
        "claims.new": ((ticket,), {}),
        "kpi.confirm_repeat": ((ticket, ticket), {"reason": "x"}),
        "kpi.reject_repeat": ((ticket, ticket), {"reason": "x"}),
        "sla.foresee": ((ticket, "triage", "exempt"), {"reason": "x"}),
        "sla.override": ((ticket, "triage"), {"due": NOW, "reason": "x"}),
        "sla.exempt": ((ticket, "triage"), {"reason": "x"}),
        "sla.withdraw": ((ticket, "triage"), {"reason": "x"}),
        "sla.request": ((ticket, "triage"), {"exempt": True, "reason": "x"}),
        "sla.foresee_request": ((ticket, "triage"), {}),
        "sla.approve": ((ticket, "triage"), {}),
        "sla.decline": ((ticket, "triage"), {"reason": "x"}),
        "sla.reason": ((ticket, "triage", "parts"), {}),
        "escalate.__call__": ((ticket,), {"to": "tier2", "tried": "x", "findings": "x", "mood": "calm"}),
        "parts.find": ((), {"for_ticket": ticket}),
        "parts.take": ((ticket, "x"), {}),
    }


def on_attachments(attachment):
    return {"attachments.save": ((attachment,), {}), "attachments.copy": ((attachment, io.BytesIO()), {})}


def on_appointments(appointment):
    return {
        "appointments.show": ((appointment,), {}),
        "appointments.move": ((appointment,), {"minutes": 30}),
        "appointments.cancel": ((appointment,), {}),
    }


def on_promises(number):
    return {"contact.keep": ((number,), {}), "contact.withdraw": ((number,), {"reason": "x"})}


def on_messages(number):
    return {
        "messages.show": ((number,), {}),
        "messages.release": (((number,),), {}),
        "messages.discard": (((number,),), {}),
    }


def on_writes(number):
    return {
        "writes.show": ((number,), {}),
        "writes.approve": (([number],), {}),
        "writes.exceeding": (([number],), {}),
        "writes.edit": ((number, {"title": "x"}), {}),
        "writes.discard": (([number],), {}),
        "writes.retry": (([number],), {}),
        "writes.resolve": ((number, WriteState.DISCARDED), {}),
        "writes.revert": ((number,), {}),
        "parts.give_back": ((number,), {}),
        "paging.acknowledge": ((number,), {}),
        "helpers.call": ((number,), {}),
        "helpers.give": ((number,), {"technician": "mine-technicians"}),
        "helpers.withdraw": ((number,), {}),
        "parts.charge": ((number,), {"reason": "x"}),
        "parts.claim": ((number, ""), {"reason": "x"}),
    }


def by_name(who):
    """Return what names something of a client beside a thing of one's own, or in a filter."""
    contact, contract, name = {"contact_ref": f"{who}-contacts"}, {"contract_ref": f"{who}-contracts"}, f"{who} name"
    return [
        ("claims.new", (), {"device": DeviceRef(manufacturer=who, serial_number=f"{who} serial_number")}),
        ("tickets.create", ("x",), {"company": name}),
        ("tickets.create", ("x",), {"company": f"{name}s"}),
        ("tickets.create", ("x",), {"company": f"{who}-companies"}),
        ("tickets.create", ("x",), {"company": "mine name", "contact": f"{who}-contacts"}),
        ("tickets.create", ("x",), {"company": "mine name", "fields": contact}),
        ("tickets.update", ("mine-tickets",), {"fields": contact}),
        ("tickets.update", ("mine-tickets",), {"fields": {"company_ref": f"{who}-companies"}}),
        ("tickets.update", ("mine-tickets",), {"fields": {"parent_ref": f"{who}-tickets"}}),
        ("tickets.log_time", ("mine-tickets", 900), {"technician": "mine-technicians", "fields": contract}),
        ("writes.edit", (1, contact), {}),
        ("scorecards.comment", (f"{who} name", "x"), {}),
        ("writes.edit", (2, {"company_ref": f"{who}-companies"}), {}),
        ("tickets.list", (TicketFilter(company=(name,)),), {}),
        ("tickets.list", (TicketFilter(company=(f"{name}s",)),), {}),
        ("tickets.list", (TicketFilter(company=(f"{who}-companies",)),), {}),
        ("tickets.list", (TicketFilter(text=who),), {}),
        ("claims.list", (ClaimFilter(company=(name,), everything=True),), {}),
        ("claims.list", (ClaimFilter(ticket=f"{who}-tickets", everything=True),), {}),
        ("claims.list", (ClaimFilter(manufacturer=(who,), everything=True),), {}),
        ("claims.propose", (), {"company": (name,)}),
        ("warranty.report", (), {"company": name}),
        ("warranty.expiring", (), {"company": (name,)}),
        ("warranty.missed", (), {"company": (name,)}),
        ("warranty.date_changes", (), {"company": name}),
        ("warranty.write_dates", (), {"company": name}),
        ("cover.show", ("mine-technicians",), {}),
        ("cover.preview", ("mine-technicians",), {}),
        ("cover.hand_over", ("mine-technicians",), {}),
        ("views.save", ("x", "tickets.list"), {"given": (f"company={name}",)}),
        ("views.remove", (name,), {}),
        ("signins.end", (1,), {}),
        ("signins.end_all", (who,), {}),
    ]  # fmt: skip


async def came_to(desk, path, arguments, key):
    """Return what a call came to, without the key that it was given."""
    feature, _, name = path.partition(".")
    try:
        said = ("answered", repr(await getattr(getattr(desk, feature), name)(*arguments[0], **arguments[1])))
    except ServiceDeskError as error:
        said = (type(error).__name__, error.message, error.hint, error.connection, error.detail)
    known = rf"\b{key}\b" if str(key).isdecimal() else re.escape(str(key))
    return tuple(re.sub(known, "KEY", one) if one else one for one in said)


_APART = {"audit", "audit_checkpoints", "leases", "saved_views"}


async def everything(desk):
    """Return all rows of the store but the audit trail's, which says who was refused, and of views: their own words."""

    def look(tx):
        kept = [table for table in metadata.sorted_tables if table.name not in _APART]
        return {table.name: sorted(map(repr, tx.execute(select(table)))) for table in kept}

    return await desk.store.read(look)


def acts():
    for feature in FEATURES:
        for each in own(feature).calls.__mro__:
            for one in vars(each).values():
                if (
                    isinstance(one, Method)
                    and not one.unscoped
                    and (isinstance(one, Action) or one.needs not in READING)
                ):
                    yield f"{feature}.{one.attribute}"


async def told_to(desk, ticket):
    """Have something to tell the client of a ticket, and return its number."""

    def put(tx):
        local_id = tx.execute(select(RECORDS["tickets"].c.local_id).where(RECORDS["tickets"].c.external_id == ticket))
        row = {"key": "received:1", "trigger": "received", "ticket_id": local_id.scalar_one(), "told": {},
               "state": "held", "is_urgent": False, "happened_at": NOW, "noticed_at": NOW, "due_at": NOW}  # fmt: skip
        return tx.execute(client_messages.insert().values(row).returning(client_messages.c.id)).scalar_one()

    return await desk.store.write(put)


def test_every_act_that_keeps_to_a_scope_is_tried():
    tried = (
        on_claims("1")
        | on_tickets("1")
        | on_attachments("1")
        | on_appointments("1")
        | on_promises(1)
        | on_messages(1)
        | on_writes(1)
        | {path: () for path, *_ in by_name("x")}
    )
    assert set(acts()) <= tried.keys()


@pytest.mark.slow
@pytest.mark.parametrize("who", ["kim", "dee", "eve"])
async def test_acts_on_foreign_things_are_answered_as_if_these_were_not_there(desk, who):
    theirs, message = of(desk, who), await told_to(desk, f"{FOREIGN}-tickets")
    before = await everything(desk)
    claims = {
        claim.id: claim.claim_id
        for claim in await desk.acting_as(Actor("user:ana")).claims.list(ClaimFilter(everything=True))
    }
    assert claims.keys() == set(range(1, 9))
    keys = [(on_claims, str(number), "995") for number in range(3, 9)]
    keys += [(on_claims, claims[number], "SD-0000000000") for number in range(3, 9)]
    keys += [(on_claims, f"{FOREIGN}-cancelled", f"{NOBODY}-cancelled")]
    keys += [(on_tickets, f"{FOREIGN}-tickets", f"{NOBODY}-tickets")]
    keys += [(on_tickets, f"{FOREIGN} number", f"{NOBODY} number")]
    keys += [(on_attachments, f"{FOREIGN}-attachments", f"{NOBODY}-attachments")]
    keys += [(on_appointments, f"{FOREIGN}-appointments", f"{NOBODY}-appointments")]
    keys += [(on_promises, number, 996) for number in (3, 4)]
    keys += [(on_messages, message, 998)]
    keys += [(on_writes, number, 997) for number in (5, *range(7, 13), 14)]
    for on, key, no_such in keys:
        for path, arguments in on(key).items():
            told = await came_to(theirs, path, arguments, key)
            assert told == await came_to(theirs, path, on(no_such)[path], no_such), path
            assert told[0] == "NotFoundLocallyError", (path, told)
            assert "KEY" in told[1] or path == "claims.new", (path, told)
    assert await everything(desk) == before


@pytest.mark.parametrize("who", ["kim", "eve"])
async def test_a_foreign_thing_cannot_be_named_beside_ones_own(desk, who):
    theirs, before = of(desk, who), await everything(desk)
    for (path, *arguments), (_, *no_such) in zip(by_name(FOREIGN), by_name(NOBODY), strict=True):
        told = await came_to(theirs, path, arguments, FOREIGN)
        assert told == await came_to(theirs, path, no_such, NOBODY), path
        assert FOREIGN not in repr(told), path
    assert await everything(desk) == before


async def test_a_request_of_somebody_else_is_neither_shown_nor_sent_by_its_id(desk):
    ticket = f"{FOREIGN}-tickets"
    what = {"kind": "tickets.update", "aggregate": f"tickets:{ticket}", "target": ticket, "values": {"title": FOREIGN}}
    intent = Intent("psa", label=FOREIGN, request_id="r1", **what)
    await desk.store.write(lambda tx: outbox.propose(tx, intent, actor="user:ana", now=NOW))
    before = await everything(desk)
    for send in (False, True):
        with pytest.raises(WriteError) as refused:
            await of(desk, "kim").tickets.note("mine-tickets", "x", request_id="r1", send=send)
        assert FOREIGN not in str(refused.value)
        assert "belongs to another request" in refused.value.message
    assert await everything(desk) == before


async def test_what_cannot_keep_to_a_scope_is_refused(desk):
    before = await everything(desk)
    for feature in FEATURES:
        for each in own(feature).calls.__mro__:
            for call in [one for one in vars(each).values() if isinstance(one, Method) and one.unscoped]:
                with pytest.raises(NotPermittedError, match="sees a part of the desk"):
                    await of(desk, "kim").call(call)
    assert await everything(desk) == before


async def test_claims_of_ones_own_are_acted_on(desk, tmp_path):
    kim = of(desk, "kim")
    told = {"contact_name": "Pat", "contact_phone": "1", "ship_to_lines": ("1",), "ship_to_city": "1"}
    made = await kim.claims.new("mine-tickets", force=True, changes=told | {"ship_to_country": "US"})
    assert made.claim.company == "mine name"
    assert (made.draft.ship_to_name, made.draft.device.serial_number) == ("mine name", "mine serial_number")
    changed = await kim.claims.edit(made.claim.claim_id, {"symptom": "Does not start."})
    assert changed.draft.symptom == "Does not start."
    assert (await kim.claims.check(made.claim.claim_id)).claim.claim_id == made.claim.claim_id
    await kim.claims.attach(made.claim.claim_id, name="log.txt", content=b"x", media_type="text/plain")
    await kim.claims.pack(made.claim.claim_id, to=tmp_path)
    recorded = await kim.claims.record(made.claim.claim_id, ClaimReport(ref="CASE-1"))
    assert recorded.claim.ref == "CASE-1"
    assert (await kim.claims.resolve("2", found="CASE-2")).claim.ref == "CASE-2"
    assert [one.claim_id for one in await kim.claims.list()].count(made.claim.claim_id) == 1


async def test_an_open_claim_of_another_client_for_the_same_device_is_not_named(desk):
    ana, kim = of(desk, "ana"), of(desk, "kim")
    made = (await ana.claims.new("mine-tickets")).claim
    theirs = update(claims).where(claims.c.id == made.id).values(ticket_ref=f"{FOREIGN}-tickets")
    await desk.store.write(lambda tx: tx.execute(theirs))
    with pytest.raises(ClaimExistsError) as refused:
        await kim.claims.new("mine-tickets")
    assert made.claim_id not in str(refused.value)
    with pytest.raises(ClaimExistsError, match=made.claim_id):
        await ana.claims.new("mine-tickets")
