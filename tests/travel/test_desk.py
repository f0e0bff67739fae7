"""Coordinates of a desk: taken in, counted in who takes a ticket, and in the order of a day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Appointment, Company, Site, StatusCategory, Technician, Ticket
from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError, SettingsError
from servicedesk_core.features.calendars import tables
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)  # a Tuesday
TOMORROW = date(2026, 3, 11)
TOML = """
[technicians.ana]
technician = "a"

[technicians.ben]
technician = "b"

[requirements.site]
onsite = true
"""
PLACES = """technician,company,site,latitude,longitude
Ana Diaz,,,0,0
ben,,,0,0.1
,Harbor,,0,0.1
,Harbor,Pier,0,0.2
,Bolt,,0,0.3
"""


def visit(ref, hours, *people, company="c1", site=None, lasts=1, **more):
    start = NOW + timedelta(days=1, hours=hours)
    return Appointment(
        external_id=ref, technician_refs=people, company_ref=company, site_ref=site, start_at=start,
        ticket_refs=(f"t{ref}",), end_at=start + timedelta(hours=lasts), **more,
    )  # fmt: skip


RECORDS = (
    Company(external_id="c1", name="Harbor"),
    Company(external_id="c2", name="Bolt"),
    Company(external_id="c3", name="Lost"),
    Site(external_id="s1", name="Pier", company_ref="c1"),
    Site(external_id="s2", name="Pier", company_ref="c2"),
    Technician(external_id="a", name="Ana Diaz"),
    Technician(external_id="b", name="Ben Roy"),
    *(Ticket(external_id=f"t{one}", number=f"T{one}", title="Visit", company_ref="c1", site_ref="s1",
             status_category=StatusCategory.TRIAGED) for one in "1234"),
    Ticket(external_id="t5", number="T5", title="Visit", company_ref="c3", status_category=StatusCategory.TRIAGED),
    visit("1", 1, "a", company="c2"),
    visit("2", 3, "a"),
    visit("3", 6, "a", company="c2"),
    visit("4", 8, "a", company="c3"),
)  # fmt: skip


@pytest.fixture
async def desk(store_url, tmp_path):
    settings = {"desk": {"name": "Example MSP", "store": store_url}, "connections": {"psa": {"connector": "tabular"}}}
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(TOML)
    (tmp_path / "where.csv").write_text(PLACES)
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        await opened.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield opened


@pytest.fixture
async def placed(desk, tmp_path):
    await desk.travel.import_file(tmp_path / "where.csv", folder=tmp_path / "service", write=True)
    await desk.definitions.apply(folder=tmp_path / "service", reason="places")
    return desk


async def test_coordinates_are_taken_in_and_written_when_somebody_says_so(desk, tmp_path):
    folder = tmp_path / "service"
    taken = await desk.travel.import_file(tmp_path / "where.csv", folder=folder)
    assert (taken.is_written, taken.definitions, (folder / "places-where.toml").exists()) == (False, 5, False)
    assert "+[places.harbor-pier]" in taken.changes
    await desk.travel.import_file(tmp_path / "where.csv", folder=folder, write=True)
    assert (
        '[homes.ana]\nlatitude = 0.0\nlongitude = 0.0\ntechnician = "ana"' in (folder / "places-where.toml").read_text()
    )
    assert (await desk.travel.import_file(tmp_path / "where.csv", folder=folder, write=True)).changes == ()


async def test_every_wrong_row_is_told_with_its_line_and_nothing_is_written(desk, tmp_path):
    (tmp_path / "bad.csv").write_text(
        "company;site;technician;latitude;longitude\n;;zoe;1;1\nBolt;;;91;x\nBolt;;ana;1;1\nBolt;;;52,5;13,4\nBolt;;;1;1\n"
    )
    with pytest.raises(DefinitionsError) as refused:
        await desk.travel.import_file(tmp_path / "bad.csv", folder=tmp_path / "service", write=True)
    assert str(refused.value).splitlines()[1:6] == [
        '  bad.csv:2: "zoe" is no technician; there are: ana, ben.',
        "  bad.csv:3: latitude is no number of degrees that there is: '91'.",
        "  bad.csv:3: longitude is no number of degrees that there is: 'x'.",
        "  bad.csv:4: names either a technician or a company.",
        "  bad.csv:6: places.bolt is said already. Correct that in the file.",
    ]
    assert not (tmp_path / "service" / "places-bad.toml").exists()
    (tmp_path / "bad.csv").write_text("company,where\nBolt,here\n")
    with pytest.raises(DefinitionsError, match="no column latitude, longitude"):
        await desk.travel.import_file(tmp_path / "bad.csv", folder=tmp_path / "service")
    with pytest.raises(SettingsError, match="cannot be read"):
        await desk.travel.import_file(tmp_path / "none.csv", folder=tmp_path / "service")


async def test_places_in_other_letters_have_names_of_their_own_and_a_quote_that_is_not_closed_is_told(desk, tmp_path):
    (tmp_path / "far.csv").write_text("company,latitude,longitude\n大阪,1,1\n東京,1,2\nMüller,1,3\nMuller,1,4\n")
    taken = await desk.travel.import_file(tmp_path / "far.csv", folder=tmp_path / "service")
    assert taken.definitions == 4
    (tmp_path / "bad.csv").write_text('company,"latitude"x,longitude\n')
    with pytest.raises(DefinitionsError, match=r"bad.csv:\d: is no CSV"):
        await desk.travel.import_file(tmp_path / "bad.csv", folder=tmp_path / "service")


async def test_without_coordinates_travel_is_left_out_with_the_reason_and_with_them_it_counts(desk, tmp_path):
    why = "travel does not count: nobody said where that is, or where people set out from"
    first, second = (await desk.assign.candidates("T1")).items
    assert (first.why, first.travel, first.score, second.travel) == (why, None, Decimal("88.89"), None)
    await desk.travel.import_file(tmp_path / "where.csv", folder=tmp_path / "service", write=True)
    await desk.definitions.apply(folder=tmp_path / "service", reason="places")
    first, second = (await desk.assign.candidates("T1")).items
    assert (first.technician, first.why) == ("Ben Roy", "")
    assert first.travel == Decimal("6.39"), "11.12 km, 21.7 min"
    assert second.travel == Decimal("2.77")
    assert why in (await desk.assign.candidates("T5")).items[0].why, "of that client nobody said it"


async def test_who_is_near_after_a_visit_goes_from_there(placed):
    near = visit("9", -24, "a", site="s1", lasts=1)
    await placed.store.write(lambda tx: stored.put(tx, [without_ticket(near)], now=NOW))
    found = {one.technician: one.travel for one in (await placed.assign.candidates("T1")).items}
    assert found["Ana Diaz"] == Decimal("10.00"), "she is at that site until then"


def without_ticket(one):
    return one.model_copy(update={"ticket_refs": ()})


async def test_the_order_of_a_day_says_what_it_saves_and_how_to_move(placed):
    found = await placed.travel.order("ana")
    assert [(one.appointment, one.starts_at.hour, one.begins_at.hour, one.way_min) for one in found.items] == [
        ("1", 9, 9, 65),
        ("3", 14, 11, 0),
        ("2", 11, 14, 43),
        ("4", 16, 16, None),
    ]
    assert (found.day, found.booked_min, found.saved_min) == (TOMORROW, 217, 87)
    assert found.told == "2 visits move: 87 min less on the way, 130 in place of 217."
    assert found.items[1].why == "servicedesk appointments move 3 --start-at 2026-03-11T11:00+00:00"
    assert found.items[3].why == "nobody said where it is"
    kept = await placed.travel.order("Ana Diaz", fixed=("2",))
    assert "its time is fixed" in {one.why for one in kept.items}
    assert next(one for one in kept.items if one.appointment == "2").begins_at.hour == 11
    assert (await placed.travel.order("ben")).told == "Nothing is booked that day."
    with pytest.raises(NotFoundLocallyError, match="no appointment 77"):
        await placed.travel.order("ana", fixed=("77",))
    with pytest.raises(NotFoundLocallyError, match='no technician "zoe"'):
        await placed.travel.order("zoe")


async def test_no_visit_moves_onto_what_somebody_has_in_their_own_calendar(placed):
    morning = NOW + timedelta(days=1, hours=2)
    busy = [
        BusyTime("ana", "u", morning, morning + timedelta(hours=2)),  # the order that is shortest begins a visit then
        BusyTime("ana", "v", morning, morning + timedelta(minutes=30)),
        BusyTime("ana", "w", morning + timedelta(hours=4), morning + timedelta(hours=5)),  # the visit itself
    ]
    await placed.store.write(lambda tx: tables.put(tx, "cal", ("ana",), {"ana": busy}, NOW))
    found = await placed.travel.order("ana")
    assert [one.appointment for one in found.items if morning < one.begins_at + timedelta(hours=1)
            and one.begins_at < morning + timedelta(hours=2) and one.is_moved] == []  # fmt: skip
    assert {one.appointment for one in found.items} == {"1", "2", "3", "4"}


async def test_without_coordinates_no_order_is_proposed(desk):
    found = await desk.travel.order("Ana Diaz", day=TOMORROW)
    assert (found.saved_min, {one.is_moved for one in found.items}) == (0, {False})
    assert found.told == "Nobody said where clients are: servicedesk travel import FILE.csv."
