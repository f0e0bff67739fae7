"""Rota, on-call lists and skills on a desk: who is meant at the vendor, and who may know what."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.domain import Technician, TimeOff
from servicedesk_core.domain.work import TimeOffState
from servicedesk_core.errors import DefinitionsError, NotPermittedError
from servicedesk_core.features.rota import hours_left, rota_of
from servicedesk_core.features.skills import crew
from servicedesk_core.store import sources
from tests.people.conftest import NOW

BERLIN = ZoneInfo("Europe/Berlin")

SAID = """\
[job_roles.engineer]
certifications = ["CCNA"]
skills = { firewall = 3 }
queues = ["helpdesk", "noc"]

[technicians.ana]
role = "engineer"
skills = { firewall = 4, networking = { level = 2, valid_to = 2026-12-31 } }
certifications = { CCNA = { valid_from = 2023-11-09, valid_to = 2026-11-08 }, ITIL = {} }

[technicians.ben]
technician = "Ben Ott"
role = "engineer"
skills = { firewall = 2 }

[shifts.day]
technicians = ["ana", "ben"]
calendar = "office"
days = { 2026-11-13 = "08:00-12:00" }

[leave.ben-november]
technician = "ben"
first_day = 2026-11-11
reason = "a new baby"

[on_call.desk]
outside = "office"
starts = 2026-11-09T08:00:00
primary = ["ana", "ben"]
"""
RECORDS = (
    Technician(external_id="t1", name="Ana Iwu", email="ana@msp.example"),
    Technician(external_id="t2", name="Ben Ott"),
    TimeOff(external_id="o1", technician_ref="t1", day=date(2026, 11, 10), kind="Sick", state=TimeOffState.APPROVED),
    TimeOff(external_id="o2", technician_ref="t1", day=date(2026, 11, 12), kind="Sick", state=TimeOffState.REQUESTED),
)


@pytest.fixture
def settings(settings):
    people = {
        "sam": {"roles": ["service-manager"]},
        "carl": {"roles": ["coordinator"]},
        "ana": {"roles": ["technician"], "technician": "t1", "page": ["env:PAGE_ANA"]},
        "ben": {"roles": ["technician"], "technician": "t2", "queues": ["q1"], "page": ["env:PAGE_BEN"]},
        "kim": {"roles": ["client-contact"], "companies": ["176"]},
    }
    return settings | {"people": people}


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock) as opened:
        await opened.store.write(lambda tx: sources.ensure(tx, "psa", "tabular", "live", NOW))
        yield opened.acting_as(Actor("user:sam", Way.CLI))


def as_(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CLI))


async def test_the_rota_is_that_of_the_vendors_technicians_with_the_time_off_that_was_approved(desk, put, apply):
    await put(*RECORDS)
    await apply(SAID)

    def asked(tx):
        who = crew(tx, desk.settings.people)
        assert (who.keys("ana"), who.names[1, "t2"]) == ({(1, "t1")}, "ben")
        left_s = hours_left(tx, desk.settings.people, NOW, BERLIN)  # 13:00 in Berlin
        assert (left_s(1, "t2"), left_s(1, "t3"), left_s(1, None)) == (4 * 3600, None, None)
        return rota_of(tx, who, BERLIN)

    rota = await desk.store.read(asked)
    start = datetime(2026, 11, 9, tzinfo=BERLIN)
    hours = {one: rota.hours(one, start, start + timedelta(days=14)) / timedelta(hours=1) for one in ("ana", "ben")}
    assert hours == {"ana": 60, "ben": 60}  # 9 days of 8 hours less one, 4 hours less on the 13th, a holiday


async def test_who_is_out_and_why_is_told_to_those_who_may_know_and_everybody_sees_their_own(desk, put, apply):
    await put(*RECORDS)
    await apply(SAID)

    async def told(name, **more):
        found = await as_(desk, name).rota.show(day=date(2026, 11, 13), week=True, **more)
        return {(one.technician, one.reason) for one in found if one.presence == "out"}, {
            (one.day.day, one.technician) for one in found if one.presence == "on shift"
        }

    everything = {("ana", "Sick"), ("ben", "a new baby")}
    there = {(day, "ana") for day in (9, 11, 12, 13)} | {(day, "ben") for day in (9, 10, 12, 13)}
    assert await told("sam") == await told("carl") == (everything, there)
    assert await told("ana") == ({("ana", "Sick")}, there)
    assert await told("ben") == ({("ben", "a new baby")}, {one for one in there if one[1] == "ben"})
    assert await told("carl", scope=Scope("psa", queues=["q1"])) == (set(), set())
    with pytest.raises(NotPermittedError):
        await told("kim")
    plan = await as_(desk, "carl").definitions.diff(0)
    assert [one.after for one in plan if "leave" in one.definition] == [None]


async def test_who_is_on_call_is_known_to_the_staff_and_gaps_to_those_who_may_see_absences(desk, put, apply, clock):
    await put(*RECORDS)
    await apply(SAID)
    at = datetime(2026, 11, 10, 20, tzinfo=BERLIN)
    assert [(one.technician, one.email, one.is_out) for one in await as_(desk, "carl").oncall.who(at=at)] == [
        ("ana", "ana@msp.example", True)
    ]
    assert [one.is_out for one in await as_(desk, "ana").oncall.who(at=at)] == [None]
    assert [one.technician for one in await as_(desk, "ben").oncall.who(at=at)] == ["ana"]
    assert (await desk.oncall.who(at=at.replace(hour=9))).items == ()
    clock.advance(-13 * 3600)  # to midnight
    gaps = await as_(desk, "carl").oncall.gaps(within=timedelta(days=7))
    assert [(one.starts_at.astimezone(BERLIN).hour, one.lasts_s // 3600, one.why) for one in gaps] == [
        (0, 8, "nobody is primary"),
        (0, 8, "ana is out"),
        (12, 1, "ana is out"),
        (17, 7, "ana is out"),
    ]
    with pytest.raises(NotPermittedError):
        await as_(desk, "ana").oncall.gaps()


async def test_who_has_what_and_what_ends_or_is_missing(desk, put, apply):
    await put(*RECORDS)
    await apply(SAID)
    found = await desk.skills.list()
    assert [(one.technician, one.ability, one.level, one.state.value, one.is_needed) for one in found] == [
        ("ana", "firewall", 4, "valid", True),
        ("ana", "networking", 2, "ends soon", False),
        ("ana", "CCNA", None, "ended", True),
        ("ana", "ITIL", None, "valid", False),
        ("ben", "firewall", 2, "missing", True),
        ("ben", "CCNA", None, "missing", True),
    ]
    assert [one.technician for one in await desk.skills.list(ability="CCNA", state="ended")] == ["ana"]


@pytest.mark.parametrize("end", ["last_day = 9999-12-31", "starts = 2026-11-11T08:00:00\nends = 9999-12-30T00:00:00"])
async def test_leave_that_never_ends_is_refused_before_nobody_can_see_the_rota_any_more(desk, put, apply, end):
    await put(*RECORDS)
    first = "" if "starts" in end else "first_day = 2026-11-11\n"
    with pytest.raises(DefinitionsError, match="ends in the year 9999; say a nearer day"):
        await apply(SAID.replace("first_day = 2026-11-11", first + end))
