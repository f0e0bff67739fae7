"""Who takes a ticket: gates, scores and ties. Worked out without a store."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain import QueueKind
from servicedesk_core.features.assign.rules import OUT, Candidate, Demand, Limits, Part, Refused, rank
from servicedesk_core.features.skills import Certification, Skill

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
X = {"X": Certification()}
ENDED = {"firewall": Skill(level=3, valid_to=date(2026, 3, 1)), "networking": Skill(level=2)}
DEMAND = Demand(
    skills={"firewall": 3, "networking": 2},
    certifications=("X",),
    is_onsite=True,
    work=HOUR,
    due_at=NOW + 120 * MINUTE,
)


def who(name, firewall=3, net=2, starts=0, committed=0.0, travel=30, continuity=0.0, **more):  # noqa: PLR0917  # a row of the table
    skills = {"firewall": Skill(level=firewall), "networking": Skill(level=net)}
    known = {"certifications": X, "left": 6 * HOUR} | more
    starts_at = None if starts is None else NOW + starts * MINUTE
    travel = None if travel is None else travel * MINUTE
    return Candidate(
        name,
        name,
        skills=skills,
        starts_at=starts_at,
        load=committed / 6,
        travel=travel,
        continuity=continuity,
        **known,
    )


TABLE = (
    who("ana", 4, 3, 30, 4.0, 20, 1.0),
    who("ben", 3, 2, 0, 1.5, 45, 0.0),
    who("cho", 5, 5, 0, 0.0, 10, 0.5, certifications={}),
    who("dee", 2, 4, 0, 0.0, 5, 0.5),
    who("eli", 3, 3, 150, 1.0, 15, 0.5),
)


def test_the_worked_table():
    found = rank(DEMAND, TABLE, Limits(), NOW)
    assert [(one.who.id, str(one.score)) for one in found.ranked] == [("ben", "77.50"), ("ana", "74.33")]
    ana = [str(found.ranked[1].parts[part]) for part in Part]
    assert ana == ["36.00", "15.00", "6.67", "6.67", "10.00"]
    assert [str(found.ranked[0].parts[part]) for part in Part] == ["40.00", "20.00", "15.00", "2.50", "0.00"]
    assert {one.who.id: one.reasons for one in found.refused} == {
        "cho": ("not certified: X",),
        "dee": ("firewall 3 (has 2)",),
        "eli": ("cannot begin before it is due",),
    }
    assert not found.is_certain  # ahead by 3.17 alone
    assert not found.is_at_risk


@pytest.mark.parametrize(
    ("changed", "demand", "reason"),
    [
        ({"is_active": False}, {}, "works here no more"),
        ({"queues": (QueueKind.NOC,)}, {"queue_kind": QueueKind.HELPDESK}, "does not work helpdesk queues"),
        ({"skills": ENDED}, {}, "firewall ended on 2026-03-01"),
        ({"certifications": {"X": Certification(valid_to=date(2026, 3, 1))}}, {}, "X ends on 2026-03-01"),
        ({"certifications": {"X": Certification(valid_from=date(2026, 3, 3))}}, {}, "X begins on 2026-03-03"),
        ({"is_out": True}, {}, "is out"),
        ({"left": 59 * MINUTE, "starts_at": None}, {}, "59 min of shift left"),
        ({"open_tickets": 20}, {}, "has 20 open tickets"),
        ({}, {"excluded": frozenset({"one"})}, "excluded by the client"),
        ({"territories": ("north",)}, {"territory": "south"}, "does not go to south"),
        ({}, {"languages": ("de",)}, "does not speak de"),
    ],
)  # fmt: skip
def test_a_gate_refuses_and_says_why(changed, demand, reason):
    found = rank(
        replace(DEMAND, **demand), [replace(who("one"), **changed), who("two", languages=("de",))], Limits(), NOW
    )
    assert {one.who.id: one.reasons for one in found.refused} == {"one": (reason,)}
    assert [one.who.id for one in found.ranked] == ["two"]


def test_a_certification_must_be_valid_when_the_work_begins_and_not_only_now():
    ends = {"X": Certification(valid_to=date(2026, 3, 2))}
    demand = replace(DEMAND, due_at=NOW + 48 * HOUR)
    found = rank(demand, [who("one", starts=24 * 60, certifications=ends)], Limits(), NOW)
    assert found.refused[0].reasons == ("X ends on 2026-03-02",)
    assert rank(demand, [who("one", certifications=ends)], Limits(), NOW).ranked


def test_where_nobody_can_begin_in_time_that_refuses_nobody_and_is_told():
    found = rank(replace(DEMAND, due_at=NOW - HOUR), TABLE, Limits(), NOW)
    assert found.is_at_risk
    assert {one.who.id for one in found.ranked} == {"ana", "ben", "eli"}
    nobody = rank(DEMAND, [], Limits(), NOW)
    assert (nobody.is_at_risk, nobody.ranked, nobody.is_certain) == (False, (), False)


def test_without_a_known_way_travel_counts_for_nobody():
    found = rank(DEMAND, [who("ana", travel=None), who("ben")], Limits(), NOW)
    assert found.left_out == {Part.TRAVEL: "travel does not count: no way is known for ana"}
    assert set(found.ranked[0].parts) == {*Part} - {Part.TRAVEL}
    assert str(found.ranked[0].score) == "88.89"  # 40 + 20 + 20 of 90
    remote = rank(replace(DEMAND, is_onsite=False), [who("ana", travel=None)], Limits(), NOW)
    assert not remote.left_out
    assert remote.ranked[0].parts[Part.TRAVEL] == 10


def test_ties_go_to_whoever_was_given_a_ticket_longest_ago():
    several = [
        who("ana", assigned_at=NOW - HOUR),
        who("ben", assigned_at=NOW - 2 * HOUR),
        who("cho"),
        who("dee", assigned_at=NOW - 2 * HOUR),
    ]
    found = rank(DEMAND, several, Limits(), NOW)
    assert [one.who.id for one in found.ranked] == ["cho", "ben", "dee", "ana"]
    assert found.is_certain  # the tie rule decides


PEOPLE = st.lists(
    st.builds(
        who,
        st.sampled_from("abcdefgh"),
        st.integers(1, 5),
        st.integers(1, 5),
        st.none() | st.integers(0, 200),
        st.floats(0, 12),
        st.none() | st.integers(0, 120),
        st.sampled_from([0.0, 0.5, 1.0]),
        assigned_at=st.none() | st.just(NOW - HOUR),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(PEOPLE, st.randoms())
def test_the_same_input_gives_the_same_answer_in_whatever_order_it_comes(people, random):
    shuffled = [*people]
    random.shuffle(shuffled)
    assert rank(DEMAND, shuffled, Limits(), NOW) == rank(DEMAND, people, Limits(), NOW)


@given(PEOPLE, st.floats(0, 5))
def test_more_load_never_raises_a_score(people, more):
    before = rank(DEMAND, people, Limits(), NOW)
    if not before.ranked:
        return
    first = before.ranked[0]
    busier = [replace(one, load=one.load + more) if one == first.who else one for one in people]
    after = {one.who.id: one.score for one in rank(DEMAND, busier, Limits(), NOW).ranked}
    assert after[first.who.id] <= first.score
    assert all(Decimal(0) <= score <= 100 for score in after.values())


def test_who_is_out_is_told_to_those_who_may_know():
    one = Refused(Candidate(id="t1", name="ana", is_out=True), (OUT, "has 20 open tickets"))
    assert one.said(tells_absences=True) == (OUT, "has 20 open tickets")
    assert one.said(tells_absences=False) == ("is not free", "has 20 open tickets")
    found = rank(Demand(), [one.who], Limits(), NOW)
    assert found.refused[0].reasons[0] == OUT
    (rests,) = rank(Demand(), [Candidate(id="t1", name="ana", rests_until=NOW)], Limits(), NOW).refused
    assert rests.said(tells_absences=True) == (f"rests until {NOW:%Y-%m-%d %H:%M} after work at night",)
    assert rests.said(tells_absences=False) == ("is not free",)
