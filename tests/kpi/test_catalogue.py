"""Figures over a period: numbers that were worked out by hand, goals with their comparison, and what is left out."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from servicedesk_core.domain import AppointmentState, StatusCategory, TicketKind
from servicedesk_core.faces import Goal, Period, Verdict
from servicedesk_core.features.kpi.cases.books import Account, Books
from servicedesk_core.features.kpi.cases.facts import (
    AssetFact,
    ClientFact,
    ClockFact,
    Hours,
    TechnicianFact,
    TrainedFact,
    VisitFact,
    Work,
)
from servicedesk_core.features.kpi.cases.work import work_of
from servicedesk_core.features.kpi.now.coordinator import OpenDesk
from servicedesk_core.features.sla import Clock, Outcome
from tests.kpi.given import MARCH, NAMED, Given, at, entry, ticket


def test_hours_for_clients_by_hours_available():
    """40 hours in the week, 8 of them a holiday, 27.2 billable."""
    week = Period(at(3, 2, 0), at(3, 9, 0), at(3, 20))
    open_s = {date(2026, 3, day): 8 * 3600 for day in (2, 3, 4, 5)}
    days = [entry(day, "ana", at(3, day), 6.8 * 60, f"T{day}") for day in (2, 3, 4, 5)]
    more = [
        entry("g", "ana", at(3, 2, 16), 60, "T2", Work.GOODWILL),
        entry("t", "ana", at(3, 2, 18), 60, "T2", Work.TRAVEL),
        entry("i", "ana", at(3, 3, 18), 60, None, Work.INTERNAL),
    ]
    facts = Given(
        entries=[*days, *more],
        technicians=[TechnicianFact("psa", "ana", "Ana"), TechnicianFact("psa", "boss", "Boss")],
        open_s=lambda day: open_s.get(day, 0),
        period=week,
    )
    found = facts.measured("utilisation")
    assert (found.numerator, found.denominator, found.value) == (27.2 * 3600, 32 * 3600, 85)
    assert facts.verdict("utilisation") == "met"
    night = entry("n", "ana", at(3, 2, 22), 60, "1")._replace(hours=Hours.AFTER)
    late = replace(facts, entries=[*facts.entries, night]).measured("utilisation")
    assert (late.numerator, late.excluded) == (found.numerator, found.excluded | {"after hours": 1})
    assert facts.measured("resource-utilisation").numerator == 28.2 * 3600
    assert {name: one.numerator / 3600 for name, one in facts.measured("hours").by("work").items()} == {
        "contract": 27.2, "goodwill": 1, "travel": 1, "internal": 1,
    }  # fmt: skip

    absent = replace(facts, entries=[one for one in facts.entries if one.day != date(2026, 3, 5)])
    found = absent.measured("utilisation")
    assert (found.denominator, found.excluded) == (24 * 3600, {"not entered": 1})  # and not 0 % of a day
    assert absent.measured("not-entered").value == 25
    ill = replace(absent, away_s={(("psa", "ana"), date(2026, 3, 5)): 24 * 3600})
    assert ill.measured("utilisation").excluded == {}
    assert replace(facts, open_s=None).measured("utilisation").needs.startswith("shifts")
    assert replace(facts, has=False).measured("hours").needs == "time entries; nothing of that was synced"


def test_tickets_worked_by_technician_and_day():
    """74 tickets in 9 days; a day off is none of them."""
    period = Period(at(3, 2, 0), at(3, 14, 0), at(3, 20))
    counts = dict(zip((2, 3, 4, 5, 6, 9, 10, 11, 12), (8, 8, 8, 8, 8, 8, 8, 9, 9), strict=True))
    entries = [
        entry(f"{day}-{n}", "ana", at(3, day), 10, f"{day}-{n // 2 if n >= count * 2 else n}")
        for day, count in counts.items()
        for n in range(count)
    ]
    facts = Given(
        entries=[*entries, entry("again", "ana", at(3, 2, 15), 10, "2-0")],
        technicians=[TechnicianFact("psa", "ana", "Ana")],
        open_s=lambda day: 8 * 3600 if day.weekday() < 5 else 0,
        away_s={(("psa", "ana"), date(2026, 3, 13)): 8 * 3600},
        period=period,
    )
    found = facts.measured("tickets-per-day")
    assert (found.numerator, found.denominator, round(float(found.value), 2)) == (74, 9, 8.22)
    assert facts.verdict("tickets-per-day") == "met"


@pytest.mark.parametrize(("hours", "value", "verdict"), [(118, 0.236, "met"), (130, 0.26, "missed")])
def test_reactive_hours_per_endpoint_and_month(hours, value, verdict):
    assets = [AssetFact("psa", f"a{n}", None, True, None, None) for n in range(490)]
    assets += [AssetFact("psa", f"n{n}", None, True, at(3, 15), None) for n in range(20)]  # half of them in the mean
    worked = ((hours * 60, "incident", Work.CONTRACT), (600, "service_request", Work.CONTRACT),
              (600, "incident", Work.PROJECT))  # fmt: skip
    facts = Given(  # of tickets that were resolved long ago too
        entries=[
            entry(kind, "ana", at(3, 2), minutes, "T", work)._replace(of={"type": kind})
            for minutes, kind, work in worked
        ],
        assets=assets,
    )
    found = facts.measured("rhem")
    assert (float(found.value), found.denominator) == (pytest.approx(value), 500)
    assert facts.verdict("rhem") == verdict


def test_volume_backlog_and_time():
    tickets = [
        ticket(1, at(3, 1), at(3, 2)),
        ticket(2, at(2, 1), at(3, 10), of={"client": "Mill"}),
        ticket(3, at(3, 30), at(4, 10), of={"client": "Mill"}),
        ticket(4, at(2, 1)),
        ticket(5, at(3, 20), at(3, 21), reopenings=(at(3, 25),), is_open=True, of={"client": "Quay"}),
        ticket(6, at(3, 1), is_open=False),
        ticket(7, at(3, 5), at(3, 4)),
        ticket(8, at(3, 5), at(3, 6), is_merged=True),
        ticket(9, at(3, 5), is_gone=True),
    ]
    facts = Given(tickets)
    assert facts.measured("created").excluded == {"merged": 1, "deleted": 1}
    assert facts.measured("created").value == 5
    assert facts.measured("resolved").value == 4
    backlog = facts.measured("backlog")
    ages = {name: one.value for name, one in backlog.by("age").items() if name}
    assert ages == {"0-1 days": 1, "over 10 days": 2}
    assert backlog.value == 3
    assert backlog.excluded["done, and nobody said when"] == 1
    assert facts.measured("kill-rate").value == 80
    times = facts.measured("time-to-resolve")
    assert (times.sample, times.excluded["resolved before it was created"]) == (3, 1)
    assert times.spread["median"] == 24
    assert facts.measured("reopen-rate").value == 25
    assert {name: float(one.value) for name, one in facts.measured("reopen-rate").by("client").items()} == {
        "": 0, "Mill": 0, "Quay": 100,
    }  # fmt: skip


def test_time_that_does_not_agree_with_the_log():
    done = at(3, 2, 12)
    tickets = [ticket(n, at(3, 1), done) for n in range(5)]
    tickets[0] = tickets[0]._replace(reported_resolved_at=done + timedelta(minutes=6))
    facts = Given(
        tickets,
        [
            entry("a", "ana", done, 10, "1"),
            entry("b", "ana", at(2, 28), 10, "2"),
            entry("c", "ana", at(3, 2), 10, "3")._replace(created_at=at(3, 4)),
            entry("d", "ben", at(3, 2), 10, "4"),
        ],
    )
    found = facts.measured("log-mismatch")
    assert (found.numerator, found.denominator) == (4, 5)
    assert set(found.by("rule")) == {""}
    assert len(found.by("mismatch")) == 5
    assert (facts.measured("real-time-entry").value) == 75


def test_failures_of_a_model_are_shown_from_five_devices_on():
    assets = [AssetFact("psa", f"p{n}", "Acme P1", True, None, None) for n in range(5)]
    facts = Given(
        [ticket(1, at(3, 1), asset="p0"), ticket(2, at(3, 1), asset="q"), ticket(3, at(3, 1))],
        assets=[*assets, AssetFact("psa", "q", "Rare", True, None, None)],
    )
    found = facts.measured("failures-per-model")
    assert (float(found.by("model")["Acme P1"].value), found.excluded) == (0.2, {"less than 5 units": 1})


def test_appointments_travel_and_what_came_of_problems():
    visit = VisitFact("psa", "v", (), (), at(3, 3), at(3, 3, 10), AppointmentState.COMPLETED, is_onsite=True)
    facts = Given(
        [ticket(1, at(3, 1), problem="P"), ticket(2, at(3, 1), problem="P"), ticket(3, at(3, 1), problem="Q")],
        [entry("t", "ana", at(3, 3), 40, None, Work.TRAVEL)],
        visits=[visit, replace(visit, id="w", state=AppointmentState.CANCELLED)],
    )
    assert facts.measured("job-completion").value == 50
    assert float(facts.measured("average-travel").value) == 40
    assert float(facts.measured("incidents-per-problem").value) == 1.5
    assert facts.measured("reactive-share").value == 100


def test_promises_of_a_month():
    """Of a hundred tickets 98, 95 and 91 clocks were met, and 89 tickets kept every one."""
    missed = {Clock.TRIAGE: range(2), Clock.ENGAGEMENT: range(2, 7), Clock.COMPLETION: range(2, 11)}
    clocks = [
        ClockFact(("psa", str(n)), clock, Outcome.MISSED if n in late else Outcome.MET, True, at(3, 9), at(3, 9))
        for clock, late in missed.items()
        for n in range(100)
    ]
    clocks += [ClockFact(("psa", "x"), clock, Outcome.EXEMPT, True, None, at(3, 9)) for clock in missed]
    clocks += [ClockFact(("psa", "y"), clock, Outcome.MET, True, at(4, 9), at(4, 9)) for clock in missed]
    facts = Given([ticket(n, at(3, 1), at(3, 9)) for n in range(100)], clocks=clocks)
    names = ("sla-triage", "sla-engagement", "sla-completion", "sla-compliance")
    assert [(facts.measured(one).value, facts.verdict(one)) for one in names] == [
        (98, "met"), (95, "missed"), (91, "met"), (89, "missed"),
    ]  # fmt: skip
    assert facts.measured("sla-compliance").excluded == {"exempt": 1}
    assert replace(facts, has_clocks=False).measured("sla-triage").needs.startswith("clocks")


def test_response_times_of_emergencies_and_of_all_others():
    urgent = {"of": {"priority": "P1"}}
    tickets = [
        ticket(n, at(3, 2), first_response_at=at(3, 2) + timedelta(minutes=minutes), **urgent)
        for n, minutes in enumerate((30, 95, 210))
    ]
    facts = Given([*tickets, ticket("slow", at(3, 2), first_response_at=at(3, 3))])
    found = facts.measured("response-emergency")
    assert (round(float(found.value), 2), facts.verdict("response-emergency"), found.sample) == (1.86, "met", 3)
    assert (facts.measured("response-standard").value, facts.verdict("response-standard")) == (24, "missed")


def test_what_time_was_for():
    plain = {"on_task": False, "on_ticket": True, "has_contract": False, "contract_kind": None, "is_billable": True}
    for given, work in (
        ({}, Work.TIME_AND_MATERIALS),
        ({"is_billable": False}, Work.UNBILLED),
        ({"has_contract": True, "is_billable": False}, Work.CONTRACT),
        ({"has_contract": True, "contract_kind": "time_and_materials"}, Work.TIME_AND_MATERIALS),
        ({"on_task": True}, Work.PROJECT),
        ({"on_ticket": False}, Work.INTERNAL),
    ):
        assert work_of(None, **plain | given) is work
    assert work_of(Work.TRAVEL, **plain) is Work.TRAVEL


def test_every_figure_of_nothing_at_all_is_no_data_or_none():
    for name, kpi in NAMED.items():
        nothing = Given(has=False, has_clocks=False) if kpi.over == "period" else OpenDesk(at(4, 1), at(4, 1), ())
        found = kpi.measure.of(nothing) if hasattr(kpi.measure, "of") else kpi.measure(None, MARCH)
        assert found.value in {None, 0}, name
        assert found.denominator is None or found.verdict(Goal.of(">= 0")) is Verdict.NO_DATA, name


def test_a_day_that_is_not_over_is_neither_worked_nor_missed():
    facts = Given(
        entries=[entry(1, "ana", at(3, 2), 480), entry(2, "ana", at(3, 4), 60)],
        technicians=[TechnicianFact("psa", "ana", "Ana")],
        open_s=lambda _: 8 * 3600,
        period=Period(at(3, 2, 0), at(3, 9, 0), at(3, 4, 11)),
    )
    assert (facts.measured("not-entered").numerator, facts.measured("not-entered").denominator) == (1, 2)
    assert facts.measured("utilisation").value == 100


def test_a_margin_leaves_out_clients_of_whom_a_part_is_unknown_and_is_exact_to_the_cent():
    def account(client, revenue, cost, labour=0, **known):
        return Account(client, {"client": client, "type": "incident"}, "psa", revenue, cost, labour, **known)

    books = Books(
        (
            account("A", 324000, 110400, 98400),
            account("B", 10010, 6006),
            account("C", 5000, 1, is_revenue_known=False),
            account("D", 5000, 1, 1, is_cost_known=False),
        ),
        Decimal("0.01"),
    )
    done = [ticket(n, at(3, 1), at(3, 2), of={"client": client}) for n, client in enumerate("AAAABD")]
    facts = Given(done, books=books)
    found = facts.measured("service-margin").by("client")
    assert (round(float(found["A"].value), 2), found["B"].value, found["C"].value) == (65.93, 40, None)
    assert facts.verdict("service-margin") == "met"
    assert facts.measured("service-margin").excluded == {
        "a part of the client's revenue is not known": 1, "a part of the client's cost is not known": 1,
    }  # fmt: skip
    each = facts.measured("cost-per-ticket")
    assert (each.value, each.by("client")["A"].value, each.denominator) == (Fraction(984, 5), 246, 5)
    assert replace(facts, books="whole months").measured("service-margin").needs == "whole months"


def test_clients_who_stay_and_people_who_hold_what_their_job_takes():
    """50 clients at the beginning, 2 lost: 96 %."""
    year = (date(2025, 1, 1), date(2025, 12, 31))
    stayed = [ClientFact("psa", str(n), (year, (date(2026, 1, 1), date.max))) for n in range(48)]
    lost = [ClientFact("psa", f"l{n}", ((date.min, date(2026, 3, 30)),)) for n in range(2)]
    new = ClientFact("psa", "new", ((date(2026, 3, 2), date.max),))
    people = (
        TrainedFact("ana", "engineer", ()), TrainedFact("ben", "engineer", ("CCNA",)), TrainedFact("cho", None, ())
    )  # fmt: skip
    facts = Given(clients=[*stayed, *lost, new], trained=people)
    found = facts.measured("client-retention")
    assert (found.value, found.numerator, found.denominator) == (96, 48, 50)
    trained = facts.measured("training")
    assert (trained.value, trained.excluded) == (50, {"without a job role": 1})
    assert replace(facts, is_whole=False).measured("training").needs.startswith("the whole desk")


def test_the_lag_of_each_stage_in_open_hours_beside_who_was_there():
    hours = [(Clock.TRIAGE, 10), (Clock.ENGAGEMENT, 13), (Clock.COMPLETION, 13)]
    clocks = [
        ClockFact(("psa", "1"), clock, Outcome.MET, True, at(3, 2, hour), at(3, 2, hour)) for clock, hour in hours
    ]
    facts = Given([ticket(1, at(3, 2, 9), at(3, 2, 13), assignee="ana", of={"technician": "Ana"})], clocks=clocks)
    assert facts.measured("stage-lag").needs.startswith("a calendar")
    facts.open_between_s = lambda start, end: (end - start) // timedelta(seconds=2)  # half of it is open
    facts.hours = Hours.AFTER
    found = facts.measured("stage-lag")
    stages = {name: float(one.value) for name, one in found.by("stage").items()}
    assert stages == {"until triaged": 0.5, "until begun": 1.5, "until done": 0}
    assert found.by("shift").keys() == {"owner off shift"}
    assert found.by("on-shift").keys() == {"2 on shift"}


def test_preventive_maintenance_is_what_was_done_by_its_due_time():
    planned = {"kind": TicketKind.RECURRING, "due_at": at(3, 20)}
    done = [ticket(number, at(3, 1), at(3, 19), **planned) for number in range(38)]
    late = [ticket("late", at(3, 1), at(3, 21), **planned), ticket("open", at(3, 1), **planned)]
    found = Given([*done, *late, ticket("next", at(3, 1), kind=TicketKind.RECURRING, due_at=at(4, 20))])
    assert (found.measured("preventive-maintenance").value, found.verdict("preventive-maintenance")) == (95, "met")
    gone = late[0]._replace(category=StatusCategory.CANCELLED)
    assert Given([*done, gone, late[1]]).measured("preventive-maintenance").denominator == 39
    assert Given().measured("preventive-maintenance").needs.startswith("recurring tickets")


def test_time_of_one_technician_that_overlaps_does_not_agree_with_the_log():
    work = [entry("a", "ana", at(3, 2, 9), 60, "1"), entry("b", "ana", at(3, 2, 9, 30), 60, "2")]
    apart = [entry("c", "ana", at(3, 2, 10, 30), 30, "3"), entry("d", "ben", at(3, 2, 9), 60, "3")]
    facts = Given([ticket(n, at(3, 2, 8), at(3, 2, 12)) for n in (1, 2, 3)], [*work, *apart])
    found = facts.measured("log-mismatch")
    assert (found.numerator, found.denominator) == (2, 3)
    assert {one.of["mismatch"] for one in found.cases} == {"time that overlaps other time of the technician", None}
