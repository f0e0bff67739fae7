"""A store with two clients, of which each refers to the other wherever a record may."""

import inspect
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import (
    REFERENCES,
    STREAMS,
    EventSource,
    EventType,
    StatusCategory,
    TicketEvent,
    TicketKind,
)
from servicedesk_core.domain.base import OF_DESK
from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimProgress,
    ClaimState,
    Credit,
    CreditKind,
    CreditState,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.features.definitions import versions as definitions
from servicedesk_core.features.definitions.tables import Kept, Version
from servicedesk_core.features.warranty.tables import answers as cover_answers
from servicedesk_core.store import Store, audit, cover, outbox, quarantine, records, sources
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS, quality_reviews, sla_clocks, sla_decisions, sla_tickets
from tests.told import tell

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOREIGN = "OTHERS"
"""Stands in every id and every text of the other client."""

OF_THE_DESK = {stream for stream, cls in STREAMS.items() if cls.whose == OF_DESK}
"""Streams of the MSP itself: a client's record may name them."""

OF_EVERYBODY = {"parts", "stock_levels"}
"""Streams of the shelf, which whoever may see it sees as a whole."""

OF_CLIENTS = tuple(stream for stream, cls in STREAMS.items() if cls.whose not in {None, OF_DESK})
"""Streams of which a client sees its own records."""


def entity(stream, who, *, others):
    """Make a record of a client with every reference filled; optional ones point at the other client where told."""
    cls = STREAMS[stream]
    values = {"external_id": f"{who}-{stream}"}
    for name, info in cls.model_fields.items():
        target = REFERENCES[stream].get(name)
        if target is not None:
            leads_away = name in {"parent_ref", "problem_ref", "merged_into_ref", "contract_ref"}
            leads_away &= cls.whose != name
            own, other = f"{who}-{target}", f"{who if target in OF_THE_DESK else others}-{target}"
            values[name] = (own, other) if name.endswith("_refs") else other if leads_away else own
        elif name in {"name", "title", "body", "number", "text", "serial_number", "manufacturer"}:
            values[name] = f"{who} {name}"
        elif info.is_required() and name != "external_id":
            values[name] = required(info.annotation)
    if stream == "ticket_events":
        values |= {
            "type": "activity",
            "before": {"company_ref": f"{others}-companies", "queue_ref": "elsewhere-queues"},
            "after": {"company_ref": f"{who}-companies", "assignee_ref": f"{who}-technicians"},
        }
    if stream == "tickets":
        values |= {"status_category": StatusCategory.NEW, "created_at": NOW, "estimated_s": 1}
        # Merged it would be in no figure.
        values |= {"kind": TicketKind.INCIDENT, "category": "Hardware", "merged_into_ref": None}
    if stream == "assets":
        values |= {"warranty_until": date(2026, 4, 1), "site_ref": f"{others}-sites"}
    return cls.model_validate(values)


def required(annotation):
    if annotation is date:
        return date(2026, 1, 1)
    if inspect.isclass(annotation) and issubclass(annotation, StrEnum):
        return next(iter(annotation))
    return NOW if "datetime" in str(annotation) else "x" if annotation is str else 1


def add_writes(tx, who, others):
    """Add a write of every kind, with references that lead away wherever a write may have them; return the first."""

    def add(**what):
        intent = Intent(connection="psa", label=f"{who} label", reason=f"{who} why", **what)
        return outbox.propose(tx, intent, actor="user:ana", now=NOW)

    ticket = f"tickets:{who}-tickets"
    before = {"queue_ref": "elsewhere-queues", "contact_ref": f"{others}-contacts", "problem_ref": f"{others}-tickets"}
    after = {
        "queue_ref": f"{who}-queues",
        "contact_ref": f"{who}-contacts",
        "problem_ref": None,
        "status": f"{who} new",
    }
    first = add(kind="tickets.update", aggregate=ticket, target=f"{who}-tickets", values=after, base=before)
    for_whom = {"company_ref": f"{who}-companies", "queue_ref": f"{who}-queues", "contract_ref": f"{others}-contracts"}
    add(kind="tickets.create", aggregate=f"tickets:new:{who}", values={"title": f"{who}\x00\ud800 title", **for_whom})
    add(kind="notes.create_internal", aggregate=ticket, parent=f"{who}-tickets", values={"body": f"{who} body"})
    asset = {"kind": "assets.update", "target": f"{who}-assets", "base": {"site_ref": f"{others}-sites"}}
    add(**asset, aggregate=f"assets:{who}-assets", values={"name": f"{who} name"})
    add(kind="contacts.update", aggregate=f"contacts:{who}-contacts", values={"email": f"{FOREIGN}@example.com"})
    outbox.note(tx, first, candidates=[f"{FOREIGN}-candidate"], their_values={"contact_ref": f"{others}-contacts"})
    return first


def add_move(tx, who):
    """Add a part that is taken for a ticket, from a stock of the desk's own."""
    named = {"ticket_connection": "psa", "ticket_id": f"{who}-tickets", "ticket_number": f"{who} number"}
    values = {"quantity": "1", "part_name": f"{who} part", **named}
    moved = Intent("stock", "stock_moves.take", "stock_levels:1", f"{who} label", values, parent="1")
    outbox.propose(tx, moved, actor="user:ana", now=NOW)


def add_claims(tx, source, who, others):
    """Add a claim for a ticket, which was cancelled, one in doubt for the device alone, and two of mixed origin."""
    draft = ClaimDraft(
        device=DeviceRef(manufacturer=who, serial_number=f"{who} serial"), troubleshooting=f"{who} broken"
    )
    origin = Origin(source, f"{who}-tickets", f"{who}-assets", f"{who}-companies")
    new = partial(
        changing.add, tx, connection="maker", manufacturer=who, by_hand=False, filing_due_on=None, actor=who, now=NOW
    )
    gone = new(origin=origin, draft=draft)
    agreed = Credit(kind=CreditKind.PARTS, state=CreditState.APPROVED, approved="5", currency="EUR")
    over = ClaimProgress(state=ClaimState.CANCELLED, ref=f"{who}-cancelled", credits=(agreed,))
    changing.save(tx, gone, now=NOW, progress=over)
    claim = new(origin=replace(origin, ticket_ref=None), draft=draft)
    sent = outbox.propose(
        tx,
        Intent(
            connection="maker", kind="claims.submit", aggregate=f"claims:{claim.claim_id}", label=who, values={"a": who}
        ),
        actor=who,
        now=NOW,
    )
    for state in (WriteState.QUEUED, WriteState.IN_DOUBT):
        sent = outbox.move(tx, sent, state, actor=who, now=NOW, why=f"{who} why")
    outbox.note(tx, sent, candidates=[f"{FOREIGN}-candidate"], error=f"{who} doubt")
    changing.save(tx, claim, now=NOW, sent_as=sent.id)
    for mixed in ({"asset_ref": f"{others}-assets"}, {"company_ref": f"{others}-companies"}):
        crossed = ClaimDraft(device=DeviceRef(manufacturer=FOREIGN, serial_number=f"{who} and {FOREIGN} {mixed}"))
        claim = new(origin=replace(origin, **mixed), draft=crossed)
        changing.save(tx, claim, now=NOW, progress=ClaimProgress(state=ClaimState.CANCELLED))


def add_cover(tx, source, who):
    """Add the maker's own word on a device, which is not what the PSA says."""
    device = DeviceRef(manufacturer=who, serial_number=f"{who} serial_number")
    until = Entitlement(
        kind=EntitlementKind.BASE, starts_on=date(2026, 1, 1), ends_on=date(2026, 5, 1), covers_hardware=True
    )
    answer = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=(until,))
    cover_answers.put(tx, [answer], origin="maker", source=CoverSource.MAKER, now=NOW)
    c = RECORDS["assets"].c
    asset = tx.execute(select(c.local_id).where(c.source_id == source, c.external_id == f"{who}-assets")).scalar_one()
    cover.link(tx, [(asset, [device])], NOW)


DRAFT = Path(__file__).with_name("draft.toml")
"""What could be promised instead."""


def add_review(tx, source, who):
    """Add a ticket that was drawn for review."""
    values = {"source_id": source, "ticket_ref": f"{who}-tickets", "technician_ref": f"{who}-technicians"}
    values |= {"rule": "all", "checklist": "all", "items": ("done",), "missed": {}, "inapplicable": ()}
    values |= {"resolved_at": NOW, "drawn_at": NOW, "drawn_by": "user:ana", "note": f"{who} note"}
    tx.execute(insert(quality_reviews).values(**values))


def add_clocks(tx):
    """Promise something, and let each ticket have a clock that is late, one that will be, and one that was."""
    office = {"name": "always", "zone": "UTC", "hours": {"mon-sun": "00:00-24:00"}}
    promised = {"calendar": "always", "policies": [{"name": "all", "otherwise": {"triage": "PT1H"}}]}
    kept = [Kept("calendars", "always", 1, None, office), Kept("sla", "", 1, None, promised)]
    for who in ("mine", FOREIGN):
        kept.append(Kept("clients", f"{who}-companies", 1, None, {"name": f"{who}-companies", "tier": f"{who} tier"}))
        kept.append(Kept("contacts", f"{who}-contacts", 1, None, {"name": f"{who}-contacts", "approver": who}))
    definitions.append(tx, Version(1, NOW, "user:ana via cli", "first", None), kept)
    hour = timedelta(hours=1)
    shown = (
        {"clock": "triage", "state": "running", "outcome": "open", "due_at": NOW - hour, "late_after": NOW - hour},
        {"clock": "engagement", "state": "running", "outcome": "open", "due_at": NOW + hour, "at_risk_at": NOW},
        {
            "clock": "completion",
            "state": "stopped",
            "outcome": "met",
            "stopped_at": NOW - hour,
            "decided_at": NOW - hour,
        },
    )
    tickets = RECORDS["tickets"].c
    for ticket, ref in tx.execute(select(tickets.local_id, tickets.external_id)).all():
        tx.execute(insert(sla_tickets).values(ticket_id=ticket, history="complete"))
        for one in shown:
            rest = {"cycle": 1, "is_next": one["clock"] == "triage", "elapsed_us": 0, "superseded": 0}
            tx.execute(insert(sla_clocks).values(ticket_id=ticket, calendar="always", counts_from_us=0, **one, **rest))
        for said in ({"kind": "exempt"}, {"kind": "missed", "missed_reason": "parts"}):
            about = {"clock": "triage", "cycle": 1, "reason": f"{ref} was decided", "at": NOW, "actor": "user:ana"}
            tx.execute(insert(sla_decisions).values(ticket_id=ticket, **about, **said))


def add_turns(tx, source, who):
    """Let the ticket have been resolved and opened again."""
    for name, category, back in (("done", StatusCategory.RESOLVED, 3), ("again", StatusCategory.IN_PROGRESS, 2)):
        turned = TicketEvent(
            external_id=f"{who}-{name}",
            ticket_ref=f"{who}-tickets",
            type=EventType.STATUS_CHANGED,
            source=EventSource.HISTORY,
            effective_at=NOW - timedelta(hours=back),
            after={"status_category": category},
        )
        records.apply(tx, source, turned.stream, [Incoming(turned, None, None, "1")], mode="incremental", now=NOW)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request, tmp_path_factory):
    """Makes addresses of stores: empty ones, or copies of one that nobody has open."""
    if request.param == "sqlite":
        empty = request.getfixturevalue("empty_store")

        def make(of=None):
            path = tmp_path_factory.mktemp("scope") / "desk.db"
            shutil.copyfile(make_url(of).database if of else empty, path)
            return f"sqlite:///{path}"

        return make
    new, empty = (request.getfixturevalue(name) for name in ("new_postgres_url", "empty_database"))
    return lambda of=None: new(of=of or empty)


@pytest.fixture(scope="module")
def filled(new_url):
    """Two clients with one record of every stream each; each refers to the other wherever a record may."""
    url = new_url()

    def fill(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", NOW).id
        for stream in STREAMS:
            other = "shelf" if stream in OF_EVERYBODY else FOREIGN
            rows = [entity(stream, "mine", others=FOREIGN), entity(stream, other, others="mine")]
            incoming = [Incoming(row, None, None, "1") for row in rows]
            applied = records.apply(tx, source, stream, incoming, mode="incremental", now=NOW)
            assert len(applied.created) == 2, (stream, applied.rejected)
        quarantine.put(tx, source, "notes", [Rejected(f"{FOREIGN}-q", {"body": FOREIGN}, "odd")], NOW)
        named = select(RECORDS["tickets"].c.external_id, RECORDS["tickets"].c.local_id)
        tickets = {ref.removesuffix("-tickets"): number for ref, number in tx.execute(named)}
        for who, others in (("mine", FOREIGN), (FOREIGN, "mine")):
            add_writes(tx, who, others)
            add_claims(tx, source, who, others)
            add_cover(tx, source, who)
            add_turns(tx, source, who)
            add_review(tx, source, who)
            about = {"ref": f"{who}-tickets", "word": f"{who} told", "technician": f"{who}-technicians"}
            tell(tx, ticket=tickets[who], source=source, at=NOW, **about)
        add_clocks(tx)
        for who in ("mine", FOREIGN):  # behind all others, whose numbers tests name
            add_move(tx, who)
        audit.append(tx, at=NOW, actor="user:ana", action="privacy.erased", entity="contact:psa", reason=FOREIGN)

    with Store.open(url, clock=SystemClock()) as store:
        store.write_blocking(fill)
    return url
