"""Who has to act next, and what somebody has to look at: each rule once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain import Priority, QueueKind, StatusCategory
from servicedesk_core.features.attention.model import NextActor, Promised, Reason, Standing, Visit
from servicedesk_core.features.attention.rules import HORIZON, PATIENCE, RULES, is_snoozed, next_actor, reason_of
from servicedesk_core.features.sla import Clock

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
C, R = StatusCategory, Reason


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def soon(**span: float) -> datetime:
    return NOW + timedelta(**span)


WORKED = Standing(
    created_at=ago(days=5), category=C.IN_PROGRESS, priority=Priority.P3, is_assigned=True, desk_at=ago(hours=1)
)
"""An ordinary ticket: somebody has it and works on it, and nothing is promised."""

LOOKED_AFTER = soon(days=2) - timedelta(hours=1)

CASES = {
    "somebody works on it": (WORKED, "undated", NextActor.TECHNICIAN, LOOKED_AFTER, None),
    "it is due": (replace(WORKED, sla_due_at=soon(days=1)), "promised", NextActor.TECHNICIAN, soon(days=1), None),
    "the earlier due time counts": (
        replace(WORKED, sla_due_at=soon(days=1), due_at=soon(hours=9)),
        "promised", NextActor.TECHNICIAN, soon(hours=9), None,
    ),
    "it is due within the horizon": (
        replace(WORKED, sla_due_at=NOW + HORIZON), "promised", NextActor.TECHNICIAN, NOW + HORIZON, R.DUE_SOON,
    ),
    "it is late": (
        replace(WORKED, due_at=ago(minutes=1)), "promised", NextActor.TECHNICIAN, ago(minutes=1), R.LATE,
    ),
    "it is urgent and late": (
        replace(WORKED, due_at=ago(minutes=1), priority=Priority.P2),
        "promised", NextActor.TECHNICIAN, ago(minutes=1), R.LATE_URGENT,
    ),
    "the client was promised to hear": (
        replace(WORKED, client_due_at=soon(hours=9), due_at=soon(days=1)),
        "awaited", NextActor.TECHNICIAN, soon(hours=9), None,
    ),
    "a promise to the client was broken": (
        replace(WORKED, client_due_at=ago(hours=1), snoozed_until=soon(days=1)),
        "awaited", NextActor.TECHNICIAN, ago(hours=1), R.PROMISE_BROKEN,
    ),
    "it is put off": (
        replace(WORKED, snoozed_until=soon(days=3)), "snoozed", NextActor.CALENDAR, soon(days=3), None,
    ),
    "it is put off, and late": (
        replace(WORKED, snoozed_until=soon(days=3), due_at=ago(minutes=1)),
        "promised", NextActor.TECHNICIAN, ago(minutes=1), R.LATE,
    ),
    "an emergency that nobody of the desk has touched": (
        Standing(created_at=ago(hours=1), category=C.NEW, priority=Priority.P1, sla_due_at=ago(minutes=30)),
        "new", NextActor.COORDINATOR, ago(minutes=30), R.EMERGENCY,
    ),
    "an emergency that somebody works on": (
        replace(WORKED, priority=Priority.P1), "undated", NextActor.TECHNICIAN, LOOKED_AFTER, None,
    ),
    "the client wrote last": (
        replace(WORKED, client_at=ago(minutes=5)), "replied", NextActor.TECHNICIAN, ago(minutes=5), R.CLIENT_REPLIED,
    ),
    "the client wrote last while it waits for the client": (
        replace(WORKED, category=C.WAITING_CUSTOMER, client_at=ago(minutes=5)),
        "replied", NextActor.TECHNICIAN, ago(minutes=5), R.CLIENT_REPLIED,
    ),
    "the client wrote, and was answered": (
        replace(WORKED, client_at=ago(hours=2)), "undated", NextActor.TECHNICIAN, LOOKED_AFTER, None,
    ),
    "the client wrote about a ticket of nobody": (
        Standing(category=C.TRIAGED, client_at=ago(hours=3)),
        "replied", NextActor.COORDINATOR, ago(hours=3), R.CLIENT_REPLIED,
    ),
    "the client wrote, and the technician is away": (
        replace(WORKED, client_at=ago(minutes=5), back_at=soon(days=3)),
        "replied", NextActor.COORDINATOR, ago(minutes=5), R.CLIENT_REPLIED,
    ),
    "its part is promised": (
        replace(WORKED, category=C.WAITING_PARTS, desk_at=ago(days=9), part_at=soon(days=4)),
        "ordered", NextActor.VENDOR, soon(days=4), None,
    ),
    "its part should have been here": (
        replace(WORKED, category=C.WAITING_PARTS, part_at=ago(hours=1)),
        "ordered", NextActor.COORDINATOR, ago(hours=1), R.WAITING_TOO_LONG,
    ),
    "its part is promised, and it waits for somebody else": (
        replace(WORKED, category=C.WAITING_CUSTOMER, part_at=ago(hours=1)),
        "waiting", NextActor.CLIENT, LOOKED_AFTER, None,
    ),
    "it is new": (
        Standing(created_at=ago(hours=1), category=C.NEW), "new", NextActor.COORDINATOR, ago(hours=1), None,
    ),
    "it is new in a queue of alerts": (
        Standing(created_at=ago(hours=1), category=C.NEW, queue_kind=QueueKind.ALERT),
        "watched", NextActor.TECHNICIAN, ago(hours=1), None,
    ),
    "nobody has it": (
        replace(WORKED, is_assigned=False, due_at=soon(days=3)),
        "promised", NextActor.COORDINATOR, soon(days=3), R.UNASSIGNED,
    ),
    "nobody has it, and nothing is promised": (
        replace(WORKED, is_assigned=False, desk_at=ago(days=9)),
        "undated", NextActor.COORDINATOR, ago(days=7), R.UNASSIGNED,
    ),
    "its technician is away when it is due": (
        replace(WORKED, due_at=soon(days=1), back_at=soon(days=2)),
        "promised", NextActor.COORDINATOR, soon(days=1), R.NO_COVER,
    ),
    "its technician is there again when it is due": (
        replace(WORKED, due_at=soon(days=3), back_at=soon(days=2)),
        "promised", NextActor.TECHNICIAN, soon(days=3), None,
    ),
    "its technician works here no more": (
        replace(WORKED, due_at=soon(days=30), is_left=True),
        "promised", NextActor.COORDINATOR, soon(days=30), R.NO_COVER,
    ),
    "an appointment is booked": (
        replace(WORKED, category=C.SCHEDULED, visit=Visit(soon(hours=22))),
        "booked", NextActor.CALENDAR, soon(hours=22), None,
    ),
    "its appointment is under way": (
        replace(WORKED, category=C.SCHEDULED, visit=Visit(ago(hours=1), soon(hours=1))),
        "booked", NextActor.TECHNICIAN, soon(hours=1), None,
    ),
    "it needs an appointment": (
        replace(WORKED, category=C.NEEDS_SCHEDULING), "unscheduled", NextActor.COORDINATOR, ago(hours=1), R.UNSCHEDULED,
    ),
    "its appointment is over": (
        replace(WORKED, category=C.SCHEDULED), "unscheduled", NextActor.COORDINATOR, ago(hours=1), R.UNSCHEDULED,
    ),
    "it is parked": (
        replace(WORKED, category=C.ON_HOLD, due_at=soon(hours=2)), "parked", NextActor.CALENDAR, soon(hours=2), None,
    ),
    "it was parked until a date that has passed": (
        replace(WORKED, category=C.ON_HOLD, due_at=ago(hours=2)),
        "parked", NextActor.COORDINATOR, ago(hours=2), R.HOLD_OVER,
    ),
    "it is parked for ever": (replace(WORKED, category=C.ON_HOLD), "parked", None, None, R.BLACK_HOLE),
    "the client is waited for, and the agreement stands still": (
        replace(WORKED, category=C.WAITING_CUSTOMER, sla_due_at=ago(hours=1)),
        "waiting", NextActor.CLIENT, LOOKED_AFTER, None,
    ),
    "an approval is waited for": (
        replace(WORKED, category=C.WAITING_APPROVAL), "waiting", NextActor.CLIENT, LOOKED_AFTER, None,
    ),
    "parts are waited for": (
        replace(WORKED, category=C.WAITING_PARTS), "waiting", NextActor.VENDOR, LOOKED_AFTER, None,
    ),
    "two days of waiting are not too long": (
        replace(WORKED, category=C.WAITING_VENDOR, desk_at=NOW - PATIENCE), "waiting", NextActor.VENDOR, NOW, None,
    ),
    "it has waited for too long": (
        replace(WORKED, category=C.WAITING_VENDOR, desk_at=ago(hours=49)),
        "waiting", NextActor.COORDINATOR, ago(hours=1), R.WAITING_TOO_LONG,
    ),
    "nothing is promised, and nothing happens": (
        replace(WORKED, desk_at=ago(hours=49)), "undated", None, None, R.BLACK_HOLE,
    ),
    "what a workflow does is no activity": (
        replace(WORKED, desk_at=ago(hours=49), remote_at=NOW), "undated", None, None, R.BLACK_HOLE,
    ),
    "where no act is known, what the vendor tells counts": (
        replace(WORKED, desk_at=None, remote_at=ago(hours=1)), "undated", NextActor.TECHNICIAN, LOOKED_AFTER, None,
    ),
    "by our own clock it is late, though not by the vendor's": (
        replace(WORKED, sla_due_at=soon(days=1), promised=Promised(Clock.COMPLETION, ago(hours=1))),
        "promised", NextActor.TECHNICIAN, ago(hours=1), R.LATE,
    ),
    "by the vendor's due time it is late, though not by our own clock": (
        replace(WORKED, sla_due_at=ago(days=1), due_at=ago(days=2), promised=Promised(Clock.COMPLETION, soon(days=1))),
        "promised", NextActor.TECHNICIAN, soon(days=1), None,
    ),
    "all that we promised was kept": (
        replace(WORKED, sla_due_at=ago(days=1), promised=Promised()),
        "undated", NextActor.TECHNICIAN, LOOKED_AFTER, None,
    ),
    "our own clock runs on while it is parked": (
        replace(WORKED, category=C.ON_HOLD, due_at=soon(days=9), promised=Promised(Clock.ENGAGEMENT, ago(hours=1))),
        "parked", NextActor.CALENDAR, soon(days=9), R.LATE,
    ),
    "its status says that the client replied, and no note tells when": (
        replace(WORKED, category=C.CUSTOMER_REPLIED, client_at=None, remote_at=ago(minutes=5)),
        "replied", NextActor.TECHNICIAN, ago(minutes=5), R.CLIENT_REPLIED,
    ),
    "its status has no meaning": (replace(WORKED, category=None), "meaningless", None, None, R.BLACK_HOLE),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_first_rule_that_fits_decides_who_acts_next_and_the_gravest_reason_is_told(case):
    ticket, rule, actor, at, reason = CASES[case]
    decision = next_actor(ticket, NOW)
    assert (decision.rule, decision.actor, decision.at) == (rule, actor, at)
    assert reason_of(ticket, decision, NOW) is reason


@pytest.mark.parametrize(
    ("beside", "is_put_off"),
    [
        ({}, True),
        ({"client_due_at": soon(hours=9)}, True),
        ({"client_due_at": soon(hours=3)}, False),
        ({"client_due_at": ago(hours=3)}, False),
        ({"due_at": soon(hours=3)}, False),
        ({"client_at": ago(minutes=5)}, False),
        ({"client_at": ago(minutes=5), "desk_at": ago(minutes=1)}, True),
        ({"category": C.CUSTOMER_REPLIED}, False),
    ],
)
def test_what_is_put_off_comes_back_for_a_due_time_a_promise_and_an_answer_that_is_owed(beside, is_put_off):
    assert is_snoozed(replace(WORKED, snoozed_until=soon(days=3), **beside), NOW) is is_put_off


def test_every_rule_and_every_reason_has_a_case():
    assert {rule for _, rule, *_ in CASES.values()} == {rule.name for rule in RULES}
    assert {reason for *_, reason in CASES.values()} == {None, *Reason}


def test_who_acts_next_is_told_as_a_sentence():
    assert {next_actor(ticket, NOW).why[-1] for ticket, *_ in CASES.values()} == {"."}
    away = replace(WORKED, due_at=soon(days=1), back_at=soon(days=2))
    assert next_actor(away, NOW).why == "A due time is set, and its technician is away."


INSTANTS = st.none() | st.integers(-20_000, 20_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
TICKETS = st.builds(
    Standing,
    created_at=st.integers(0, 20_000).map(lambda minutes: ago(minutes=minutes)),
    category=st.sampled_from([None, *(one for one in C if one.is_open)]),
    priority=st.sampled_from([None, *Priority]),
    queue_kind=st.sampled_from([None, *QueueKind]),
    is_assigned=st.booleans(),
    is_left=st.booleans(),
    visit=st.none() | st.builds(Visit, INSTANTS.filter(bool), INSTANTS),
    promised=st.none() | st.builds(Promised, st.sampled_from(Clock), INSTANTS, st.booleans()),
    **dict.fromkeys(("back_at", "due_at", "sla_due_at", "client_at", "desk_at", "remote_at"), INSTANTS),
)


@given(ticket=TICKETS)
def test_every_open_ticket_has_exactly_one_who_acts_next_and_a_date_or_is_in_the_black_hole(ticket):
    decision = next_actor(ticket, NOW)
    reason = reason_of(ticket, decision, NOW)
    assert decision.rule == next(rule.name for rule in RULES if rule.answer(ticket, NOW) is not None)
    assert (decision.actor is None) is (decision.at is None)
    if decision.actor is None:  # who is not told of the black hole is told of something that is worse
        assert reason is not None
        assert reason.rank <= R.BLACK_HOLE.rank
    else:
        assert decision.actor in NextActor
        assert reason is not R.BLACK_HOLE
