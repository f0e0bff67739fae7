"""What is drawn, what a reviewer says, and which answers count."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Measure, Sum
from servicedesk_core.features.quality.answers import AHEAD, IMPOSSIBLE, NO_SCALE, REPEATED, UNANSWERED, Answer, cases
from servicedesk_core.features.quality.checking import checked
from servicedesk_core.features.quality.kinds import Asks, SampleRule, Survey
from servicedesk_core.features.quality.model import Answered, Checked
from servicedesk_core.features.quality.rules import ALL_THEIRS, NOBODYS, Candidate, draw

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RULE = SampleRule(name="weekly", checklist="ticket", percent=10, per_technician=2)


def tickets(who, count, **more):
    return [Candidate("psa", f"{who}{number}", who, **more) for number in range(count)]


def ids(drawn):
    return [one.id for one, _ in drawn.tickets]


def test_each_technician_has_a_share_and_at_least_so_many():
    found = draw([*tickets("ana", 31), *tickets("ben", 3), *tickets("cho", 1), *tickets(None, 2)], RULE, {})
    assert found.resolved == 37
    assert [sum(one.technician == who for one, _ in found.tickets) for who in ("ana", "ben", "cho")] == [4, 2, 1]
    assert found.left_out == {NOBODYS: 2}


def test_the_same_are_drawn_in_whatever_order_they_come_and_others_by_another_seed():
    many = tickets("ana", 200)
    drawn = ids(draw(many, RULE, {}))
    assert ids(draw(reversed(many), RULE, {})) == drawn
    assert set(ids(draw(many, RULE.model_copy(update={"seed": "another"}), {}))) != set(drawn)
    assert set(ids(draw(many, RULE.model_copy(update={"percent": 20}), {}))) > set(drawn)


def test_drawn_again_only_what_is_missing_is_added():
    before = tickets("ana", 15, is_drawn=True)[:2]
    found = draw([*before, *tickets("ana", 31)[2:]], RULE, {})
    assert (found.before, len(found.tickets)) == (2, 2)


def test_nobody_reviews_what_they_worked_on_and_turns_are_taken():
    reviewers = {"rita": None, "tom": ("psa", "tom")}
    rule = RULE.model_copy(update={"percent": 100})
    mixed = [*tickets("tom", 3), *tickets("ana", 3, workers=frozenset({"tom"})), *tickets("ben", 6)]
    turns = {one.id: reviewer for one, reviewer in draw(mixed, rule, reviewers).tickets}
    assert {turns[f"{who}{number}"] for who in ("tom", "ana") for number in range(3)} == {"rita"}
    assert sorted(turns.values()).count("tom") == 6
    alone = draw([*tickets("tom", 3), *tickets("ana", 1)], rule, {"tom": ("psa", "tom")})
    assert (ids(alone), alone.left_out) == (["ana0"], {ALL_THEIRS: 3})


def test_a_rule_is_about_the_tickets_that_it_names():
    vip = Candidate("psa", "1", "ana", of={"client": "Mill & Sons", "priority": "p1"})
    other = Candidate("psa", "2", "ana", of={"client": "Mill & Sons", "priority": "p3"})
    found = draw([vip, other], RULE.model_copy(update={"clients": ("mill & sons",), "priorities": ("p1",)}), {})
    assert (found.resolved, ids(found)) == (1, ["1"])


ITEMS = [Checked(number, item, Answered.OPEN, None) for number, item in enumerate(("Cause", "Client", "Device"), 1)]


def test_a_reviewer_says_what_was_missed_and_why():
    assert checked(ITEMS, passed=True, missed={}, skip=()) == ({}, ())
    assert checked(ITEMS, passed=False, missed={"2": "not told", "dev": "no"}, skip=["Cause"]) == (
        {"Client": "not told", "Device": "no"},
        ("Cause",),
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"passed": True, "missed": {"1": "no"}, "skip": ()}, "that something was missed"),
        ({"passed": False, "missed": {}, "skip": ()}, "says nothing"),
        ({"passed": False, "missed": {"1": " "}, "skip": ()}, "Nothing says why"),
        ({"passed": False, "missed": {"4": "no"}, "skip": ()}, "no item"),
        ({"passed": False, "missed": {"c": "no"}, "skip": ()}, "several items"),
        ({"passed": False, "missed": {"1": "no"}, "skip": ["cause"]}, "does not apply"),
        ({"passed": True, "missed": {}, "skip": ["1", "2", "3"]}, "Nothing is left"),
    ],
)
def test_what_does_not_fit_a_checklist_is_refused(said, told):
    with pytest.raises((SettingsError, NotFoundLocallyError), match=told):
        checked(ITEMS, **said)


def answer(score, *, survey="csat", contact="nina", ticket="1", after=0):
    at = NOW - timedelta(days=9) + timedelta(days=after)
    return Answer(
        f"{contact}{ticket}{after}", survey, at, None if score is None else Decimal(score), "psa", contact, ticket
    )


def test_ratings_on_any_scale_count_from_1_to_5():
    given = [answer(score, ticket=str(at)) for at, score in enumerate((10, 10, 7, 10, 10))]
    found = Measure.of(cases(given, [Survey(name="csat", lowest=1, highest=10)], Asks.SATISFACTION, NOW), Sum.MEAN)
    assert (round(found.numerator, 4), found.denominator) == (round(4 * 5 + 1 + 4 * 6 / 9, 4), 5)
    worked = [answer(score, ticket=str(at)) for at, score in enumerate((5, 5, 4, 5, 5))]
    assert Measure.of(cases(worked, [Survey(name="CSAT")], Asks.SATISFACTION, NOW), Sum.MEAN).value == Fraction(24, 5)


def test_promoters_less_detractors():
    nps = Survey(name="nps", asks=Asks.RECOMMENDATION, lowest=0, highest=10)
    given = [answer(score, survey="nps", ticket=str(at)) for at, score in enumerate((9, 10, 8, 7, 6, 0, 10))]
    found = Measure.of(cases(given, [nps], Asks.RECOMMENDATION, NOW), Sum.MEAN, scale=100)
    assert (found.numerator, found.denominator) == (1, 7)
    with pytest.raises(ValueError, match="lowest = 0 and highest = 10"):
        Survey(name="nps", asks=Asks.RECOMMENDATION)


def test_spam_and_impossible_scores_do_not_count_and_are_told():
    spam = [answer(score, after=after) for after, score in enumerate((1, 1, 1, 5))]
    others = [
        answer(11, contact="max"), answer(None, contact="eva"), answer(5, contact="ben", after=12),
        answer(5, survey="unknown"), answer(3, contact="", ticket=""), answer(3, contact="", ticket="", after=1),
    ]  # fmt: skip
    found = Measure.of(cases([*spam, *others], [Survey(name="csat")], Asks.SATISFACTION, NOW), Sum.MEAN)
    assert found.excluded == {REPEATED: 3, IMPOSSIBLE: 1, UNANSWERED: 1, AHEAD: 1, NO_SCALE: 1}
    assert (found.numerator, found.sample) == (5 + 3 + 3, 3)
