"""Which promise holds for which ticket, and when."""

import pytest
from pydantic import ValidationError

from servicedesk_core.features.sla import Clock, Conditions, Evaluator, Outcome, Policy, PolicySet, Targets
from tests.sla.office import ALWAYS, CALENDARS, OFFICE, STANDARD, at, completion, created, event, hours, judged, status


def policy(name, target, **more):
    return Policy(name=name, otherwise=Targets(completion=hours(target)), **more)


def versions(*policies, **more):
    return (PolicySet(policies=policies, calendar="office", **more),)


NORTH = policy("north", 2, when=Conditions(region=("north", "north-east")))
GOLD = policy("gold", 3, when=Conditions(customer_tier=("gold",), priority=("P1", "P2")))
REST = policy("rest", 8)
BY_REGION = versions(NORTH, GOLD, REST)


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"region": "north"}, "north"),
        ({"region": "north-east", "customer_tier": "gold"}, "north"),
        ({"region": "south", "customer_tier": "gold"}, "gold"),
        ({"customer_tier": "gold", "priority": "P3"}, "rest"),
        ({}, "rest"),
    ],
)
def test_the_first_policy_whose_conditions_all_hold_is_the_tickets(known, name):
    new = event("03-03 09:00", "created", status_category="new", priority=known.get("priority", "P2"))
    assert completion([new], "03-03 09:30", under=BY_REGION, known=known).policy == name


def test_every_field_that_an_event_states_can_be_a_condition():
    asked = Conditions(
        company=("7",),
        contract=("8",),
        site=("9",),
        queue=("1",),
        kind=("incident",),
        category=("Network",),
        source=("mail",),
    )
    told = {"company_ref": "7", "contract_ref": "8", "site_ref": "9", "queue_ref": "1"}
    told |= {"kind": "incident", "category": "Network", "source": "mail"}
    under = versions(policy("all", 1, when=asked), REST)
    assert completion([created("03-03 09:00", **told)], "03-03 09:30", under=under).policy == "all"
    for name in told:
        other = told | {name: "other"}
        assert completion([created("03-03 09:00", **other)], "03-03 09:30", under=under).policy == "rest"


def test_our_own_tickets_are_promised_nothing():
    under = versions(Policy(name="own", when=Conditions(company=("0",))), REST)
    found = judged([created("03-03 09:00", company_ref="0")], "03-09 09:00", under=under)
    assert {one.outcome for one in found.values()} == {Outcome.NOT_APPLICABLE}
    assert {one.policy for one in found.values()} == {"own"}


def test_a_move_to_another_client_brings_its_policy_from_the_beginning():
    under = versions(policy("seven", 2, when=Conditions(company=("7",))), REST)
    moved = event("03-03 10:00", company_ref="7")
    found = completion([created("03-03 09:00", company_ref="6"), moved], "03-03 10:30", under=under)
    assert (found.policy, found.due_at) == ("seven", at("03-03 11:00"))


LATER = PolicySet(policies=(policy("strict", 1),), calendar="office", effective_from=at("03-03 12:00"))


def test_a_ticket_keeps_the_policies_that_were_in_force_when_it_was_created():
    both = (*versions(REST), LATER)
    for when, name, since in (("03-03 11:59", "rest", None), ("03-03 12:00", "strict", at("03-03 12:00"))):
        found = completion([created(when)], "03-03 12:30", under=both)
        assert (found.policy, found.policy_since) == (name, since)
    raised = [created("03-03 11:59"), event("03-03 13:00", "priority_changed", priority="P1")]
    assert completion(raised, "03-03 14:00", under=both).policy == "rest"


def test_a_version_that_is_applied_again_holds_for_open_clocks_and_not_for_decided_ones():
    both = (*versions(REST), LATER.model_copy(update={"reapply": True}))
    still_open = completion([created("03-03 11:30")], "03-03 12:15", under=both)
    assert (still_open.policy, still_open.due_at) == ("strict", at("03-03 12:30"))
    assert [(one.policy, one.target, one.until) for one in still_open.superseded] == [
        ("rest", hours(8), at("03-03 12:00"))
    ]
    done = [created("03-03 09:00"), status("03-03 11:00", "resolved")]
    assert completion(done, "03-03 12:30", under=both).policy == "rest"


def test_a_ticket_that_is_opened_again_for_good_comes_under_the_policies_of_that_day():
    events = [created("03-02 09:00"), status("03-02 10:00", "closed"), status("03-04 09:00", "in_progress")]
    found = judged(events, "03-04 09:30", under=(*versions(REST), LATER))
    assert [found[Clock.COMPLETION, cycle].policy for cycle in (1, 2)] == ["rest", "strict"]


def test_before_the_first_version_nothing_was_promised():
    found = completion([created("03-03 09:00")], "03-09 12:00", under=(LATER,))
    assert (found.outcome, found.policy, found.due_at) == (Outcome.NOT_APPLICABLE, None, None)


def test_after_policies_are_removed_nothing_is_promised_until_the_next_ones_come():
    judge = Evaluator((*versions(REST), LATER), CALENDARS, [at("03-03 10:00"), at("03-03 14:00")])
    for when, name in (
        ("03-03 09:59", "rest"), ("03-03 10:00", None), ("03-03 12:00", "strict"), ("03-03 14:00", None)
    ):  # fmt: skip
        new = event(when, "created", status_category="new", priority="P2")
        assert judge.ticket([new], at("03-03 15:00"))[-1].policy == name
    again = [created("03-02 09:00"), status("03-02 10:00", "closed"), status("03-03 15:00", "in_progress")]
    assert [one.policy for one in judge.ticket(again, at("03-03 15:30")) if one.clock == Clock.COMPLETION] == [
        "rest", None,
    ]  # fmt: skip


def test_the_calendar_is_that_of_the_target_then_of_the_policy_then_of_the_ticket_then_of_all():
    of_target = Targets(completion=hours(1), calendar="always")
    plain = Targets(completion=hours(1))
    saturday = [created("03-07 10:00")]
    for targets, own, known, due in (
        (of_target, "office", "office", "03-07 11:00"),
        (plain, "always", "office", "03-07 11:00"),
        (plain, None, "always", "03-07 11:00"),
        (plain, None, None, "03-09 09:00"),
    ):
        under = versions(Policy(name="x", otherwise=targets, calendar=own))
        assert completion(saturday, "03-07 10:30", under=under, known={"calendar": known}).due_at == at(due)


def test_a_word_without_meaning_leaves_the_status_as_it_was():
    events = [
        created("03-03 09:00", "P2"),
        status("03-03 10:00", "waiting_customer"),
        event("03-03 11:00", status="Parked", status_category=None),
    ]
    assert completion(events, "03-03 12:00").elapsed == hours(1)


def test_what_is_missing_or_ambiguous_in_the_definitions_is_told_at_once():
    twice = OFFICE.model_copy(update={"hours": {"mon": "08:00-09:00"}})
    wrong = versions(Policy(name="x", calendar="nights", otherwise=Targets(calendar="days")))
    with pytest.raises(
        ValueError, match='the calendar "days" is missing; the calendar "nights" is missing; two versions'
    ) as told:
        Evaluator((*wrong, *STANDARD), (*CALENDARS, twice))
    assert 'two versions of the calendar "office" begin at one instant' in str(told.value)
    with pytest.raises(ValueError, match="there is no calendar"):
        Evaluator(STANDARD, ())
    with pytest.raises(
        ValueError, match='A ticket has the calendar "moon", which is missing; there are: office, always'
    ):
        completion([created("03-03 09:00")], "03-03 10:00", known={"calendar": "moon"})


@pytest.mark.parametrize(
    ("policies", "told"),
    [
        ((), "the last policy must fit every ticket"),
        ((NORTH,), "the last policy must fit every ticket"),
        ((NORTH, NORTH, REST), 'two policies are called "north"'),
        ((policy("first", 1), NORTH, REST), '"north" never applies: "first" before it fits every ticket'),
    ],
)
def test_policies_that_cannot_be_are_refused(policies, told):
    with pytest.raises(ValidationError, match=told):
        PolicySet(policies=policies, calendar="office")


def test_definitions_are_values_that_survive_json():
    for one in (*BY_REGION, *STANDARD, LATER, ALWAYS):
        assert type(one).model_validate_json(one.model_dump_json()) == one
    with pytest.raises(ValidationError):
        REST.name = "other"


def test_a_target_of_no_time_is_refused():
    with pytest.raises(ValidationError, match="longer than no time"):
        Targets(completion=hours(0))
