"""A read with the scope of one client answers with nothing of another: every read function of the façade."""

import asyncio
import inspect
import io
from collections import Counter
from datetime import timedelta

import pytest

from servicedesk_core import BlockingServiceDesk, Scope, ServiceDesk
from servicedesk_core.capabilities import READING
from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Action, Method
from servicedesk_core.features import FEATURES
from servicedesk_core.features import own as own_feature
from servicedesk_core.features.claims.model import ClaimFilter
from servicedesk_core.features.desks.lists import LISTS
from servicedesk_core.features.sla.model import By
from servicedesk_core.features.sla.past.model import ResponseBy
from servicedesk_core.features.tickets.words import WordsOf
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock
from tests.desk.two_clients import DRAFT, FOREIGN, NOW, OF_CLIENTS, entity

ACTIONS = {
    "aclose", "sync", "sync_all", "plan_sync", "plan_all", "plan_past", "read_past", "remap", "remap_all",
    "retry_records", "read_again", "check", "check_all", "ask_access", "accept_access", "ask_identity",
    "accept_identity", "vocabulary", "forget_consumer", "disconnect", "run_jobs", "call", "each",
    "acting_as", "because_of",
}  # fmt: skip
"""What the desk itself does: it changes something, or asks a vendor. An embedding program offers it to nobody."""

FOR_THE_DESK = {
    "health", "jobs", "people_in",
}  # fmt: skip
"""What is about the desk itself and holds no record: due times, counts, who works there."""


HOMES = ("servicedesk_core.desk", "servicedesk_core.outbox")
"""Where the parts of a desk come from."""


@pytest.fixture
async def desk(filled):
    settings = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, store=filled, clock=FakeClock(NOW), read_only=True) as desk:
        yield desk


COMPANY = Scope("psa", companies={"mine-companies"})
SCOPES = [
    pytest.param(COMPANY, id="company", marks=pytest.mark.slow),
    pytest.param(Scope("psa", queues={"mine-queues"}), id="queue", marks=pytest.mark.slow),
    pytest.param(Scope("psa", {"mine-companies"}, {"mine-queues"}), id="both"),
]


def calls_of(desk):
    """Yield every public method of the façade and of the parts of it that are open."""
    parts = {"": desk} | {
        name: part
        for name, part in vars(desk).items()
        if not name.startswith("_") and type(part).__module__.startswith(HOMES)
    }
    for part_name, part in parts.items():
        for name, _ in inspect.getmembers(type(part), inspect.isfunction):
            if not name.startswith("_") and name not in ("permitted", "may", "note_refusal"):  # they say who may what
                yield f"{part_name}.{name}".lstrip("."), getattr(part, name)
    for feature in FEATURES:
        for declared in declared_by(feature):
            if declared.needs in READING and not isinstance(declared, Action):  # acts are tried in test_acts_in_scope
                yield path_of(feature, declared), getattr(getattr(desk, feature), declared.attribute)


def declared_by(feature):
    found = inspect.getmembers(own_feature(feature).calls, lambda one: isinstance(one, Method))
    return [declared for _, declared in found]


def path_of(feature, declared):
    return f"{feature}.{declared.attribute}".removesuffix(".__call__")


def has_scope(method):
    return "scope" in inspect.signature(method).parameters


def test_every_method_is_a_read_with_a_scope_or_known_to_be_none(desk):
    methods = dict(calls_of(desk))
    without = {path for path, method in methods.items() if not has_scope(method)}
    said = {
        path_of(feature, declared)
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
    for path, method in calls_of(desk):
        if has_scope(method) and path.partition(".")[0] not in FEATURES:
            assert has_scope(getattr(BlockingServiceDesk, path)), path


EVERY_WRITE = {"everything": True, "limit": 1_000}
EVERY_CLAIM = ClaimFilter(everything=True)
ARGUMENTS = {
    "attention.list": [((), {"everything": True})],
    "records": [(entity,) for entity in STREAMS.values()],
    "tickets.get": [("mine-tickets",), (f"{FOREIGN}-tickets",), (f"{FOREIGN} number",)],
    "paging.get": [(1,)],
    "appointments.show": [("mine-appointments",), (f"{FOREIGN}-appointments",)],
    "appointments.list": [((), {"day": (NOW - timedelta(days=15)).date(), "days": 31, "cancelled": True})],
    "attachments.save": [(f"{FOREIGN}-attachments",)],
    "attachments.copy": [(f"{FOREIGN}-attachments", io.BytesIO())],
    "attachments.list": [("mine-tickets",), (f"{FOREIGN}-tickets",), (f"{FOREIGN} number",)],
    "helpers.list": [("mine-tickets",), (f"{FOREIGN}-tickets",)],
    "knowledge.match": [("mine-tickets",), (f"{FOREIGN}-tickets",)],
    "checklist.list": [("mine-tickets",), (f"{FOREIGN}-tickets",)],
    "desks.find": [("mine",), (FOREIGN,), (f"{FOREIGN}-tickets",), (f"{FOREIGN} serial_number",)],
    "desks.list": [(name,) for name in LISTS],
    "explain": [("mine-tickets",), (f"{FOREIGN}-tickets",), (f"{FOREIGN} number",)],
    "quality.show": [(1,), (2,)],
    "quarantine.get": [(1,)],
    "writes.show": [(number,) for number in range(1, 15)],
    "claims.get": [(str(number),) for number in range(1, 9)] + [(f"{who}-cancelled",) for who in ("mine", FOREIGN)],
    "writes.list": [((), EVERY_WRITE)],
    "audit.list": [((), {"limit": 1_000}), ((), {"entity": "contact:psa"}), ((), {"entity": "write:7"})],
    "tickets.words": [(of,) for of in WordsOf if of not in {WordsOf.TECHNICIANS, WordsOf.QUEUES}],  # those are ours
    "warranty.show": [("mine serial_number",), (f"{FOREIGN} serial_number",)],
    "warranty.report": [((), {"company": f"{who}-companies", "with_costs": True}) for who in ("mine", FOREIGN)] + [()],
    "claims.list": [(EVERY_CLAIM,), (ClaimFilter(company=(f"{FOREIGN}-companies",), everything=True),)],
    "claims.propose": [((), {"everything": True})],
    "flow.groups": [("client",)],
    "kpi.change": [(("created",), {"by": "client"})],
    "kpi.explain": [(("created",), {"period": "2026-03"})],
    "kpi.history": [("created",)],
    "kpi.records": [(("created",), {"period": "2026-03"})],
    "kpi.repeats": [((), {"period": "2026-03"})],
    "kpi.show": [(("created",), {"period": "2026-03", "by": "client"})],
    "scorecards.coach": [("nobody",)],
    "helpers.call": [(1,)],
    "incidents.show": [(1,)],
    "messages.show": [(1,)],
    "messages.wall": [("mine-tickets",), (f"{FOREIGN}-tickets",)],
    "incidents.candidates": [(1,)],
    "incidents.report": [(1,)],
    "recurring.explain": [("care",)],
    "triage.beside": [("mine-tickets",), (f"{FOREIGN}-tickets",), (f"{FOREIGN} number",)],
    "sla.attainment": [((), {"by": by}) for by in By],
    "sla.replay": [((), {"policy": DRAFT})],
    "sla.audit": [((), {"quarter": "2026-Q1"})],
    "sla.response": [((), {"by": ResponseBy.CLIENT, "until": NOW + timedelta(days=1)})],
    "sla.answers": [((), {"waiting": True, "until": NOW + timedelta(days=1)})],
    "sla.explain": [("mine-tickets",), (f"{FOREIGN}-tickets",)],
}
"""What reads are called with: positional arguments, and keyword arguments in a pair with them."""


OF_A_PERSON = {"desks.me", "next.up", "profit.own", "parts.find"}
"""Answered to whom the configuration has as a technician, and asked of others; such tests are beside each."""

NAMELESS = OF_A_PERSON | {
    "attachments.save", "attachments.copy",
    "connections", "status", "desks.lists", "tickets.count", "sla.status", "sla.tolerance", "kpi.list", "kpi.explain",
    "kpi.compare", "warranty.kpis", "desks.data", "desks.reports",
    "kpi.history", "kpi.ready", "kpi.change", "flow.show", "flow.steps", "rota.show", "oncall.who", "paging.list",
    "paging.get", "escalate.list", "escalate.next", "escalate.handoffs", "parts.kpis",
    "parts.stock", "parts.report", "parts.costs", "parts.uncharged", "billing.kpis", "billing.report", "billing.review",
    "billing.locks", "billing.map",
    "leakage.list", "leakage.kpis", "agreements.renewals", "agreements.signals", "knowledge.match",
    "scorecards.show", "scorecards.compare", "scorecards.coach", "quality.coverage", "quality.report",
    "desks.next", "kpi.now", "signins.list", "views.list", "views.pinned",
    "appointments.list", "appointments.show", "appointments.slots", "schedule.show", "schedule.hours", "schedule.load",
    "helpers.calls", "helpers.call", "plan.tomorrow", "plan.week",
    "worktime.callouts", "worktime.payroll", "forecast.tickets", "forecast.hours", "forecast.backtest",
    "report.stage_lag",
    "triage.open", "shiftlog.list", "contact.promises", "contact.unheard", "contact.kpis",
    "incidents.list", "incidents.show", "incidents.candidates", "incidents.report",
    "recurring.plans", "recurring.preview", "recurring.explain", "recurring.occurrences", "recurring.report",
    "recurring.adopt", "recurring.kpis", "desks.recurring",
    "messages.wall", "messages.queue", "messages.list", "messages.show", "messages.answers", "messages.links",
}  # fmt: skip
"""What answers with numbers only, the connections, our own people, what is theirs alone, or what is not there: cards,
parts that the stock has given, done tickets, triaged ones, those created before this very instant, days without
appointments; and what asks the vendor."""


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


@pytest.mark.parametrize("scope", SCOPES)
async def test_no_read_answers_with_anything_of_another_client(desk, scope):
    seen = ""
    for path, method in calls_of(desk):
        if has_scope(method) and path not in OF_A_PERSON:
            async for answer in answers(path, method, scope):
                assert FOREIGN not in answer, path
                assert not scope.queues or "elsewhere" not in answer, path
                seen += answer
    for own in ("mine-tickets", "mine body", "mine why", "mine-cancelled"):
        assert own in seen


@pytest.mark.slow
async def test_the_same_reads_without_a_scope_do_show_the_other_client(desk):
    for path, method in calls_of(desk):
        if has_scope(method) and path not in NAMELESS:
            told = "".join([answer async for answer in answers(path, method, None)])
            assert FOREIGN in told, f"{path} would pass whatever it does"


async def test_what_belongs_to_the_client_is_all_there(desk):
    assert (await desk.tickets.list(scope=COMPANY)).items[0].external_id == "mine-tickets"
    assert await desk.tickets.count(scope=COMPANY) == 1
    assert await desk.tickets.count() == 2
    detail = await desk.tickets.get("mine-tickets", scope=COMPANY)
    assert (len(detail.notes), len(detail.time_entries), len(detail.events)) == (1, 1, 3)
    assert detail.ticket.company_ref == "mine-companies"
    assert detail.ticket.parent_ref is None
    assert (await desk.report.desk_page(scope=COMPANY)).numbers.open.count == 1
    status = await desk.status(scope=COMPANY)
    stored = sorted((*OF_CLIENTS, "ticket_events", "ticket_events"))
    assert {s.stream: s.records for s in status.streams} == Counter(stored)
    changed = [change.entity async for change in desk.changes(scope=COMPANY)]
    assert sorted(changed) == stored


async def test_writes_claims_covers_and_their_audit_of_the_client_are_all_there(desk):
    writes = await desk.writes.list(states=(), scope=COMPANY)
    assert sorted(write.kind for write in writes) == [
        "assets.update", "claims.submit", "notes.create_internal", "stock_moves.take", "tickets.create",
        "tickets.update",
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
    assert [(money.manufacturer, money.claims) for money in numbers.recovered] == [("mine", 1)]
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
