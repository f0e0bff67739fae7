"""A read with the scope of one client answers with nothing of another: every read function of the façade."""

import asyncio
import inspect
import io
import shutil
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import REFERENCES, STREAMS, StatusCategory
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.store import Store, quarantine, records, sources
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.queries.scope import OF_COMPANY, OF_PARENT, OF_TICKET
from servicedesk_core.store.records import Incoming

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOREIGN = "OTHERS"
"""Stands in every id and every text of the other client."""

OF_THE_DESK = {"technicians", "roles", "queues", "billing_codes", "products"}
"""Streams of the MSP itself: a client's record may name them."""

ACTIONS = {
    "aclose", "migrate", "sync", "sync_all", "plan", "plan_all", "remap", "remap_all", "retry_quarantine", "check", "check_all",
    "vocabulary", "create", "update", "assign", "close", "note", "log_time",
    "forget_consumer", "disconnect", "run_jobs", "chosen", "still_there", "drop",
}  # fmt: skip
"""What is no read of the store: it changes something, or asks a vendor. An embedding program offers it to nobody."""

FOR_THE_DESK = {
    "health", "jobs",
}  # fmt: skip
"""What is about the desk itself and holds no record: due times, counts."""

ROOMS = {"writes", "audit", "claims", "warranty"}
"""Parts of the façade for the desk's own people: a program offers them to no client, so they know no scope."""


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
        elif name in {"name", "title", "body", "number", "text"}:
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
    return cls.model_validate(values)


def required(annotation):
    if annotation is date:
        return date(2026, 1, 1)
    if inspect.isclass(annotation) and issubclass(annotation, StrEnum):
        return next(iter(annotation))
    return NOW if "datetime" in str(annotation) else "x" if annotation is str else 1


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Two clients with one record of every stream each; each refers to the other wherever a record may."""
    path = tmp_path_factory.mktemp("scope") / "desk.db"

    def fill(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", NOW).id
        for stream in STREAMS:
            rows = [entity(stream, "mine", others=FOREIGN), entity(stream, FOREIGN, others="mine")]
            incoming = [Incoming(row, None, None, "1") for row in rows]
            applied = records.apply(tx, source, stream, incoming, mode="incremental", now=NOW)
            assert len(applied.created) == 2, (stream, applied.rejected)
        quarantine.put(tx, source, "notes", [Rejected(f"{FOREIGN}-q", {"body": FOREIGN}, "odd")], NOW)

    with Store.open(f"sqlite:///{path}", clock=SystemClock()) as store:
        store.write_blocking(fill)
    return path


@pytest.fixture
async def desk(filled, tmp_path):
    shutil.copyfile(filled, tmp_path / "desk.db")
    settings = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, store=f"sqlite:///{tmp_path / 'desk.db'}") as desk:
        yield desk


COMPANY = Scope("psa", companies={"mine-companies"})
SCOPES = [COMPANY, Scope("psa", queues={"mine-queues"}), Scope("psa", {"mine-companies"}, {"mine-queues"})]


def calls_of(desk):
    """Yield every public method of the façade and of the parts of it that are open."""
    parts = {"": desk} | {
        name: part
        for name, part in vars(desk).items()
        if not name.startswith("_") and type(part).__module__.startswith("servicedesk_core.runtime")
    }
    for part_name, part in parts.items():
        if part_name in ROOMS:
            continue
        for name, _ in inspect.getmembers(type(part), inspect.isfunction):
            if not name.startswith("_"):
                yield f"{part_name}.{name}".lstrip("."), name, getattr(part, name)


def test_every_method_is_a_read_with_a_scope_or_known_to_be_none(desk):
    names = {name for _, name, _ in calls_of(desk)}
    without = {
        path
        for path, name, method in calls_of(desk)
        if "scope" not in inspect.signature(method).parameters and name not in ACTIONS | FOR_THE_DESK
    }
    assert without == set(), "give it a scope, or say in this test what it is"
    assert {"list", "get", "count", "export", "report_desk", "changes", "status", "connections"} <= names


ARGUMENTS = {
    "tickets.get": [("mine-tickets",), (f"{FOREIGN}-tickets",), (f"{FOREIGN} number",)],
    "quarantine.get": [(1,)],
}
"""What reads are called with that need something."""


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
    for arguments in ARGUMENTS.get(path, [()]):
        answer = method(*arguments, scope=scope)
        try:
            yield repr([one async for one in answer] if inspect.isasyncgen(answer) else await answer)
        except NotFoundLocallyError:
            continue


@pytest.mark.parametrize("scope", SCOPES, ids=["company", "queue", "both"])
async def test_no_read_answers_with_anything_of_another_client(desk, scope):
    seen = ""
    for path, _, method in calls_of(desk):
        if "scope" in inspect.signature(method).parameters:
            async for answer in answers(path, method, scope):
                assert FOREIGN not in answer, path
                assert not scope.queues or "elsewhere" not in answer, path
                seen += answer
    assert "mine-tickets" in seen
    assert "mine body" in seen


async def test_the_same_reads_without_a_scope_do_show_the_other_client(desk):
    for path, _, method in calls_of(desk):
        if "scope" in inspect.signature(method).parameters and path not in {"connections", "status", "tickets.count"}:
            told = "".join([answer async for answer in answers(path, method, None)])
            assert FOREIGN in told, f"{path} would pass whatever it does"


async def test_what_belongs_to_the_client_is_all_there(desk):
    assert (await desk.tickets.list(scope=COMPANY)).rows[0].external_id == "mine-tickets"
    assert await desk.tickets.count(scope=COMPANY) == 1
    assert await desk.tickets.count() == 2
    detail = await desk.tickets.get("mine-tickets", scope=COMPANY)
    assert (len(detail.notes), len(detail.time_entries), len(detail.events)) == (1, 1, 1)
    assert detail.ticket.company_ref == "mine-companies"
    assert detail.ticket.parent_ref is None
    assert (await desk.report_desk(scope=COMPANY)).numbers.open.count == 1
    status = await desk.status(scope=COMPANY)
    assert {s.stream: s.records for s in status.streams} == dict.fromkeys(
        ("companies", "tickets", *OF_COMPANY, *OF_TICKET, *OF_PARENT), 1
    )
    changed = [change.entity async for change in desk.changes(scope=COMPANY)]
    assert sorted(changed) == sorted(("companies", "tickets", *OF_COMPANY, *OF_TICKET, *OF_PARENT))


async def test_a_stream_that_belongs_to_no_client_is_refused_and_not_empty(desk):
    with pytest.raises(NotFoundLocallyError, match="technicians"):
        await desk.export("technicians", io.BytesIO(), scope=COMPANY)


async def test_another_connection_with_the_same_ids_is_not_seen(desk):
    def fill(tx):
        source = sources.ensure(tx, "other", "tabular", "live", NOW).id
        for stream in ("companies", "tickets"):
            row = entity(stream, "mine", others=FOREIGN).model_copy(update={"number": FOREIGN})
            records.apply(tx, source, stream, [Incoming(row, None, None, "1")], mode="incremental", now=NOW)

    await desk._store.write(fill)
    assert FOREIGN not in repr(await desk.tickets.list(scope=COMPANY))
    assert await desk.tickets.count(scope=COMPANY) == 1


def test_a_scope_of_nothing_is_a_mistake():
    with pytest.raises(SettingsError, match="see everything"):
        Scope("psa")
    assert Scope("psa", companies="7").companies == {"7"}


async def test_an_unknown_connection_is_told(desk):
    with pytest.raises(NotFoundLocallyError):
        await asyncio.wait_for(desk.tickets.list(scope=Scope("nope", {"1"})), 5)
