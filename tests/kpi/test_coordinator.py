"""A desk of twenty-two tickets, and everything that a coordinator is told of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from servicedesk_core.domain import QueueKind, StatusCategory
from servicedesk_core.features.attention import Standing, Visit
from servicedesk_core.features.kpi.catalogue.now import KPIS, Now
from servicedesk_core.features.kpi.goals import COACH, wanted
from servicedesk_core.features.kpi.now import coordinator
from servicedesk_core.features.kpi.now.coordinator import OpenDesk, OpenTicket
from servicedesk_core.features.sla import Calendar, Clock

NOW = datetime(2026, 3, 11, 10, tzinfo=ZoneInfo("America/New_York"))
OFFICE = Calendar(name="office", zone="America/New_York", hours={"mon-fri": "08:00-18:00"})
SOON = OFFICE.add(NOW, timedelta(hours=4))

# What it is called, status, queue, technician, next promise with hours until it is due, and more.
ROWS = (
    ("T01", "new", "helpdesk", None, "triage", -0.5),
    ("T02", "new", "helpdesk", None, "triage", 0.25),
    ("T03", "new", "alert", None, "triage", -3),
    ("T04", "new", "helpdesk", None, "triage", 6),
    ("T05", "triaged", "helpdesk", "ana", "engagement", -26),
    ("T06", "triaged", "helpdesk", "ana", "engagement", 1),
    ("T07", "triaged", "helpdesk", None, "engagement", 2),
    ("T08", "in_progress", "helpdesk", "ana", "completion", 3.5, {"estimated": 1.0, "worked": 1.5}),
    ("T09", "in_progress", "helpdesk", "ben", "completion", 30, {"estimated": 2.0, "worked": 4.5}),
    ("T10", "in_progress", "helpdesk", "ben", "completion", -1, {"worked": 3.0}),
    ("T11", "waiting_customer", "helpdesk", "ben", "completion", None, {"acted": -49}),
    ("T12", "waiting_customer", "helpdesk", "ana", "completion", None, {"acted": -48}),
    ("T13", "waiting_vendor", "helpdesk", "ana", None, None, {"acted": -100}),
    ("T14", "on_hold", "helpdesk", "ben", "completion", None, {"due": -2}),
    ("T15", "on_hold", "helpdesk", "ben", "completion", None, {"due": 20}),
    ("T16", "on_hold", "helpdesk", "ana", "completion", None),
    ("T17", "needs_scheduling", "helpdesk", "ana", "completion", 40),
    ("T18", "scheduled", "helpdesk", "ben", "completion", 50),
    ("T19", "scheduled", "helpdesk", "ben", "completion", 50, {"visit": 22}),
    ("T20", "triaged", "noc", None, "engagement", 10),
)  # fmt: skip
NAMED = {kpi.code: kpi for kpi in KPIS}


def hours(number):
    return None if number is None else NOW + timedelta(hours=number)


def seconds(number):
    return None if number is None else round(number * 3600)


def ticket(name, category, queue, technician, clock, due, more=None):  # noqa: PLR0917  # a row of the table
    said = {"acted": -1} | (more or {})
    standing = Standing(
        created_at=hours(-200),
        category=StatusCategory(category),
        queue_kind=QueueKind(queue),
        is_assigned=technician is not None,
        due_at=hours(said.get("due")),
        desk_at=hours(said["acted"]),
        visit=Visit(hours(said["visit"])) if "visit" in said else None,
    )
    return OpenTicket(
        record=name,
        standing=standing,
        technician=technician,
        clock=clock and Clock(clock),
        due_at=hours(due),
        estimated_s=seconds(said.get("estimated")),
        worked_s=seconds(said.get("worked")),
    )


DESK = OpenDesk(NOW, SOON, [ticket(*row) for row in ROWS])


def told(code):
    """Return the records behind a figure, its value, its verdict, and what was left out."""
    kpi = NAMED[code]
    assert isinstance(kpi.measure, Now)
    found = kpi.measure.of(DESK)
    [goal] = wanted(kpi, [COACH])
    records = {one.record for one in found.cases if not one.excluded}
    left_out = {one.record for one in found.cases if one.excluded}
    return records, float(found.value), found.verdict(goal.goal).value, left_out


def test_every_figure_of_the_desk():
    assert (len(DESK.tickets), SOON) == (20, NOW + timedelta(hours=4))
    assert told("K19") == ({"T01", "T02", "T04"}, 3, "met", set())
    assert told("K20") == ({"T01", "T03", "T05", "T10"}, 4, "missed", set())
    assert told("K20a") == ({"T02"}, 1, "met", set())
    assert told("K20b") == ({"T06", "T07"}, 2, "met", set())
    assert told("K20c") == ({"T08"}, 1, "met", set())
    assert told("K21") == ({"T11", "T13"}, 2, "met", set())
    assert told("K22") == ({"T14"}, 1, "met", {"T16"})
    assert told("K23") == ({"T17", "T18"}, 2, "met", set())
    assert told("K24") == ({"T07"}, 1, "missed", set())
    assert told("K25") == ({"T08", "T09"}, 2.25, "missed", {"T10"})
    assert told("K26a") == ({"ana"}, 1, "met", set())
    assert told("K26b") == ({"T05"}, 1, "met", set())
    assert told("K27") == ({"ana", "ben"}, 7, "met", set())


def test_what_each_can_begin_in_the_order_to_take_it():
    lists = {name: [one.record for one in several] for (_, name), several in coordinator.ready(DESK).items()}
    assert lists == {"ana": ["T05", "T06", "T08"], "ben": ["T10", "T09"]}
    counts = {one.record: one.numerator for one in coordinator.open_each(DESK)}
    assert counts == {"ana": 7, "ben": 7}


def test_what_a_client_answered_and_a_visit_within_the_hour_can_be_begun():
    rows = (
        ("A", "customer_replied", "helpdesk", "ana", "completion", 3),
        ("B", "scheduled", "helpdesk", "ana", "completion", 4, {"visit": 1}),
        ("C", "scheduled", "helpdesk", "ana", "completion", 5, {"visit": 1.1}),
        ("D", "triaged", "helpdesk", "ana", "completion", 6, {"visit": -0.5}),
        ("E", "triaged", "helpdesk", "ana", "completion", 7, {"visit": 2}),
    )
    [found] = coordinator.ready(OpenDesk(NOW, SOON, [ticket(*row) for row in rows])).values()
    assert [one.record for one in found] == ["A", "B", "D"]


def test_what_another_technician_works_on_now_cannot_be_begun():
    busy = [one._replace(is_taken=one.record in {"T06", "T09"}) for one in DESK.tickets]
    lists = {
        name: [one.record for one in several]
        for (_, name), several in coordinator.ready(OpenDesk(NOW, SOON, busy)).items()
    }
    assert lists == {"ana": ["T05", "T08"], "ben": ["T10"]}


def test_a_team_takes_its_tickets_from_one_list():
    pulled = [
        one._replace(queue=one.standing.queue_kind, of={"queue": str(one.standing.queue_kind)}) for one in DESK.tickets
    ]
    desk = OpenDesk(NOW, SOON, pulled)
    lists = {name: [one.record for one in several] for (_, name), several in coordinator.ready(desk).items()}
    assert lists == {"helpdesk": ["T05", "T10", "T06", "T07", "T08", "T09"], "alert": [], "noc": ["T20"]}
    assert [(one.record, one.of) for one in coordinator.not_kept_up(desk)] == [("helpdesk", {"queue": "helpdesk"})]


def test_who_has_nothing_to_begin_keeps_up_only_while_nobody_waits():
    idle = OpenDesk(NOW, SOON, [one for one in DESK.tickets if one.record in {"T13", "T07"}])
    assert [one.record for one in coordinator.not_kept_up(idle)] == ["ana"]
    without = OpenDesk(NOW, SOON, [one for one in idle.tickets if one.record != "T07"])
    assert list(coordinator.not_kept_up(without)) == []


def test_two_technicians_of_one_name_are_two():
    several = [
        OpenTicket(f"T{number}", Standing(is_assigned=True), who, of={"technician": "Kim Lee"}, connection=connection)
        for number, (connection, who) in enumerate([("a", "1"), ("a", "1"), ("a", "2"), ("b", "1")])
    ]
    desk = OpenDesk(NOW, SOON, several)
    told = [(one.record, one.connection, one.numerator) for one in coordinator.open_each(desk)]
    assert told == [("Kim Lee", "a", 2), ("Kim Lee", "a", 1), ("Kim Lee", "b", 1)]
    assert len(coordinator.ready(desk)) == 3


def test_without_clocks_there_is_no_verdict_about_them():
    bare = OpenDesk(NOW, SOON, [OpenTicket("T", Standing(category=StatusCategory.NEW))])
    assert NAMED["K20"].measure.of(bare).needs.startswith("clocks")
