"""Calendars show what is booked, whoever booked it, and what their owners change is theirs."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Appointment, AppointmentState, Company, Technician, Ticket
from servicedesk_core.domain.calendars import CANCEL, PUT, uid_of
from servicedesk_core.sandboxing.serving import serve
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.calendars.standin import Server

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)  # a Wednesday; nobody has a shift, so Monday to Friday, 8 to 18
TOML = """
[technicians.ana]
technician = "a"

[technicians.ben]
technician = "b"
"""
ACT = "appointments.events"
OURS = f"/ana/{uid_of('psa', '7', 'a')}.ics"


def visit(hours=2, ref="7", people=("a",), **more):
    start = NOW + timedelta(hours=hours)
    return Appointment(
        external_id=ref, ticket_refs=("1",), technician_refs=people, company_ref="c", title="Server room",
        start_at=start, end_at=start + timedelta(hours=1), **more,
    )  # fmt: skip


RECORDS = (
    Company(external_id="c", name="Harbor"),
    Technician(external_id="a", name="Ana Diaz"),
    Technician(external_id="b", name="Ben Roy"),
    Ticket(external_id="1", number="T1", title="Printer", company_ref="c"),
    visit(),
)


@pytest.fixture(scope="module")
def served():
    server = Server()
    with serve(server) as url:
        yield server, url


@pytest.fixture
def server(served):
    served[0].__init__()
    return served[0]


@pytest.fixture
def told(served, store_url, tmp_path, monkeypatch):
    monkeypatch.setenv("CALENDAR_PASSWORD", "pw-1")
    cal = {"connector": "caldav", "url": served[1], "username": "ana", "password": "env:CALENDAR_PASSWORD",
           "calendars": {"ana": "ana", "ben": "ben"}, "writes": [PUT, CANCEL]}  # fmt: skip
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(TOML)
    return {"desk": {"name": "Example MSP", "store": store_url},
            "connections": {"psa": {"connector": "tabular"}, "cal": cal}}  # fmt: skip


@pytest.fixture
def opened_desk(told, tmp_path):
    @asynccontextmanager
    async def opened(*, grants=True):
        async with ServiceDesk(told, clock=FakeClock(NOW)) as desk:
            await put(desk, *RECORDS)
            await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
            if grants:
                await desk.standing.grant(ACT, without_dry_run=True, per_run=50, per_hour=50, per_day=50)
            await run(desk, "calendars")
            yield desk

    return opened


async def put(desk, *records):
    now = desk.clock.now()
    await desk.store.write(lambda tx: stored.put(tx, records, now=now))


async def run(desk, job="appointments"):
    (outcome,) = await desk.run_jobs(job)
    assert outcome.error is None, outcome
    return outcome


async def writes(desk):
    return [
        (one.kind, str(one.state))
        for one in sorted((await desk.writes.list(everything=True)).items, key=lambda one: one.id)
    ]


async def test_an_appointment_comes_into_a_calendar_moves_there_goes_to_another_and_ends(server, opened_desk):
    async with opened_desk() as desk:
        await run(desk)
        await run(desk)
        assert server.of("SUMMARY") == ["Appointment T1"], "no client is named, and it stands there once"
        assert server.of("DTSTART") == ["20260311T100000Z"]
        await run(desk, "calendars")
        assert (await desk.appointments.slots(technician="ana", days=1)).items[0].ends_at == NOW + timedelta(hours=2)
        await put(desk, visit(4))
        await run(desk)
        assert server.of("DTSTART") == ["20260311T120000Z"]
        await put(desk, visit(2))
        await run(desk)
        assert server.of("DTSTART") == ["20260311T100000Z"], "back where it was is another request"
        await put(desk, visit(2, people=("b",)))
        await run(desk)
        assert (server.of("UID", "/ana/"), len(server.of("UID", "/ben/"))) == ([], 1)
        await put(desk, visit(2, people=("b",), state=AppointmentState.CANCELLED))
        await run(desk)
        assert server.objects == {}
        assert {state for _, state in await writes(desk)} == {"confirmed"}
        desk.clock.advance(3600 * 3)
        await put(desk, visit(2))
        await run(desk)
        assert server.objects == {}, "what is over is put nowhere"


async def test_its_own_events_take_no_time_a_second_time(server, opened_desk):
    async with opened_desk() as desk:
        await run(desk)
        await put(desk, visit(4))  # moved, and the calendar shows the old time yet
        await run(desk, "calendars")
        (first, *_) = (await desk.appointments.slots(technician="ana", days=1)).items
        assert first.ends_at == NOW + timedelta(hours=4)


async def test_without_an_approval_only_what_this_desk_booked_is_proposed_and_off_is_off(server, opened_desk, tmp_path):
    async with opened_desk(grants=False) as desk:
        await run(desk)
        assert (server.objects, await writes(desk)) == ({}, [])
        (row,) = (await desk.standing.suggestions(act=ACT)).items
        assert "T1 is booked then" in " ".join(row.reasons)
        (tmp_path / "service" / "acts.toml").write_text(f'[automatic_acts."{ACT}"]\nmode = "off"\n')
        await desk.definitions.apply(folder=tmp_path / "service", reason="not yet")
        await run(desk)
        assert [one.covered for one in (await desk.standing.suggestions(act=ACT)).items] == [f"{ACT} is set to off."]


async def test_what_the_owner_changed_or_deleted_is_not_written_over_unless_a_person_says_so(server, opened_desk):
    async with opened_desk() as desk:
        await run(desk)
        server.edit(OURS, "DTSTART:20260311T100000Z", "DTSTART:20260311T101500Z")
        await put(desk, visit(4))
        await run(desk)
        await run(desk)
        (conflict,) = [one for one in (await desk.writes.list()).items if one.state == "rejected"]
        assert conflict.error_code == "write_conflict"
        assert server.of("DTSTART") == ["20260311T101500Z"]
        await desk.writes.retry([conflict.id], send=True)
        assert server.of("DTSTART") == ["20260311T120000Z"]
        server.objects.clear()
        await put(desk, visit(5))
        await run(desk)
        (deleted,) = [one for one in (await desk.writes.list()).items if one.state == "rejected"]
        assert server.objects == {}
        (held,) = await desk.writes.retry([deleted.id], send=True)
        assert held.error_code == "loop_suspected", "its title would come and go a second time: a person looks"
        await desk.writes.approve([deleted.id], send=True)
        assert server.of("DTSTART") == ["20260311T130000Z"]
        server.objects.clear()
        await put(desk, visit(5, state=AppointmentState.CANCELLED))
        await run(desk)
        assert (await writes(desk))[-1] == (CANCEL, "confirmed"), "what its owner deleted is gone already"


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        ({"kind": "status", "status": 403}, ("rejected", 0)),
        ({"kind": "status", "status": 503}, ("in_doubt", 0)),
        ({"kind": "drop_after"}, ("confirmed", 1)),
        ({"kind": "drop_before"}, ("in_doubt", 0)),
    ],
    ids=lambda given: given.get("kind") if isinstance(given, dict) else None,
)
async def test_whatever_goes_wrong_the_event_stands_there_once(server, opened_desk, fault, then):
    async with opened_desk() as desk:
        server.faults([{**fault, "match": {"method": "PUT"}}])
        await run(desk)
        assert ((await writes(desk))[0][1], server.acts) == then
        for _ in range(4):
            desk.clock.advance(1200)
            await run(desk, "writes")
            await run(desk)
        if then[0] == "rejected":
            assert (await writes(desk), server.acts) == ([(PUT, "rejected")], 0), "what was refused is a person's"
        else:
            assert (await writes(desk), server.acts) == ([(PUT, "confirmed")], 1)


async def test_while_a_calendar_is_down_what_was_moved_since_is_not_put_there_late(server, opened_desk):
    async with opened_desk() as desk:
        server.faults([{"kind": "status", "status": 503, "times": None, "match": {"method": "GET"}}])
        await run(desk)
        assert await writes(desk) == [(PUT, "queued")]
        await put(desk, visit(6))
        await run(desk)
        server.faults([])
        for _ in range(3):
            desk.clock.advance(1800)
            await run(desk, "writes")
            await run(desk)
        assert server.of("DTSTART") == ["20260311T140000Z"]
        assert (await writes(desk))[-1] == (PUT, "confirmed")
        assert server.acts == 1


async def test_what_is_moved_months_away_leaves_the_calendar_and_comes_back_when_it_is_near(server, opened_desk):
    async with opened_desk() as desk:
        await run(desk)
        await put(desk, visit(24 * 60))
        await run(desk)
        assert server.objects == {}
        desk.clock.advance(86400 * 40)
        await run(desk)
        assert server.of("DTSTART") == ["20260510T080000Z"]


async def test_a_definition_says_what_others_read_there(server, opened_desk, tmp_path):
    (tmp_path / "service" / "events.toml").write_text('[calendar_events]\nsummary = "{client}: {title}"\n')
    async with opened_desk() as desk:
        await run(desk)
        assert server.of("SUMMARY") == ["Harbor: Server room"]
        (tmp_path / "service" / "events.toml").write_text('[calendar_events]\nsummary = "Busy"\n')
        await desk.definitions.apply(folder=tmp_path / "service", reason="less")
        await run(desk)
        assert server.of("SUMMARY") == ["Busy"]
