"""Follow-ups: what came again, what was done at first, and what may be repeat service."""

from dataclasses import replace
from datetime import timedelta

import pytest

from servicedesk_core.domain import AppointmentState, StatusCategory, TicketKind
from servicedesk_core.faces import Period
from servicedesk_core.features.kpi.cases.facts import (
    Rule,
    VisitFact,
)
from servicedesk_core.features.kpi.cases.repeats import pairs, similarity
from servicedesk_core.features.kpi.cases.repeats import repeats as counted
from servicedesk_core.features.kpi.catalogue.flow import sessions
from tests.kpi.given import MARCH, Given, at, entry, ticket


def repeats(tickets, *more):
    return counted(pairs(tickets, *more))


def test_a_follow_up_counts_for_the_latest_visit_before_it():
    one = {"asset": "printer", "issue": "paper"}
    first, second = ticket("A", at(3, 1), at(3, 2), **one), ticket("F1", at(3, 10), at(3, 10, 10), **one)
    third = ticket("F2", at(4, 5), **one)
    assert repeats([first, second, third]) == {("psa", "A"): Rule.SAME_DEVICE, ("psa", "F1"): Rule.SAME_DEVICE}
    assert set(repeats([first, second, third._replace(created_at=at(4, 12))])) == {("psa", "A")}


def test_what_makes_a_follow_up():
    base = ticket("A", at(3, 1), at(3, 2), contact="eva", issue="mail", sub_issue="spam")
    same = {"contact": "eva", "issue": "mail", "sub_issue": "spam"}
    later = at(3, 9)
    for other, rule in (
        (ticket("F", later, **same), Rule.SAME_CONTACT),
        (ticket("F", later, parent="A"), Rule.LINKED),
        (ticket("F", later, problem="A", **same), Rule.LINKED),
        (ticket("F", later, contact="eva", issue="mail"), None),
        (ticket("F", later, kind=TicketKind.ALERT, **same), None),
        (ticket("F", later, category=StatusCategory.MERGED, **same), None),
        (ticket("F", at(3, 1, 12), **same), None),
    ):
        assert repeats([base, other]).get(base.key) == rule, other
    assert repeats([base._replace(reopenings=(at(3, 20),))]) == {base.key: Rule.REOPENED}
    planned = [base._replace(parent="visit"), ticket("F", later, parent="visit", **same)]
    assert repeats(planned) == {}


def test_first_call_is_one_person_in_one_session_for_good():
    person, start = "ana", at(3, 2)
    held = [entry(1, person, start, 20), entry(2, person, start + timedelta(minutes=80), 10)]
    assert sessions(held) == 1
    assert sessions([*held, entry(3, person, start + timedelta(minutes=151), 5)]) == 2

    done = at(3, 2, 12)
    tickets = [
        *(ticket(n, at(3, 1), done) for n in range(6)),
        ticket("alert", at(3, 1), done, kind=TicketKind.ALERT),
        ticket("gone", at(3, 1), done, category=StatusCategory.CANCELLED),
        ticket("own", at(3, 1), done, is_own=True),
    ]
    tickets[4] = tickets[4]._replace(reopenings=(at(3, 8),))
    facts = Given(
        tickets,
        [
            entry("a", "ana", start, 20, "0"),
            entry("b", "ana", start, 20, "1"),
            entry("c", "ben", start, 20, "1"),
            entry("d", "ana", start, 20, "2"),
            entry("e", "ana", start + timedelta(minutes=81), 20, "2"),
            entry("f", "ana", start, 20, "4"),
            entry("g", "ana", start, 20, "5")._replace(start_at=None),
        ],
    )
    found = facts.measured("first-call-resolution")
    assert (found.numerator, found.denominator) == (1, 4)
    assert found.excluded == {
        "no time recorded": 1, "time without its hours": 1, "alert": 1, "cancelled": 1, "our own": 1,
    }  # fmt: skip
    assert found.final_at is None
    soon = Period(MARCH.start, MARCH.end, at(4, 2))
    assert Given(tickets, facts.entries, period=soon).measured("first-call-resolution").final_at == at(4, 8, 0)


def test_a_first_visit_is_a_figure_of_its_own():
    done = at(3, 5)
    visit = VisitFact("psa", "v", ("1",), ("ana",), at(3, 3), at(3, 3, 10), AppointmentState.COMPLETED)
    facts = Given(
        [ticket(1, at(3, 1), done), ticket(2, at(3, 1), done), ticket(3, at(3, 1), done)],
        visits=[visit, replace(visit, id="w", tickets=("2",)), replace(visit, id="x", tickets=("2",))],
    )
    found = facts.measured("first-visit-resolution")
    assert (found.numerator, found.denominator) == (1, 2)


def test_what_may_be_repeat_service_waits_for_somebody_to_say_so_and_what_they_say_holds():
    """What is similar is a candidate only; a pair that was rejected makes room for the one before it."""
    same = {"site": "mill", "issue": "mail"}
    first = ticket("A", at(3, 1), at(3, 2), title="Outlook cannot open shared calendar", **same)
    again = ticket("F", at(3, 9), title="The shared calendar 2 cannot open in Outlook 365", **same)
    assert similarity(first.title, again.title) == 1
    assert similarity("VPN drops", "VPN drops daily") == pytest.approx(2 / 3)
    assert similarity("", "") == 0
    both = (first.key, again.key)

    def told(*tickets, said=None, booked=None):
        found = pairs(tickets, said, booked)
        return [(one.first.id, one.follow_up.id, one.standing.value, one.counts) for one in found]

    assert told(first, again) == [("A", "F", "candidate", False)]
    assert repeats([first, again]) == {}
    assert told(first, again, said={both: True}) == [("A", "F", "confirmed", True)]
    assert told(first, again, said={both: False}) == [("A", "F", "rejected", False)]
    assert told(first, again._replace(site="quay")) == []
    assert told(first, again._replace(title="Shared drive is full")) == []
    assert told(first, again._replace(site="quay"), said={both: True}) == [("A", "F", "confirmed", True)]
    assert told(first, again, booked={again.key: at(3, 2)}) == []  # planned before the first was done

    one = {"asset": "printer", "issue": "paper"}
    older, newer = ticket("A", at(3, 1), at(3, 2), **one), ticket("B", at(3, 3), at(3, 4), **one)
    later = ticket("F", at(3, 9), **one)
    assert told(older, newer, later)[1:] == [("B", "F", "counted", True)]
    assert told(older, newer, later, said={(newer.key, later.key): False})[1:] == [
        ("B", "F", "rejected", False), ("A", "F", "counted", True),
    ]  # fmt: skip
    back = older._replace(reopenings=(at(3, 20),))
    assert told(back, said={(back.key, back.key): False}) == [("A", "A", "rejected", False)]
