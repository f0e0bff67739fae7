"""A read with the scope of one client answers with nothing of another: every read function of the façade."""

import asyncio
import inspect
import io
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from servicedesk_core import BlockingServiceDesk, Scope, ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import REFERENCES, STREAMS, StatusCategory, TicketKind
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
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Action, Capability, Method
from servicedesk_core.features import FEATURES
from servicedesk_core.features import own as own_feature
from servicedesk_core.features.claims.model import ClaimFilter
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.features.warranty.tables import answers as cover_answers
from servicedesk_core.store import Store, audit, cover, outbox, quarantine, records, sources
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.queries.scope import OF_COMPANY, OF_PARENT, OF_TICKET
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOREIGN = "OTHERS"
"""Stands in every id and every text of the other client."""

OF_THE_DESK = {"technicians", "roles", "queues", "billing_codes", "products"}
"""Streams of the MSP itself: a client's record may name them."""

ACTIONS = {
    "aclose", "sync", "sync_all", "plan", "plan_all", "remap", "remap_all", "retry_records", "check",
    "check_all", "vocabulary", "forget_consumer", "disconnect", "run_jobs", "call", "each", "acting_as",
    "writes.propose", "writes.run", "claims.new", "claims.edit", "claims.preview", "claims.preview_update",
    "claims.submit", "claims.resubmit", "claims.note", "claims.attach", "claims.cancel", "claims.record", "claims.poll",
    "warranty.lookup", "warranty.parts", "warranty.import_file", "warranty.write_dates",
}  # fmt: skip
"""What is no read of the store: it changes something, or asks a vendor. An embedding program offers it to nobody."""

FOR_THE_DESK = {
    "health", "jobs",
}  # fmt: skip
"""What is about the desk itself and holds no record: due times, counts, what the configuration says."""


def entity(stream, who, *, others):
    """Make a record of a client with every reference filled; optional ones point at the other client where told."""
    cls = STREAMS[stream]
    values = {"external_id": f"{who}-{stream}"}
    for name, info in cls.model_fields.items():
        target = REFERENCES[stream].get(name)
        if target is not None:
            leads_away = name in {"parent_ref", "problem_ref", "merged_into_ref", "contract_ref"}
            leads_away &= OF_PARENT.get(stream, ("",))[0] != name
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
        values |= {"kind": TicketKind.INCIDENT, "category": "Hardware"}
    if stream == "assets":
        values |= {"warranty_until": date(2026, 4, 1), "site_ref": f"{others}-sites"}
    return cls.model_validate(values)


HOMES = ("servicedesk_core.desk", "servicedesk_core.outbox")
"""Where the parts of a desk come from."""


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


def add_claims(tx, source, who, others):
    """Add a claim for a ticket, which was cancelled, one in doubt for the device alone, and two of mixed origin."""
    draft = ClaimDraft(
        device=DeviceRef(manufacturer=who, serial_number=f"{who} serial"), troubleshooting=f"{who} broken"
    )
    origin = Origin(source, f"{who}-tickets", f"{who}-assets", f"{who}-companies")
    new = partial(
        changing.add, tx, connection="maker", maker=who, by_hand=False, filing_due_on=None, actor=who, now=NOW
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


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request, tmp_path_factory):
    """Makes addresses of stores: empty ones, or copies of one that nobody has open."""
    if request.param == "sqlite":

        def make(of=None):
            path = tmp_path_factory.mktemp("scope") / "desk.db"
            if of is not None:
                shutil.copyfile(make_url(of).database, path)
            return f"sqlite:///{path}"

        return make
    return request.getfixturevalue("new_postgres_url")


@pytest.fixture(scope="module")
def filled(new_url):
    """Two clients with one record of every stream each; each refers to the other wherever a record may."""
    url = new_url()

    def fill(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", NOW).id
        for stream in STREAMS:
            rows = [entity(stream, "mine", others=FOREIGN), entity(stream, FOREIGN, others="mine")]
            incoming = [Incoming(row, None, None, "1") for row in rows]
            applied = records.apply(tx, source, stream, incoming, mode="incremental", now=NOW)
            assert len(applied.created) == 2, (stream, applied.rejected)
        quarantine.put(tx, source, "notes", [Rejected(f"{FOREIGN}-q", {"body": FOREIGN}, "odd")], NOW)
        for who, others in (("mine", FOREIGN), (FOREIGN, "mine")):
            add_writes(tx, who, others)
            add_claims(tx, source, who, others)
            add_cover(tx, source, who)
        audit.append(tx, at=NOW, actor="user:ana", action="privacy.erased", entity="contact:psa", reason=FOREIGN)

    with Store.open(url, clock=SystemClock()) as store:
        store.write_blocking(fill)
    return url


@pytest.fixture
async def desk(filled):
    settings = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, store=filled, clock=FakeClock(NOW), read_only=True) as desk:
        yield desk


COMPANY = Scope("psa", companies={"mine-companies"})
SCOPES = [COMPANY, Scope("psa", queues={"mine-queues"}), Scope("psa", {"mine-companies"}, {"mine-queues"})]


def calls_of(desk):
    """Yield every public method of the façade and of the parts of it that are open."""
    parts = {"": desk} | {
        name: part
        for name, part in vars(desk).items()
        if not name.startswith("_") and type(part).__module__.startswith(HOMES)
    }
    for part_name, part in parts.items():
        for name, _ in inspect.getmembers(type(part), inspect.isfunction):
            if not name.startswith("_") and name not in ("permitted", "may"):  # they say who may what
                yield f"{part_name}.{name}".lstrip("."), getattr(part, name)
    for feature in FEATURES:
        for declared in declared_by(feature):
            if not isinstance(declared, Action) and declared.needs != Capability.WRITES_APPROVE:
                yield f"{feature}.{declared.attribute}", getattr(getattr(desk, feature), declared.attribute)


def declared_by(feature):
    found = inspect.getmembers(own_feature(feature).calls, lambda one: isinstance(one, Method))
    return [declared for _, declared in found]


def has_scope(method):
    return "scope" in inspect.signature(method).parameters


def test_every_method_is_a_read_with_a_scope_or_known_to_be_none(desk):
    methods = dict(calls_of(desk))
    without = {path for path, method in methods.items() if not has_scope(method)}
    said = {
        f"{feature}.{declared.attribute}"
        for feature in FEATURES
        for declared in declared_by(feature)
        if getattr(declared, "unscoped", "")
    }
    assert without - said == ACTIONS | FOR_THE_DESK, "give it a scope, or say in this test what it is"
    with_scope = methods.keys() - without
    assert {
        "tickets.list",
        "tickets.get",
        "export",
        "report.desk_page",
        "changes",
        "status",
        "connections",
    } < with_scope
    assert {"writes.list", "writes.show", "audit.list", "claims.get", "claims.numbers", "warranty.missed"} < with_scope


def test_the_twin_without_await_takes_the_same_scopes(desk):
    twins = {"": BlockingServiceDesk}
    for path, method in calls_of(desk):
        part, _, name = path.rpartition(".")
        if has_scope(method) and part not in FEATURES:
            assert has_scope(getattr(twins[part], name)), path


EVERY_WRITE = {"everything": True, "limit": 1_000}
EVERY_CLAIM = ClaimFilter(everything=True)
ARGUMENTS = {
    "records": [(entity,) for entity in STREAMS.values()],
    "tickets.get": [("mine-tickets",), (f"{FOREIGN}-tickets",), (f"{FOREIGN} number",)],
    "quarantine.get": [(1,)],
    "writes.show": [(number,) for number in range(1, 13)],
    "claims.get": [(str(number),) for number in range(1, 9)] + [(f"{who}-cancelled",) for who in ("mine", FOREIGN)],
    "writes.list": [((), EVERY_WRITE)],
    "audit.list": [((), {"limit": 1_000}), ((), {"entity": "contact:psa"}), ((), {"entity": "write:7"})],
    "warranty.report": [((), {"company": f"{who}-companies", "with_costs": True}) for who in ("mine", FOREIGN)] + [()],
    "claims.list": [(EVERY_CLAIM,), (ClaimFilter(company=f"{FOREIGN}-companies", everything=True),)],
    "claims.propose": [((), {"everything": True})],
}
"""What reads are called with: positional arguments, and keyword arguments in a pair with them."""


async def answers(path, method, scope):
    """Yield everything that a read answers, whatever it is called with."""
    if path == "export":
        for stream in STREAMS:
            for file_format in ("csv", "jsonl"):
                into = io.BytesIO()
                try:
                    await method(stream, into, file_format=file_format, scope=scope)
                except NotFoundLocallyError:
                    continue
                yield into.getvalue().decode()
        return
    if path == "audit.export":
        into = io.BytesIO()
        await method(into, scope=scope)
        yield into.getvalue().decode()
        return
    for arguments in ARGUMENTS.get(path, [()]):
        named = arguments[1] if arguments and isinstance(arguments[-1], dict) else {}
        answer = method(*(arguments[0] if named else arguments), **named, scope=scope)
        try:
            yield repr([one async for one in answer] if inspect.isasyncgen(answer) else await answer)
        except NotFoundLocallyError:
            continue


@pytest.mark.parametrize("scope", SCOPES, ids=["company", "queue", "both"])
async def test_no_read_answers_with_anything_of_another_client(desk, scope):
    seen = ""
    for path, method in calls_of(desk):
        if has_scope(method):
            async for answer in answers(path, method, scope):
                assert FOREIGN not in answer, path
                assert not scope.queues or "elsewhere" not in answer, path
                seen += answer
    for own in ("mine-tickets", "mine body", "mine why", "mine-cancelled"):
        assert own in seen


async def test_the_same_reads_without_a_scope_do_show_the_other_client(desk):
    for path, method in calls_of(desk):
        if has_scope(method) and path not in {"connections", "status", "tickets.count"}:
            told = "".join([answer async for answer in answers(path, method, None)])
            assert FOREIGN in told, f"{path} would pass whatever it does"


async def test_what_belongs_to_the_client_is_all_there(desk):
    assert (await desk.tickets.list(scope=COMPANY)).items[0].external_id == "mine-tickets"
    assert await desk.tickets.count(scope=COMPANY) == 1
    assert await desk.tickets.count() == 2
    detail = await desk.tickets.get("mine-tickets", scope=COMPANY)
    assert (len(detail.notes), len(detail.time_entries), len(detail.events)) == (1, 1, 1)
    assert detail.ticket.company_ref == "mine-companies"
    assert detail.ticket.parent_ref is None
    assert (await desk.report.desk_page(scope=COMPANY)).numbers.open.count == 1
    status = await desk.status(scope=COMPANY)
    assert {s.stream: s.records for s in status.streams} == dict.fromkeys(
        ("companies", "tickets", *OF_COMPANY, *OF_TICKET, *OF_PARENT), 1
    )
    changed = [change.entity async for change in desk.changes(scope=COMPANY)]
    assert sorted(changed) == sorted(("companies", "tickets", *OF_COMPANY, *OF_TICKET, *OF_PARENT))


async def test_writes_claims_covers_and_their_audit_of_the_client_are_all_there(desk):
    writes = await desk.writes.list(states=(), scope=COMPANY)
    assert sorted(write.kind for write in writes) == [
        "assets.update", "claims.submit", "notes.create_internal", "tickets.create", "tickets.update",
    ]  # fmt: skip
    update = next(write for write in writes if write.kind == "tickets.update")
    before = {change.field: change.before for change in update.changes}
    assert before["queue_ref"] == "elsewhere-queues", "queues are the desk's own, unless the scope names some"
    assert (before["contact_ref"], before["problem_ref"], update.candidates) == (None, None, ())
    assert len((await desk.writes.show(update.id, scope=COMPANY)).history) == 1
    audited = await desk.audit.list(limit=1_000, scope=COMPANY)
    assert {record.entity for record in audited} == {f"write:{write.id}" for write in writes}
    assert len(audited) == len(writes) + 2
    assert {len(record.hash) for record in audited} == {64}
    in_file = io.BytesIO()
    assert (await desk.audit.export(in_file, scope=COMPANY)).records == len(audited)
    assert [claim.state for claim in await desk.claims.list(EVERY_CLAIM, scope=COMPANY)] == ["in_doubt", "cancelled"]
    numbers = await desk.claims.numbers(scope=COMPANY)
    assert [(money.maker, money.claims) for money in numbers.recovered] == [("mine", 1)]
    assert len((await desk.claims.propose(scope=COMPANY)).tickets) == 1
    assert len((await desk.warranty.missed(scope=COMPANY)).items) == 1
    assert [row.site for row in (await desk.warranty.expiring(scope=COMPANY)).items] == [None]
    assert len(await desk.warranty.date_changes(scope=COMPANY)) == 1
    report = await desk.warranty.report(scope=COMPANY)
    assert (report.devices, report.missed, report.claims.recovered) == (1, 1, ())
    queue = Scope("psa", queues="mine-queues")
    assert [claim.state for claim in await desk.claims.list(EVERY_CLAIM, scope=queue)] == ["cancelled"]
    assert (await desk.warranty.report(scope=queue)).devices == 0


async def test_a_report_about_another_client_is_not_found(desk):
    with pytest.raises(NotFoundLocallyError):
        await desk.warranty.report(company=f"{FOREIGN}-companies", scope=COMPANY)
    with pytest.raises(NotFoundLocallyError):
        await desk.writes.show(999, scope=COMPANY)


async def test_a_stream_that_belongs_to_no_client_is_refused_and_not_empty(desk):
    with pytest.raises(NotFoundLocallyError, match="technicians"):
        await desk.export("technicians", io.BytesIO(), scope=COMPANY)


async def test_another_connection_with_the_same_ids_is_not_seen(filled, new_url):
    def fill(tx):
        source = sources.ensure(tx, "other", "tabular", "live", NOW).id
        for stream in ("companies", "tickets"):
            row = entity(stream, "mine", others=FOREIGN).model_copy(update={"number": FOREIGN})
            records.apply(tx, source, stream, [Incoming(row, None, None, "1")], mode="incremental", now=NOW)

    with Store.open(new_url(of=filled), clock=FakeClock(NOW)) as store:
        store.write_blocking(fill)
        async with ServiceDesk({"desk": {"name": "X"}}, store=store) as desk:
            assert FOREIGN not in repr(await desk.tickets.list(scope=COMPANY))
            assert await desk.tickets.count(scope=COMPANY) == 1


def test_a_scope_of_nothing_is_a_mistake():
    with pytest.raises(SettingsError, match="see everything"):
        Scope("psa")
    assert Scope("psa", companies="7").companies == {"7"}


async def test_an_unknown_connection_is_told(desk):
    with pytest.raises(NotFoundLocallyError):
        await asyncio.wait_for(desk.tickets.list(scope=Scope("nope", {"1"})), 60)
