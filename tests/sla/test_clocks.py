"""Clocks of tickets whose due times were worked out by hand."""

from datetime import timedelta

import pytest

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.sla import Clock, ClockState, Outcome, Targets, next_due
from tests.sla.office import (
    CALENDARS,
    COMPLETION,
    ENGAGEMENT,
    OFFICE,
    REOPENED,
    TARGETS,
    TRIAGE,
    at,
    completion,
    created,
    event,
    hours,
    judged,
    policies,
    status,
)


def test_a_new_ticket_is_due_by_its_priority_within_the_hours_of_the_office():
    found = judged([created("03-02 16:30")], "03-02 16:31")
    assert {clock: one.due_at for (clock, _), one in found.items()} == {
        Clock.TRIAGE: at("03-02 17:30"),
        Clock.ENGAGEMENT: at("03-03 10:30"),
        Clock.COMPLETION: at("03-05 10:30"),
    }
    assert {one.outcome for one in found.values()} == {Outcome.OPEN}


def test_waiting_for_the_client_stops_the_clock_and_moves_its_due_time():
    waiting = [
        created("03-03 09:00", "P2"),
        status("03-03 11:00", "waiting_customer"),
    ]
    paused = completion(waiting, "03-03 12:00")
    assert (paused.state, paused.due_at, paused.remaining) == (ClockState.PAUSED, None, hours(6))
    resumed = [*waiting, status("03-04 10:00", "in_progress")]
    assert completion(resumed, "03-04 10:01").due_at == at("03-04 16:00")
    done = completion([*resumed, status("03-04 15:30", "resolved")], "03-05 09:00")
    assert (done.outcome, done.elapsed, done.stopped_at) == (Outcome.MET, hours(7.5), at("03-04 15:30"))


def test_a_pause_over_a_weekend_moves_it_by_open_time_only():
    events = [created("03-06 15:00", "P2"), status("03-06 17:00", "waiting_customer")]
    assert completion(events[:1], "03-06 16:00").due_at == at("03-09 13:00")
    assert completion(events, "03-08 12:00").elapsed == hours(2)
    events.append(status("03-09 09:00", "in_progress"))
    assert completion(events, "03-09 09:00").due_at == at("03-09 15:00")


RAISED = [
    created("03-03 09:00"),
    status("03-03 10:00", "waiting_customer"),
    status("03-03 12:00", "in_progress"),
    event("03-03 13:00", "priority_changed", priority="P1"),
]


def test_a_raised_priority_counts_from_the_beginning_and_keeps_the_pause():
    found = completion(RAISED, "03-03 13:30")
    assert (found.due_at, found.calendar, found.outcome) == (at("03-03 15:00"), "always", Outcome.OPEN)
    assert found.used_share == pytest.approx(2.5 / 4)
    assert [(one.target, one.elapsed, one.breached_at) for one in found.superseded] == [(hours(24), hours(2), None)]


def test_shares_of_a_raised_target_are_used_at_instants_that_respect_the_pause():
    marks = {"03-03 13:00": 0.5, "03-03 14:00": 0.75, "03-03 14:36": 0.9, "03-03 15:00": 1}
    assert {when: completion(RAISED, when).used_share for when in marks} == marks


def test_where_a_policy_is_not_retroactive_the_target_counts_from_the_change():
    found = completion(RAISED, "03-03 13:30", under=policies(retroactive=False))
    assert (found.started_at, found.due_at) == (at("03-03 13:00"), at("03-03 17:00"))


def test_a_target_that_was_used_up_before_it_was_promised_is_missed_since_the_promise():
    events = [created("03-03 09:00"), event("03-03 15:00", "priority_changed", priority="P1")]
    found = completion(events, "03-03 15:01")
    assert (found.due_at, found.breached_at, found.outcome) == (at("03-03 13:00"), at("03-03 15:00"), Outcome.MISSED)


def test_a_lowered_priority_counts_from_the_beginning_in_its_own_hours():
    lowered = event("03-03 10:30", "priority_changed", priority="P3")
    assert completion([created("03-03 09:00", "P1"), lowered], "03-03 11:00").due_at == at("03-05 13:00")


@pytest.mark.parametrize(("counts", "outcome"), [(True, Outcome.MISSED), (False, Outcome.OPEN)])
def test_lowering_a_priority_hides_no_breach_and_the_policy_says_whether_it_counts(counts, outcome):
    events = [created("03-03 09:00", "P1"), event("03-03 14:00", "priority_changed", priority="P3")]
    found = completion(events, "03-03 15:00", under=policies(counts_superseded=counts))
    (before,) = found.superseded
    assert (before.breached_at, before.elapsed / before.target) == (at("03-03 13:00"), 1.25)
    assert found.outcome is outcome
    assert found.breached_at == (at("03-03 13:00") if counts else None)


def test_a_ticket_that_is_created_at_night_is_due_after_the_next_opening():
    assert judged([created("03-07 10:00")], "03-07 11:00")[TRIAGE].due_at == at("03-09 09:00")


def test_a_pause_that_is_learned_of_late_takes_a_breach_back():
    known = [created("03-03 09:00", "P2")]
    before = completion(known, "03-03 17:30")
    assert (before.breached_at, before.outcome) == (at("03-03 17:00"), Outcome.MISSED)
    late = [status("03-03 14:00", "waiting_customer"), status("03-03 16:00", "in_progress")]
    after = completion([*known, *late], "03-03 17:30")
    assert (after.elapsed, after.due_at, after.breached_at) == (hours(6.5), at("03-04 09:00"), None)


def test_a_reopened_ticket_goes_on_and_the_time_in_between_counts_like_a_pause():
    found = completion(REOPENED, "03-03 09:00")
    assert (found.state, found.due_at, found.stopped_at) == (ClockState.RUNNING, at("03-03 13:00"), None)


def test_a_policy_can_begin_anew_when_a_ticket_is_reopened():
    found = judged(REOPENED, "03-03 09:00", under=policies(reopen="restart"))
    assert found[Clock.COMPLETION, 2].due_at == at("03-03 17:00")
    assert found[Clock.COMPLETION, 1].outcome is Outcome.MET
    assert (Clock.TRIAGE, 2) not in found


def test_a_policy_can_let_the_first_resolution_stand():
    found = judged([*REOPENED, status("03-09 09:00", "resolved")], "03-09 10:00", under=policies(reopen="keep_first"))
    assert found[COMPLETION].stopped_at == at("03-02 13:00")
    assert (Clock.COMPLETION, 2) not in found


@pytest.mark.parametrize(
    ("again", "cycles"), [("03-09 13:00", 1), ("03-09 13:01", 2)], ids=["at the end of the window", "after it"]
)
def test_five_working_days_after_its_resolution_a_ticket_begins_anew(again, cycles):
    events = [*REOPENED[:2], status(again, "in_progress")]
    assert sum(clock is Clock.COMPLETION for clock, _ in judged(events, "03-09 14:00")) == cycles


def test_a_closed_ticket_always_begins_anew_and_an_agreement_may_know_no_window():
    events = [*REOPENED[:2], status("03-02 14:00", "closed"), REOPENED[2]]
    assert judged(events, "03-03 09:00")[Clock.COMPLETION, 2].due_at == at("03-03 17:00")
    later = [*REOPENED[:2], status("08-03 09:00", "in_progress")]
    assert len(judged(later, "08-03 09:00", under=policies(reopen_days=None))) == 3


def test_every_later_milestone_reaches_the_earlier_ones_too():
    events = [created("03-03 10:00"), status("03-03 10:10", "in_progress")]
    found = judged(events, "03-03 12:00")
    assert [found[clock].stopped_at for clock in (TRIAGE, ENGAGEMENT)] == [at("03-03 10:10")] * 2
    resolved = judged([events[0], status("03-03 10:20", "resolved")], "03-03 12:00")
    assert {one.stopped_at for one in resolved.values()} == {at("03-03 10:20")}


def test_triage_needs_a_priority_a_category_and_a_queue_unless_the_policy_asks_for_less():
    moved = [created("03-03 09:00"), status("03-03 09:10", "triaged", category="Network")]
    assert judged(moved, "03-03 09:30")[TRIAGE].state is ClockState.RUNNING
    placed = [*moved, event("03-03 09:20", "queue_changed", queue_ref="8")]
    assert judged(placed, "03-03 09:30")[TRIAGE].stopped_at == at("03-03 09:20")
    less = policies(triaged_with=("priority",))
    assert judged(moved, "03-03 09:30", under=less)[TRIAGE].stopped_at == at("03-03 09:10")


@pytest.mark.parametrize("actor", ["customer", "system", "integration"])
@pytest.mark.parametrize(
    "act",
    [
        ("tech_note_public", {}),
        ("time_entry", {}),
        ("appointment_booked", {}),
        ("status_changed", {"status_category": "in_progress", "category": "Network", "queue_ref": "8"}),
    ],
    ids=lambda act: act[0],
)
def test_only_a_technician_does_what_is_promised(actor, act):
    kind, after = act
    found = judged([created("03-03 09:00"), event("03-03 09:10", kind, actor=actor, **after)], "03-03 09:30")
    assert [found[clock].state for clock in (TRIAGE, ENGAGEMENT)] == [ClockState.RUNNING] * 2
    engaged = judged([created("03-03 09:00"), event("03-03 09:10", kind, **after)], "03-03 09:30")
    assert engaged[ENGAGEMENT].stopped_at == at("03-03 09:10")


def test_the_clients_answer_ends_the_pause_and_fulfils_nothing():
    events = [
        created("03-03 09:00", "P2"),
        status("03-03 09:30", "waiting_customer"),
        status("03-03 10:00", "in_progress", actor="customer"),
    ]
    found = judged(events, "03-03 10:30")[ENGAGEMENT]
    assert (found.state, found.elapsed, found.due_at) == (ClockState.RUNNING, hours(1), at("03-03 11:30"))


def test_a_status_that_says_that_the_client_replied_ends_the_pause_and_fulfils_nothing_whoever_set_it():
    replied = status("03-02 14:00", "customer_replied", actor=None)
    known = {"category": "mail", "queue_ref": "1"}
    new = judged([created("03-02 09:00", "P2"), replied], "03-02 15:00", known=known)
    assert (new[TRIAGE].state, new[ENGAGEMENT].state) == ("running", "running")
    waited = [created("03-02 09:00", "P2"), status("03-02 10:00", "waiting_customer", actor=None), replied]
    found = judged(waited, "03-02 15:00", known=known)
    assert (found[COMPLETION].state, found[COMPLETION].elapsed) == ("running", hours(2))
    assert found[ENGAGEMENT].state == "running"


def test_a_ticket_that_the_client_resolves_counts_for_nobody_unless_it_was_late():
    events = [created("03-03 09:00", "P2"), status("03-03 10:00", "resolved", actor="customer")]
    found = judged(events, "03-03 12:00")
    assert (found[TRIAGE].outcome, found[COMPLETION].outcome) == (Outcome.MISSED, Outcome.EXEMPT)
    assert (found[COMPLETION].state, found[COMPLETION].reason) == (ClockState.WITHDRAWN, "resolved by the client")


def test_what_counts_as_work_is_the_policys_to_say():
    events = [created("03-03 09:00"), event("03-03 09:10", "appointment_booked"), event("03-03 09:20", "time_entry")]
    assert judged(events, "03-03 12:00")[ENGAGEMENT].stopped_at == at("03-03 09:10")
    only_time = policies(engaged_by=("time_entry",))
    assert judged(events, "03-03 12:00", under=only_time)[ENGAGEMENT].stopped_at == at("03-03 09:20")


def test_engagement_can_begin_with_triage():
    events = [created("03-03 09:00"), status("03-03 10:00", "triaged", category="Network", queue_ref="8")]
    under = policies(engagement_from="triage")
    before = judged(events[:1], "03-03 09:30", under=under)[ENGAGEMENT]
    assert (before.state, before.outcome, before.started_at, before.due_at) == (
        ClockState.PENDING,
        Outcome.OPEN,
        None,
        None,
    )
    after = judged(events, "03-03 10:30", under=under)[ENGAGEMENT]
    assert (after.started_at, after.due_at) == (at("03-03 10:00"), at("03-03 14:00"))


def test_a_stopped_clock_pays_no_heed_to_what_comes_later():
    done = [created("03-03 09:00", "P2"), status("03-03 10:00", "resolved")]
    later = [event("03-03 11:00", "priority_changed", priority="P1"), status("03-03 12:00", "closed")]
    assert completion([*done, *later], "03-09 09:00") == completion(done, "03-09 09:00")


def test_exactly_the_target_is_met_and_one_microsecond_more_is_not():
    start = created("03-02 09:00", "P2")
    on_time = completion([start, status("03-02 17:00", "resolved")], "03-09 09:00")
    too_late = completion([start, status(at("03-02 17:00") + timedelta(microseconds=1), "resolved")], "03-09 09:00")
    assert (on_time.outcome, on_time.remaining) == (Outcome.MET, timedelta())
    assert (too_late.outcome, too_late.breached_at) == (Outcome.MISSED, at("03-02 17:00"))


def test_a_target_that_ends_at_closing_time_is_not_missed_overnight():
    events = [created("03-02 10:00", "P2")]
    evening = completion(events, "03-02 20:00")
    assert (evening.due_at, evening.outcome) == (at("03-02 18:00"), Outcome.OPEN)
    assert completion(events, "03-03 08:01").breached_at == at("03-02 18:00")
    assert completion([*events, status("03-03 07:00", "resolved")], "03-03 09:00").outcome is Outcome.MET


def test_a_clock_that_was_late_before_a_pause_stays_late():
    events = [created("03-03 09:00", "P2"), status("03-03 17:30", "waiting_customer")]
    found = completion(events, "03-04 12:00")
    assert (found.state, found.outcome, found.due_at) == (ClockState.PAUSED, Outcome.MISSED, at("03-03 17:00"))


def test_a_clock_without_a_target_is_not_applicable_and_so_it_becomes_when_the_target_goes():
    only_p1 = {"P1": TARGETS["P1"].model_dump(), "P2": {"completion": hours(8)}}
    under = policies(targets=only_p1, otherwise=Targets())
    assert (
        judged([created("03-03 09:00", "P4")], "03-09 09:00", under=under)[COMPLETION].outcome is Outcome.NOT_APPLICABLE
    )
    events = [created("03-03 09:00", "P1"), event("03-03 09:10", "priority_changed", priority="P2")]
    found = judged(events, "03-03 10:00", under=under)
    assert [found[clock].outcome for clock in (TRIAGE, ENGAGEMENT, COMPLETION)] == [
        Outcome.NOT_APPLICABLE,
        Outcome.NOT_APPLICABLE,
        Outcome.OPEN,
    ]


def test_a_clock_is_at_risk_from_a_share_of_its_target_on_until_it_is_decided():
    events = [created("03-02 15:00", "P2")]
    marks = {at("03-03 09:00"): 0.5, at("03-03 11:00"): 0.75, at("03-03 12:12"): 0.9, at("03-03 13:00"): 1}
    assert {when: completion(events, when).used_share for when in marks} == marks
    assert [completion(events, when).is_at_risk for when in marks] == [False, True, True, True]
    assert not completion(events, "03-03 13:01").is_at_risk


def test_the_next_clock_is_the_first_promise_that_is_not_kept_yet_though_a_later_one_is_due_earlier():
    tight = policies(targets={}, otherwise=Targets(triage=hours(4), completion=hours(1)))
    new = created("03-03 09:00")
    assert next_due(judged([new], "03-03 09:30", under=tight).values()).clock is Clock.TRIAGE
    engaged = [new, status("03-03 09:10", "in_progress")]
    assert next_due(judged(engaged, "03-03 09:30", under=tight).values()).clock is Clock.COMPLETION
    waits = [*engaged, status("03-03 09:20", "waiting_customer")]
    assert next_due(judged(waits, "03-03 09:30", under=tight).values()) is None


def test_the_intervals_lead_to_the_elapsed_time_and_say_who_had_it():
    events = [
        created("03-03 09:00", "P2", queue_ref="triage"),
        event("03-03 10:00", "assigned", assignee_ref="ana"),
        status("03-03 11:00", "waiting_customer"),
        status("03-03 13:00", "in_progress", queue_ref="network"),
    ]
    found = completion(events, "03-03 14:00")
    told = [(one.queue_ref, one.assignee_ref, one.status, one.counted, one.used) for one in found.intervals]
    assert told == [
        ("triage", None, "new", True, hours(1)),
        ("triage", "ana", "new", True, hours(1)),
        ("triage", "ana", "waiting_customer", False, timedelta()),
        ("network", "ana", "in_progress", True, hours(1)),
    ]
    assert sum((one.used for one in found.intervals), timedelta()) == found.elapsed
    assert [one.end for one in found.intervals[:-1]] == [one.start for one in found.intervals[1:]]


def test_handing_a_ticket_on_changes_no_clock():
    events = [created("03-03 09:00"), status("03-03 12:00", "resolved")]
    moves = [
        event("03-03 10:00", "assigned", actor="system", assignee_ref="bo"),
        event("03-03 11:00", "queue_changed", actor="system", queue_ref="9"),
    ]
    for clock, alone in judged(events, "03-04 09:00").items():
        moved = judged(events + moves, "03-04 09:00")[clock]
        assert (moved.elapsed, moved.due_at, moved.outcome) == (alone.elapsed, alone.due_at, alone.outcome)
        assert moved.superseded == ()


def test_who_ended_a_clock_is_told():
    events = [created("03-03 09:00"), event("03-03 09:10", "time_entry").model_copy(update={"actor_ref": "ana"})]
    assert judged(events, "03-03 10:00")[ENGAGEMENT].stopped_by == "ana"


def test_a_pause_in_a_status_that_only_some_agreements_know():
    events = [created("03-03 09:00", "P2"), status("03-03 10:00", "waiting_vendor")]
    assert completion(events, "03-03 11:00").state is ClockState.RUNNING
    generous = policies(pauses={"waiting_vendor": ["completion"]})
    assert completion(events, "03-03 11:00", under=generous).state is ClockState.PAUSED


SUMMER = OFFICE.model_copy(update={"hours": {"mon-fri": "08:00-12:00"}, "effective_from": at("03-03 10:00")})


def test_other_hours_hold_for_open_clocks_and_change_nothing_that_was_decided():
    calendars = (*CALENDARS, SUMMER)
    still_open = completion([created("03-03 09:00", "P2")], "03-03 11:00", calendars=calendars)
    assert (still_open.due_at, still_open.calendar_since) == (at("03-05 09:00"), at("03-03 10:00"))
    assert still_open.superseded == ()
    late = completion([created("03-02 08:00", "P2")], "03-03 11:00", calendars=calendars)
    assert (late.breached_at, late.outcome, late.calendar_since) == (at("03-02 16:00"), Outcome.MISSED, None)
    assert late.elapsed == hours(13)
    done = [created("03-02 09:00", "P2"), status("03-03 09:30", "resolved")]
    assert completion(done, "03-09 09:00", calendars=calendars) == completion(done, "03-09 09:00")


def test_time_before_a_version_of_the_calendar_is_counted_by_the_one_before_it():
    nights = OFFICE.model_copy(update={"hours": {"mon-fri": "00:00-24:00"}, "effective_from": at("03-04 12:00")})
    under = policies(targets={}, otherwise=Targets(completion=hours(20)))
    for now, used in (("03-04 11:00", 13), ("03-04 12:00", 14), ("03-04 13:00", 15)):
        found = completion([created("03-03 08:00")], now, under=under, calendars=(OFFICE, nights))
        assert (found.elapsed, found.outcome, found.due_at) == (hours(used), Outcome.OPEN, at("03-04 18:00"))
    late = completion([created("03-03 08:00")], "03-04 19:00", under=under, calendars=(OFFICE, nights))
    assert (late.breached_at, late.calendar_since) == (at("03-04 18:00"), at("03-04 12:00"))


def test_versions_of_a_calendar_that_say_the_same_change_no_clock():
    versions = [
        *CALENDARS,
        *(OFFICE.model_copy(update={"effective_from": at(f"03-0{day} 11:30")}) for day in (3, 4, 7)),
    ]
    for now in ("03-03 11:00", "03-04 12:00", "03-05 10:31", "03-09 09:00"):
        alone, together = (
            completion([created("03-03 09:00", "P2")], now, calendars=calendars) for calendars in (CALENDARS, versions)
        )
        assert together._replace(calendar_since=None) == alone


def test_a_calendar_in_another_zone_from_a_day_on():
    moved = Calendar(
        name="office", zone="Europe/Paris", hours={"mon-fri": "08:00-18:00"}, effective_from=at("03-03 10:00")
    )
    found = completion([created("03-03 09:00", "P2")], "03-03 11:00", calendars=(*CALENDARS, moved))
    # 09:00 in New York is 15:00 in Paris: three hours are left of that day.
    assert found.due_at == at("03-04 07:00")
