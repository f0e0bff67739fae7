"""The records of every stream, and lists through all their pages, from Python."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import servicedesk_core
from servicedesk_core import Actor, BlockingServiceDesk, ClaimFilter, Scope, ServiceDesk, TicketFilter, Way
from servicedesk_core import desk as desk_room
from servicedesk_core.desk import reading
from servicedesk_core.domain import STREAMS, Company, Contract, Entity, Ticket, TimeEntry, TimeOff
from servicedesk_core.errors import CursorError, NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.store import Store, audit, quarantine, records, sources
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SETTINGS = {"desk": {"name": "X"}, "connections": {name: {"connector": "tabular"} for name in ("psa", "other")}}
ENTRIES = [f"e{number}" for number in range(7)]


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A desk with two connections, of which one has seven time entries; three records make a page."""
    monkeypatch.setattr(reading, "_AT_ONCE", 3)
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        store.write_blocking(_fill)
    return sqlite_url


def _fill(tx):
    psa, other = (sources.ensure(tx, name, "tabular", "live", NOW).id for name in ("psa", "other"))
    put(tx, psa, Company(external_id="c1", name="A"), Company(external_id="c2", name="B"))
    put(tx, psa, Ticket(external_id="1", company_ref="c1"), Ticket(external_id="2", company_ref="c2"))
    entries = (TimeEntry(external_id=one, ticket_ref=str(n % 2 + 1), worked_s=n) for n, one in enumerate(ENTRIES))
    put(tx, psa, *entries)
    put(tx, other, TimeEntry(external_id="theirs", worked_s=99), now=NOW + timedelta(days=1))
    put(tx, psa, TimeEntry(external_id="gone"))
    records.mark_gone(tx, psa, "time_entries", ["gone"], reason="deleted", mode="reconcile", now=NOW)
    for number in range(5):
        audit.append(tx, at=NOW, actor="user:ana", action="test", entity=f"x:{number}")


def put(tx, source_id, *rows: Entity, now=NOW):
    incoming = [Incoming(row, None, None, "1") for row in rows]
    records.apply(tx, source_id, rows[0].stream, incoming, mode="incremental", now=now)


@pytest.fixture
async def desk(url):
    async with ServiceDesk(SETTINGS, store=url, clock=FakeClock(NOW), read_only=True) as desk:
        yield desk


async def test_all_live_records_of_a_stream_come_in_order_with_their_connection(desk):
    found = [one async for one in desk.records(TimeEntry)]
    assert [one.record.external_id for one in found] == [*ENTRIES, "theirs"]
    assert [one.connection for one in found] == ["psa"] * 7 + ["other"]
    assert found[3].record == TimeEntry(external_id="e3", ticket_ref="2", worked_s=3)
    assert (found[0].changed_at, found[-1].changed_at) == (NOW, NOW + timedelta(days=1))


@pytest.mark.parametrize("stream", STREAMS)
async def test_every_stream_can_be_read(desk, stream):
    assert all(isinstance(one.record, STREAMS[stream]) for one in [one async for one in desk.records(STREAMS[stream])])


async def test_records_of_one_connection_changed_lately_or_of_one_client_are_read_alone(desk):
    async def ids(**chosen):
        return [one.record.external_id async for one in desk.records(TimeEntry, **chosen)]

    assert await ids(connection="other") == ["theirs"]
    assert await ids(updated_since=NOW + timedelta(hours=1)) == ["theirs"]
    assert await ids(scope=Scope("psa", {"c1"})) == ["e0", "e2", "e4", "e6"]
    with pytest.raises(NotFoundLocallyError):
        await ids(connection="nobody")


async def test_what_is_no_class_of_records_is_refused_with_the_one_that_was_meant(desk):
    with pytest.raises(SettingsError, match="time_entry") as told:
        [one async for one in desk.records("time_entry")]
    assert "STREAMS[" in told.value.hint


async def test_a_list_is_gone_through_to_its_end_whatever_a_page_holds(desk):
    for limit in (2, 5, 100):
        found = [one.entity async for one in desk.each(desk.audit.list, limit=limit)]
        assert found == [f"x:{number}" for number in range(4, -1, -1)]
    with pytest.raises(CursorError):
        await desk.audit.list(after="x")


def test_without_await_the_same_is_a_plain_iterator(url):
    with BlockingServiceDesk(SETTINGS, store=url, clock=FakeClock(NOW), read_only=True) as desk:
        assert [one.record.worked_s for one in desk.records(TimeEntry, connection="psa")] == list(range(7))
        assert [one.seq for one in desk.each(desk.audit.list, limit=2)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("make", "meant"),
    [
        (lambda: TicketFilter(everythin=True), '"everything"'),
        (lambda: Scope("psa", company={"1"}), '"companies"'),
        (lambda: ServiceDesk(SETTINGS, readonly=True), '"read_only"'),
        (lambda: ClaimFilter(manufacturer="x", stat="y"), '"states"'),
    ],
)
def test_an_argument_that_nobody_knows_is_refused_with_the_nearest_one(make, meant):
    with pytest.raises(TypeError, match=meant):
        make()


async def test_an_unknown_argument_of_a_sync_is_refused_before_anything_is_opened(desk):
    with pytest.raises(TypeError, match='Did you mean "mode"'):
        await desk.sync("psa", moed="full")


@pytest.mark.parametrize("package", [servicedesk_core, desk_room])
def test_every_name_that_a_package_lists_is_there_and_a_wrong_one_names_the_right(package):
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert {"ServiceDesk", "BlockingServiceDesk"} <= set(dir(package))
    with pytest.raises(AttributeError, match='Did you mean "ServiceDesk"'):
        package.ServiceDesc  # noqa: B018


async def test_costs_among_other_facts_are_hidden_from_whoever_may_not_see_them_and_from_every_scope(url):
    contract = Contract(external_id="k1", name="Care", company_ref="c1", estimated_cost=Decimal("812.5"))
    people = {"eve": {"roles": ["service-manager"]}, "tom": {"roles": ["technician"]}}

    async def costs(desk, name, **limited):
        eye, file = desk.acting_as(Actor(f"user:{name}", Way.CONSOLE)), io.BytesIO()
        await eye.export("contracts", file, file_format="jsonl", **limited)
        exported = [json.loads(line)["estimated_cost"] for line in file.getvalue().splitlines()]
        return exported, [one.record.estimated_cost async for one in eye.records(Contract, **limited)]

    async with ServiceDesk(SETTINGS | {"people": people}, store=url, clock=FakeClock(NOW)) as desk:
        await desk.store.write(lambda tx: put(tx, sources.id_of(tx, "psa"), contract))
        assert await costs(desk, "eve") == (["812.500000"], [Decimal("812.5")])
        assert await costs(desk, "tom") == ([None], [None])
        assert await costs(desk, "eve", scope=Scope("psa", companies="c1")) == ([None], [None])


async def test_when_people_are_away_is_for_those_who_may_know_it(url):
    people = {"eve": {"roles": ["coordinator"]}, "tom": {"roles": ["technician"]}}
    off = TimeOff(external_id="o1", technician_ref="t1", day=date(2026, 3, 2), reason="surgery")
    bad = [Rejected("9", {"reason": "surgery"}, "not understood")]
    async with ServiceDesk(SETTINGS | {"people": people}, store=url, clock=FakeClock(NOW)) as desk:
        await desk.store.write(lambda tx: put(tx, sources.id_of(tx, "psa"), off))
        await desk.store.write(lambda tx: quarantine.put(tx, sources.id_of(tx, "psa"), "time_off", bad, NOW))
        eve, tom = (desk.acting_as(Actor(f"user:{name}", Way.CONSOLE)) for name in people)
        file = io.BytesIO()
        assert await eve.export("time_off", file, file_format="jsonl") == 1
        assert [one.record.reason async for one in eve.records(TimeOff)] == ["surgery"]
        with pytest.raises(NotPermittedError, match=r"absences\.read"):
            await tom.export("time_off", file)
        with pytest.raises(NotPermittedError, match=r"absences\.read"):
            [one async for one in tom.records(TimeOff)]
        [number] = [one.id for one in await eve.quarantine.list()]
        assert (await eve.quarantine.get(number)).raw == {"reason": "surgery"}


def test_every_cost_is_in_a_stream_of_money_or_is_said_to_be_one():
    for entity in STREAMS.values():
        assert entity.holds_costs or {name for name in entity.model_fields if name.endswith("cost")} == entity.costs
