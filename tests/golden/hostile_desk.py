"""A desk whose records hold whatever people and programs ever wrote into a PSA, and nothing where nothing must be."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import (
    Asset,
    Attachment,
    Company,
    Contact,
    Contract,
    Entity,
    EventSource,
    EventType,
    MappingIssue,
    Note,
    NoteVisibility,
    Priority,
    Queue,
    Site,
    StatusCategory,
    Technician,
    Ticket,
    TicketEvent,
    TicketKind,
    TimeEntry,
)
from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimEvent,
    ClaimEventKind,
    ClaimLine,
    ClaimProgress,
    ClaimState,
    Credit,
    CreditKind,
    CreditState,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LineDecision,
    LookupOutcome,
    PartReturn,
    ReturnState,
    Visit,
)
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.faces import Condition
from servicedesk_core.features.alerts import tables as alert_tables
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.jobs import job_runs
from servicedesk_core.store import (
    Store,
    audit,
    cover,
    issues,
    outbox,
    passes,
    quarantine,
    records,
    runs,
    sources,
)
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS
from tests.golden.fixing import NOW

WIDE = "漢字のチケット、全角の題名"
COMBINED = "e\u0301\u0323 Zalgo\u0335\u0321\u031b"
TURNED = "\u202etxt.exe\u202c שלום العربية"
STEERING = "bell\x07 \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J tab\tline\r\nnext"
FAMILY = "👩‍👩‍👧‍👦 🇩🇪 🔥"
FORMULA = '=cmd|"/C calc"!A0'
PAGE = "<script>alert('x')</script> & \"quotes\""
LONG = "A sentence without an end that " * 6
ONE_WORD = "Donaudampfschifffahrtsgesellschaft" * 6
HALF = "nul \x00 and half a pair \ud83d"

SETTINGS = f"""
[desk]
name = "Küche & Söhne <MSP> {FAMILY}"
timezone = "America/New_York"
store = "sqlite:///desk.db"

[connections.psa]
connector = "tabular"

[connections.second]
connector = "tabular"
"""


def make(folder: Path, empty_store: Path) -> None:
    """Write the configuration and the store of the desk into a folder."""
    (folder / "servicedesk.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "desk.db").write_bytes(empty_store.read_bytes())
    with Store.open(f"sqlite:///{folder / 'desk.db'}", clock=SystemClock()) as store:
        store.write_blocking(_fill)


def _fill(tx: Tx) -> None:
    source = sources.ensure(tx, "psa", "tabular", "live", NOW)
    pages = {"tickets": "https://psa.example.com/t/{external_id}?a=1&b=2"}
    sources.remember_identity(tx, source, VendorIdentity("acme", "1", f"Tenant {TURNED}", pages))
    second = sources.ensure(tx, "second", "tabular", "live", NOW)
    _put(tx, source.id, _records())
    _put(tx, second.id, [Ticket(external_id="all", number="T-SECOND", title="Only here")])
    records.mark_gone(tx, source.id, "tickets", ["gone"], reason="deleted", mode="reconcile", now=NOW)
    odd = MappingIssue(kind="unmapped_status", field="status", value=f"Frozzled {STEERING}")
    issues.note(tx, source.id, "tickets", ["unmapped"], {"unmapped": [odd]})
    refused = [
        Rejected("q1", {"id": 1, "title": STEERING, "list": [None, TURNED], "money": "1e400"}, f"title: {STEERING}"),
        Rejected("q2", None, LONG),
    ]
    quarantine.put(tx, source.id, "notes", refused, NOW - timedelta(days=2))
    quarantine.put(tx, source.id, "tickets", [Rejected(ONE_WORD, {}, "no id")], NOW)
    _read(tx, source.id)
    sources.block(tx, second.id, f"The vendor said {STEERING}", NOW)
    _operate(tx)
    _cover(tx, source.id)
    _writes(tx)
    _claims(tx, source.id)
    audit.append(tx, at=NOW, actor=f"user:{FORMULA}", action="privacy.erased", entity="contact:psa", reason=STEERING)


def _put(tx: Tx, source_id: int, rows: list[Entity]) -> None:
    for stream in dict.fromkeys(row.stream for row in rows):
        coming = [
            Incoming(row, {"id": row.external_id, "text": STEERING}, None, "1") for row in rows if row.stream == stream
        ]
        applied = records.apply(tx, source_id, stream, coming, mode="incremental", now=NOW - timedelta(minutes=5))
        assert not applied.rejected, applied.rejected


def _records() -> list[Entity]:
    return [
        Company(external_id="c1", name=f"{WIDE} {FAMILY}"),
        Company(external_id="c2", name=PAGE),
        Company(external_id="c3", name=ONE_WORD),
        Site(external_id="s1", name=TURNED, company_ref="c1"),
        Contact(external_id="p1", first_name=COMBINED, last_name=TURNED, company_ref="c1", email="pat@example.com"),
        Contact(external_id="p2"),
        Technician(external_id="t1", name=f"Ana {COMBINED}"),
        Technician(external_id="t2", name=LONG),
        Queue(external_id="q1", name=f"Help {TURNED}"),
        Queue(external_id="q2", name="-"),
        Contract(external_id="k1", name=PAGE, company_ref="c1", estimated_revenue=Decimal("999999999999.999999")),
        *_assets(),
        *_tickets(),
        TicketEvent(
            external_id="e1", ticket_ref="all", type=EventType.ASSIGNED, source=EventSource.HISTORY,
            effective_at=NOW - timedelta(hours=3), before={"assignee_ref": None}, after={"assignee_ref": "t2"},
        ),
        TicketEvent(
            external_id="e2", ticket_ref="all", type=EventType.ACTIVITY, source=EventSource.IMPORTED,
            effective_at=NOW - timedelta(hours=2), vendor_word=STEERING, after={"title": FORMULA, "due_at": None},
        ),
        Note(
            external_id="n1", ticket_ref="all", title=PAGE, body=f"First\n\n  indented\n{STEERING}\n{LONG}{ONE_WORD}",
            visibility=NoteVisibility.PUBLIC, author_ref="t1", created_at=NOW - timedelta(hours=1),
        ),
        Note(external_id="n2", ticket_ref="all"),
        Attachment(
            external_id="f1", ticket_ref="all", name=f"..\\{STEERING}{TURNED}.exe", title=FORMULA, size_bytes=10**12,
            media_type=PAGE, author_ref="t1", created_at=NOW - timedelta(hours=1),
        ),
        Attachment(external_id="f2", ticket_ref="all", note_ref="n1"),
        TimeEntry(
            external_id="w1", ticket_ref="all", technician_ref="t1", worked_s=5400, summary=FORMULA,
            internal_notes=TURNED, start_at=NOW - timedelta(hours=2), end_at=NOW,
        ),
        TimeEntry(external_id="w2", ticket_ref="all"),
        TimeEntry(external_id="w3", ticket_ref="big", worked_s=10**12),
    ]  # fmt: skip


def _tickets() -> list[Entity]:
    open_ = {"status": "New", "status_category": StatusCategory.NEW}
    waiting = {"status": f"Wait {WIDE}", "status_category": StatusCategory.WAITING_CUSTOMER}
    ages = iter(range(1, 100))

    def ticket(external_id: str, title: str, **fields: Any) -> Ticket:
        created = NOW - timedelta(days=next(ages))
        return Ticket(
            external_id=external_id, title=title, **{"number": f"T-{external_id}", "created_at": created} | fields
        )

    return [
        ticket(
            "all", f"{LONG}{WIDE} {FAMILY} {COMBINED} {TURNED} {STEERING}", number="T-ALL",
            description=f"{PAGE}\n\n{STEERING}\n{LONG}", resolution=FORMULA, kind=TicketKind.INCIDENT,
            category="Hardware", priority=Priority.P1, priority_name="Ultra", queue_ref="q1", assignee_ref="t1",
            secondary_assignee_refs=("t2", "nobody"), company_ref="c1", site_ref="s1", contact_ref="p1", asset_ref="a1",
            contract_ref="k1", due_at=NOW - timedelta(hours=1), last_activity_at=NOW - timedelta(minutes=1),
            modified_at=NOW, estimated_s=3600, sla=PAGE, sla_met=False, first_response_due_at=NOW - timedelta(days=1),
            resolution_due_at=NOW + timedelta(days=1), custom_fields={FORMULA: STEERING, "Empty": None}, **open_,
        ),
        Ticket(external_id="nothing", number="T-NOTHING"),
        ticket("wide", WIDE * 8, **waiting, last_activity_at=NOW - timedelta(days=9)),
        ticket("combined", COMBINED * 6, **open_, queue_ref="gone-queue", assignee_ref="gone", company_ref="c2"),
        ticket("turned", TURNED, **open_, company_ref="c3", assignee_ref="t2"),
        ticket("steering", STEERING, **open_, number=f"N\x1b[1m{TURNED}"),
        ticket("family", FAMILY * 9, **waiting, last_activity_at=NOW - timedelta(hours=47)),
        ticket("formula", FORMULA, **open_, number="-1+1", company_ref="c1"),
        ticket("page", PAGE, **open_, queue_ref="q2"),
        ticket("word", ONE_WORD, **open_, number=ONE_WORD[:24]),
        ticket("half", HALF, **open_),
        ticket("unmapped", "What does this status mean?", status=f"Frozzled {STEERING}"),
        ticket("big", "Big numbers", **open_, estimated_s=2**40, priority=Priority.P5, number="9" * 30),
        ticket("hold", "100% _on_ hold", status="Hold", status_category=StatusCategory.ON_HOLD,
               due_at=NOW - timedelta(days=400)),
        ticket("old", "From another century", **open_, created_at=NOW.replace(year=1981),
               due_at=NOW.replace(year=2199)),
        ticket("done", "Done", status="Closed", status_category=StatusCategory.CLOSED, closed_at=NOW),
        ticket("broken", f"Does not start {TURNED}", status="Done", status_category=StatusCategory.RESOLVED,
               company_ref="c1", kind=TicketKind.INCIDENT, category="Hardware", asset_ref="a1", description=PAGE,
               resolved_at=NOW),
        ticket("broken too", "No device is named", kind=TicketKind.INCIDENT, category="Hardware", company_ref="c1"),
        ticket("gone", "Deleted at the vendor", **open_, number="T-GONE"),
    ]  # fmt: skip


def _assets() -> list[Entity]:
    return [
        Asset(
            external_id="a1", name=f"{WIDE} {TURNED}", serial_number="SN-1", manufacturer="Maker Inc.", model=PAGE,
            company_ref="c1", site_ref="s1", contact_ref="p1", is_active=True, warranty_until=date(2026, 4, 30),
        ),
        Asset(external_id="a2", name=FORMULA, serial_number=f"=SN{TURNED}", manufacturer=FORMULA, company_ref="c2",
              warranty_until=date(2026, 3, 11)),
        Asset(external_id="a3", name=LONG, serial_number=ONE_WORD[:60], manufacturer=WIDE, company_ref="c3"),
        Asset(external_id="a4"),
        Asset(external_id="a5", name="Retired", serial_number="SN-5", manufacturer="Maker Inc.", is_active=False,
              warranty_until=date(2026, 5, 1), company_ref="c1"),
        Asset(external_id="a6", name="Damaged dates", serial_number="SN-6", manufacturer="Maker Inc.",
              company_ref="gone-company", warranty_until=date(9999, 12, 31)),
    ]  # fmt: skip


def _read(tx: Tx, source_id: int) -> None:
    """Note that tickets were read, notes failed, and time entries are half way."""
    begun = NOW - timedelta(hours=1)
    for stream, outcome, error in (("tickets", "ok", None), ("notes", "failed", f"The vendor said {STEERING}")):
        row = runs.start(tx, "run1", source_id, stream, mode="incremental", now=begun)
        counts = runs.RunCounts(read=10**7, new=3, changed=2, unchanged=1, quarantined=1, requests=12_345, seconds=0.5)
        code = "vendor_unavailable" if error else None
        runs.finish(tx, row, counts, outcome=outcome, now=NOW - timedelta(minutes=5), error_code=code, error=error)
    whole = passes.start(tx, passes.PassKey(source_id, "tickets", "scope", "sweep"), begun)
    passes.finish(tx, whole.pass_id, watermark=begun, now=NOW - timedelta(minutes=5))
    half = passes.start(tx, passes.PassKey(source_id, "time_entries", "scope", "backfill", "2026"), begun, until=NOW)
    passes.commit_page(tx, half.pass_id, resume="page 2", records=500)


def _operate(tx: Tx) -> None:
    """Let a job have failed, and alerts be open."""
    for name, error in (("sync:psa", None), ("sync:second", STEERING)):
        number = job_runs.claim(tx, name, NOW - timedelta(minutes=20), origin="schedule", owner="golden 1", now=NOW)
        assert number is not None
        code = "authentication" if error else None
        outcome: Any = "failed" if error else "ok"
        job_runs.finish(tx, number, outcome=outcome, now=NOW, summary="3 new", error_code=code, error=error)
    found = [
        Condition("stream:psa/notes", "failing", f"psa notes: {STEERING}", "Look at the log."),
        Condition(f"connection:{FORMULA}", "stopped", LONG, ""),
    ]
    alert_tables.settle(tx, found, ["mail"], NOW - timedelta(hours=30))


def _cover(tx: Tx, source_id: int) -> None:
    """Let makers have answered: well, oddly, and not at all."""

    def asset(external_id: str) -> int:
        c = RECORDS["assets"].c
        found = tx.execute(RECORDS["assets"].select().where(c.source_id == source_id, c.external_id == external_id))
        return int(found.mappings().one()["local_id"])

    good = DeviceRef(manufacturer="maker", serial_number="SN-1", machine_type="20XX", country="DE")
    odd = DeviceRef(manufacturer="maker", serial_number="SN-6")
    refused = DeviceRef(manufacturer=WIDE, serial_number=ONE_WORD[:60])
    said = [
        EntitlementResult(
            device=good, outcome=LookupOutcome.FOUND, product=f"{PAGE} {FAMILY}", shipped_on=date(2020, 2, 29),
            entitlements=(
                Entitlement(kind=EntitlementKind.BASE, code="B1", description=STEERING, starts_on=date(2023, 4, 1),
                            ends_on=date(2026, 4, 1), covers_hardware=True),
                Entitlement(kind=EntitlementKind.CONTRACT, description=LONG, contract_number=FORMULA),
            ),
        ),
        EntitlementResult(
            device=odd, outcome=LookupOutcome.FOUND,
            entitlements=(
                Entitlement(kind=EntitlementKind.OTHER, starts_on=date(2027, 1, 1), ends_on=date(2020, 1, 1),
                            covers_hardware=True),
                Entitlement(kind=EntitlementKind.EXTENDED, ends_on=date(9999, 12, 31), covers_hardware=False),
            ),
        ),
        EntitlementResult(device=refused, outcome=LookupOutcome.DENIED, reason=f"not yours {STEERING}"),
    ]  # fmt: skip
    answers.put(tx, said, origin="maker", source=CoverSource.MAKER, now=NOW - timedelta(days=3))
    cover.link(tx, [(asset("a1"), [good]), (asset("a6"), [odd]), (asset("a3"), [refused])], NOW)


def _writes(tx: Tx) -> None:
    """Put a write of each state into the outbox."""

    def add(*, warnings: tuple[str, ...] = (), **what: Any) -> Any:
        intent = Intent(connection="psa", **what)
        return outbox.propose(tx, intent, actor="user:ana", now=NOW - timedelta(hours=4), warnings=warnings)

    move = partial(outbox.move, tx, actor="user:ben", now=NOW - timedelta(hours=2))
    ticket = {"kind": "tickets.update", "target": "all", "aggregate": "tickets:all"}
    add(
        **ticket, label=f"T-ALL {WIDE}",
        values={"title": FORMULA, "queue_ref": "q1", "due_at": None, "description": LONG},
        base={"title": STEERING, "queue_ref": "gone-queue", "description": None}, reason=f"Because {TURNED}",
        warnings=(f"The queue is {STEERING}", LONG),
    )  # fmt: skip
    doubt = add(
        kind="notes.create_internal", aggregate="tickets:all", parent="all", label="T-ALL", visibility="internal",
        values={"title": PAGE, "body": f"Line\n{STEERING}\n{LONG}"},
    )  # fmt: skip
    doubt = move(doubt, WriteState.QUEUED)
    doubt = move(doubt, WriteState.IN_DOUBT, why=f"No answer {STEERING}")
    outbox.note(tx, doubt, candidates=["N1", "=N2"], error=STEERING, error_code="outcome_unknown", hint="Look there.")
    refused = add(kind="tickets.create", aggregate="tickets:new:1", label=ONE_WORD, values={"title": FAMILY})
    refused = move(refused, WriteState.QUEUED)
    move(refused, WriteState.REJECTED, why=LONG, facts={"error_code": "rejected", "error": LONG, "hint": PAGE})
    move(add(**ticket, label="T-ALL", values={"priority": "P1"}), WriteState.DISCARDED, why="Not any more")
    move(add(**ticket, label="T-ALL", values={"estimated_s": 2**40}), WriteState.QUEUED)


def _claims(tx: Tx, source_id: int) -> None:
    """Make a claim of which everything is known, one of which nothing is, and a closed one."""
    new = partial(changing.add, tx, by_hand=True, connection=None, actor="user:ana", now=NOW - timedelta(days=9))
    full = ClaimDraft(
        device=DeviceRef(manufacturer="maker", serial_number="SN-1"), symptom=f"{STEERING} {LONG}",
        troubleshooting=f"{PAGE}\n\n{TURNED}", failed_on=date(2026, 3, 1), contact_name=COMBINED,
        contact_email="pat@example.com", ship_to_name=WIDE, ship_to_lines=(FORMULA, ONE_WORD), ship_to_city=TURNED,
        ship_to_country="DE", purchase_order=FORMULA,
        lines=(ClaimLine(number=1, part_number=FORMULA, quantity=Decimal("1000000.5"), failed_serial_number=STEERING),),
        entitlement=PAGE, covered_on_failure=True,
    )  # fmt: skip
    told = ClaimProgress(
        state=ClaimState.APPROVED, vendor_status=f"Approved {STEERING}", ref=f"R-1 {FORMULA}", denial_count=2,
        denial_reason=LONG, decisions=(LineDecision(number=1, is_approved=False, reason=TURNED),),
        shipments=(Shipment(carrier=WIDE, tracking=FORMULA, shipped_at=NOW), Shipment()),
        visits=(Visit(starts_at=NOW, engineer=COMBINED, vendor_status=STEERING), Visit()),
        returns=(PartReturn(state=ReturnState.DUE, due_on=date(2026, 3, 1), label_ref=PAGE),),
        credits=(Credit(kind=CreditKind.PARTS, state=CreditState.APPROVED, claimed=Decimal("999999999999.999999"),
                        approved=Decimal("-0.000001"), currency="EUR"),),
    )  # fmt: skip
    claim = new(
        manufacturer="maker", origin=Origin(source_id, "all", "a1", "c1"), draft=full, filing_due_on=date(2026, 3, 31)
    )
    steps = [
        ClaimEvent(ClaimEventKind.STATE, NOW, ClaimState.DRAFT, ClaimState.APPROVED, vendor_status=STEERING),
        ClaimEvent(ClaimEventKind.RETURN_OVERDUE, NOW, detail={"due_on": "2026-03-01", "part": FORMULA}),
    ]
    changing.save(tx, claim, now=NOW, progress=told, events=steps)
    bare = ClaimDraft(device=DeviceRef(manufacturer=WIDE, serial_number=ONE_WORD[:60]))
    new(manufacturer=WIDE, origin=Origin(), draft=bare, filing_due_on=None)
    over = new(
        manufacturer="maker", origin=Origin(source_id, "gone", None, "gone-company"), filing_due_on=None,
        draft=ClaimDraft(device=DeviceRef(manufacturer="maker", serial_number="SN-6")),
    )  # fmt: skip
    changing.save(tx, over, now=NOW, progress=ClaimProgress(state=ClaimState.CANCELLED, ref="R-3"))
