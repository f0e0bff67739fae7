"""The morning page: what it says first, what it counts, and what it cannot know."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core.business_time import Calendar
from servicedesk_core.config import parse_settings
from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.domain import EventSource, EventType, Part, Priority, StatusCategory, TicketEvent
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.attention import NextActor, Reason
from servicedesk_core.features.kpi import USUAL_HOURS
from servicedesk_core.features.report.morning import pages
from servicedesk_core.features.report.morning.model import Due
from servicedesk_core.features.report.morning.rules import (
    CALM,
    is_working_day,
    last_working_day_ended,
    verdict,
)
from servicedesk_core.features.report.morning.tables import NIGHTS, once
from servicedesk_core.store import Store
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW, ROWS, fill, ticket

EVIL = "<script>alert('x')</script> & \u202e"
USUAL = Calendar(name="usual", zone="America/New_York", hours=USUAL_HOURS)


def test_the_last_working_day_is_found_across_a_weekend_and_a_holiday():
    monday = datetime(2026, 3, 9, 11, 0, tzinfo=UTC)
    assert last_working_day_ended(USUAL, monday) == datetime(2026, 3, 6, 23, 0, tzinfo=UTC)
    closed = USUAL.model_copy(update={"holidays": {date(2026, 3, 6): "Local day"}})
    assert last_working_day_ended(closed, monday) == datetime(2026, 3, 5, 23, 0, tzinfo=UTC)
    assert [is_working_day(USUAL, monday - timedelta(days=days)) for days in (0, 1, 2, 3)] == [True, False, False, True]
    night = Calendar(name="night", zone="UTC", hours={"mon-fri": "22:00-06:00"})
    assert last_working_day_ended(night, monday) == datetime(2026, 3, 7, 6, 0, tzinfo=UTC)


def test_the_first_sentence_names_what_is_wrong_the_gravest_first_and_nothing_where_the_data_are_old():
    hour = timedelta(hours=1)
    wrong = {Reason.BLACK_HOLE: 2, Reason.EMERGENCY: 1, Reason.LATE: 1, Reason.UNASSIGNED: 9}
    assert verdict(wrong, NOW, NOW, hour) == (
        "1 emergency that nobody has touched, 2 tickets in the black hole and 1 other ticket late.",
        False,
    )
    assert verdict({Reason.DUE_SOON: 3}, NOW - hour, NOW, hour) == (CALM, True)
    assert verdict(wrong, NOW - 2 * hour, NOW, hour) == ("No verdict: tickets were last read about 2 hours ago.", None)
    assert verdict(wrong, None, NOW, hour) == ("No verdict: tickets were never read.", None)


@pytest.fixture
def store(sqlite_url):
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        more = [
            ticket(10, StatusCategory.IN_PROGRESS, title=EVIL, created_at=NOW - timedelta(hours=10), assignee_ref="ana",
                   due_at=NOW + timedelta(hours=1), priority=Priority.P4),
            ticket(11, StatusCategory.CLOSED, created_at=NOW - timedelta(hours=3), closed_at=NOW - timedelta(hours=1),
                   priority=Priority.P1),
            ticket(12, StatusCategory.CLOSED, closed_at=NOW - timedelta(hours=2)),
            TicketEvent(external_id="e1", ticket_ref="11", type=EventType.STATUS_CHANGED, source=EventSource.HISTORY,
                        effective_at=NOW - timedelta(hours=1), before={"status": "New", "status_category": "new"},
                        after={"status": "Done", "status_category": "closed"}),
            TicketEvent(external_id="e2", ticket_ref="3", type=EventType.ASSIGNED, source=EventSource.OBSERVED,
                        effective_at=NOW - timedelta(minutes=90), before={}, after={"assignee_ref": "ana"}),
        ]  # fmt: skip
        fill(store, [*ROWS, *more])
        yield store


@pytest.fixture
async def desk(store):
    settings = {"desk": {"name": "Acme & Desk"}, "connections": {"psa": {"connector": "tabular"}}}
    async with StoredDesk(settings, store=store, clock=FakeClock(NOW)) as desk:
        yield desk


def test_a_ticket_has_one_row_in_what_happens_next():
    def due(hours, kind, ticket, *, has_cover=True):
        return Due(NOW + timedelta(hours=hours), kind, ticket, "Title", "Ana", has_cover)

    one, two = ("psa", "1"), ("psa", "2")
    rows = once(
        [
            (frozenset({one}), due(3, "due", "T1")),
            (frozenset(), due(2, "appointment", "")),
            (frozenset({one, two}), due(1, "appointment", "T1, T2", has_cover=False)),
            (frozenset({one}), due(2, "appointment", "T1")),
            (frozenset({("other", "1")}), due(4, "due", "T1")),
        ]
    )
    assert [(row.ticket, row.kind, row.has_cover) for row in rows] == [
        ("T1, T2", "appointment and due", False), ("", "appointment", True), ("T1", "due", True),
    ]  # fmt: skip


async def test_what_was_merged_is_not_closed(store, desk):
    merged = {"closed_at": NOW - timedelta(hours=2), "merged_into_ref": "1"}
    fill(store, [ticket(13, StatusCategory.MERGED, **merged)])
    everything = (await desk.report.morning()).flow[0]
    assert (everything.created, everything.closed) == (13, 2)


async def test_the_page_counts_what_its_lists_show(desk):
    page = await desk.report.morning()
    assert page.verdict == "No verdict: tickets were never read."
    assert (page.is_calm, page.since) == (None, datetime(2026, 3, 10, 18, 0, tzinfo=UTC))
    assert page.calendar == "Monday to Friday, 08:00 to 18:00 (no calendar is defined)"
    assert [(one.ticket.number, one.is_emergency, one.is_after_hours) for one in page.night.tickets] == [
        ("T11", True, False),
        ("T10", False, True),
    ]
    [ben] = page.absent
    assert (ben.name, ben.kind, ben.open) == ("Ben", "Sick", 1)
    assert ben.back_at == datetime(2026, 3, 13, tzinfo=UTC)
    assert [one.number for one in ben.uncovered] == ["T6"]
    assert [(one.ticket, one.has_cover) for one in ben.appointments] == [("T5", False)]
    assert [one.number for one in page.black_hole.tickets] == ["T4"]
    assert [one.number for one in page.client_replied.tickets] == ["T2"]
    assert page.attention.count == sum(page.reasons.values()) == 7
    assert [one.number for one in page.attention.tickets][:2] == ["T1", "T2"]
    assert page.next_actors == {NextActor.TECHNICIAN: 4, NextActor.COORDINATOR: 3, NextActor.CALENDAR: 1}
    assert sum(getattr(page.due_times, name) for name in ("late", "soon", "later", "paused", "none")) == 9
    assert [(one.kind, one.ticket) for one in page.upcoming] == [("due", "T10"), ("appointment", "T5")]
    assert [(one.client, one.created, one.closed, one.open) for one in page.flow] == [
        ("", 12, 2, 9),
        ("Acme & Sons", 11, 2, 8),
        ("Globex", 1, 0, 1),
    ]
    assert page.page.numbers.open.count == 9
    figures = {figure.code: (figure.value, figure.goal, figure.verdict) for figure in page.figures}
    assert len(figures) == 13
    assert figures["K27"][1:] == ("<= 20", "met")
    minutes = {figure.code: figure.minutes_outside for figure in page.figures}
    assert (minutes["K19"], minutes["K24"], minutes["K20"]) == (0, 270, None)
    # Until half past twelve nobody had a ticket, in the usual hours from eight on; and nothing is promised.
    assert [one.name for one in page.trends] == [one.name for one in page.figures]
    assert {(len(one.day), len(one.weeks)) for one in page.trends} == {(24, 0)}
    asked = await desk.report.morning(weeks=True)
    assert [(one.day, len(one.weeks)) for one in asked.trends] == [(one.day, 13) for one in page.trends]
    assert {len(line) for line in pages.text(asked).splitlines()} <= set(range(121))
    for one in asked.trends:
        weeks = await desk.kpi.history(one.name)
        assert tuple(each.value for each in weeks) == one.weeks
    assert (page.due_times.by_clock, page.due_times.by_vendor) == (0, 4)


async def test_an_instant_that_is_past_is_shown_as_far_as_history_knows_it(store, desk):
    fill(store, [Part(external_id="1", name="Dock")], connection="stock")
    then = NOW - timedelta(hours=2, minutes=30)
    page = await desk.report.morning(as_of=then)
    assert page.verdict.startswith("2 emergencies that nobody has touched")
    assert {"T1", "T11"} <= {one.number for one in page.attention.tickets}
    assert any("1 tickets ended since without a history" in caveat for caveat in page.caveats)
    assert any("did not know psa yet" in caveat for caveat in page.caveats)  # the stock has no tickets to be late with
    assert (page.page, page.figures, page.alerts) == (None, (), ())
    assert "<script" not in pages.html(page)
    with pytest.raises(SettingsError, match="still to come"):
        await desk.report.morning(as_of=NOW + timedelta(seconds=1))


async def test_a_scope_shows_neither_other_clients_nor_who_is_away(desk):
    page = await desk.report.morning(scope=Scope("psa", companies="c2"))
    assert [one.client for one in page.flow] == ["", "Globex"]
    assert (page.absent, page.night.count, page.upcoming, page.attention.count) == ((), 0, (), 0)


async def test_an_emergency_stays_on_the_page_however_much_came_after_it(desk, store):
    came = {number: NOW - timedelta(hours=8, seconds=number) for number in range(100, 400)}
    fill(store, [ticket(number, StatusCategory.CLOSED, created_at=at, priority=None) for number, at in came.items()])
    emergency = ticket(99, StatusCategory.CLOSED, created_at=NOW - timedelta(hours=15), priority=Priority.P1)
    in_hours = ticket(98, StatusCategory.CLOSED, created_at=NOW - timedelta(hours=6), priority=None)
    fill(store, [emergency, in_hours])
    page = await desk.report.morning()
    assert (page.night.count, len(page.night.tickets)) == (303, NIGHTS)
    assert [(one.ticket.number, one.is_after_hours) for one in page.night.tickets][:4] == [
        ("T11", False),
        ("T99", True),
        ("T100", True),
        ("T101", True),
    ]
    assert "50 of 303, emergencies first" in pages.text(page)
    assert "50 of 303, emergencies first" in pages.html(page)


async def test_what_others_wrote_is_text_on_the_page_and_in_the_terminal(desk):
    page = await desk.report.morning()
    html, text = pages.html(page), pages.text(page)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert "\u202e" not in html + text
    assert "style=" not in html
    assert "onclick" not in html
    assert max(map(len, text.splitlines())) <= 120
    assert "No SLA policy yet" in text


def test_the_mail_needs_a_channel_that_sends_mail():
    channels = {"ops": {"kind": "file", "path": "x"}}
    with pytest.raises(SettingsError, match=r'morning\.mail names "ops", which is no alert channel'):
        parse_settings({"alerts": {"channels": channels}, "morning": {"mail": "ops"}})


async def test_hours_are_those_of_the_calendar_that_was_not_removed(desk, tmp_path):
    def written(name):
        return f'[calendars.{name}]\nzone = "UTC"\nhours = {{ mon-fri = "07:00-15:00" }}\n'

    (tmp_path / "service").mkdir()
    for number, names in enumerate((("office", "plant"), ("plant",))):
        (tmp_path / "service" / "calendars.toml").write_text("".join(map(written, names)))
        await desk.definitions.apply(reason="hours", folder=tmp_path / "service", over=number, remove=True)
    desk.clock.advance(1)
    assert (await desk.report.morning()).calendar == "plant"


async def test_hours_are_those_of_the_calendar_that_the_policies_name_where_there_are_several(desk, tmp_path):
    named = '[sla]\ncalendar = "plant"\n[[sla.policies]]\nname = "everybody"\n'
    hours = '[calendars.{0}]\nzone = "UTC"\nhours = {{ mon-fri = "07:00-15:00" }}\n'
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(named + hours.format("office") + hours.format("plant"))
    await desk.definitions.apply(reason="hours", folder=tmp_path / "service")
    desk.clock.advance(1)
    assert (await desk.report.morning()).calendar == "plant"


async def test_who_has_leave_by_the_rota_is_away_until_their_next_shift_beside_those_of_the_vendor(desk, tmp_path):
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "rota.toml").write_text(
        """
        [calendars.office]
        zone = "UTC"
        hours = { mon-fri = "07:00-15:00" }
        [technicians.ana]
        [shifts.day]
        technicians = ["ana"]
        calendar = "office"
        [leave.ana-1]
        technician = "ana"
        first_day = 2026-03-11
        last_day = 2026-03-12
        reason = "Wedding"
        [leave.ana-2]
        technician = "ana"
        first_day = 2026-03-13
        """
    )
    await desk.definitions.apply(reason="rota", folder=tmp_path / "service", over=0)
    desk.clock.advance(1)
    page = await desk.report.morning()
    found = {one.name: (one.kind, one.back_at, one.open) for one in page.absent}
    assert found == {
        "Ana": ("Wedding", datetime(2026, 3, 16, 7, tzinfo=UTC), 5),
        "Ben": ("Sick", datetime(2026, 3, 13, tzinfo=UTC), 1),
    }
    ana = next(one for one in page.absent if one.name == "Ana")
    assert {"T10", "T3"} <= {one.number for one in ana.uncovered}
    rows = [one.number for one in ana.uncovered]
    assert len(rows) == len(set(rows))
