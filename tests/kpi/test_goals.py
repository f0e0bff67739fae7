"""Goals: what is wanted of a figure, and when it is judged."""

from dataclasses import replace
from fractions import Fraction

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Case, Goal, Measure, Period, Sum, Verdict
from servicedesk_core.features.kpi.goals import COACH, JOURNEY, GoalProfile, in_order, wanted
from tests.kpi.given import MARCH, NAMED, at


def share(met, of, scale=100):
    return Measure.of([Case(str(n), n < met, 1) for n in range(of)], Sum.RATIO, scale=scale)


def judged(profile, code, measure):
    return measure.verdict(Goal.of(profile.goals[code])).value


@pytest.mark.parametrize(
    ("profile", "code", "met", "of", "verdict"),
    [
        (COACH, "K02", 98, 100, "met"),
        (COACH, "K03", 95, 100, "missed"),  # 95 is not above 95
        (COACH, "K04", 91, 100, "met"),
        (JOURNEY, "K01", 89, 100, "missed"),
        (JOURNEY, "K07", 170, 200, "met"),
        (JOURNEY, "K12", 6, 120, "missed"),  # 5 is not below 5
        (JOURNEY, "K12", 5, 120, "met"),
        (JOURNEY, "K13", 38, 40, "met"),
        (JOURNEY, "K13", 38, 39, "met"),
        (JOURNEY, "K15", 38, 40, "met"),
        (JOURNEY, "K15", 0, 0, "no_data"),
    ],
)
def test_a_goal_keeps_its_own_comparison(profile, code, met, of, verdict):
    assert judged(profile, code, share(met, of)) == verdict


def test_nothing_to_divide_by_is_no_data_and_neither_good_nor_bad():
    found = share(0, 0)
    assert (found.value, found.verdict(None), found.verdict(Goal.of(">= 0 %"))) == (None, "no_data", "no_data")
    assert Measure.missing("a calendar").verdict(Goal.of("= 0")) is Verdict.NO_DATA


def test_a_mean_tells_median_and_percentile_and_a_small_sample_is_not_judged():
    emergencies = Measure.of([Case("", m * 60, 1) for m in (30, 95, 210)], Sum.MEAN, scale=Fraction(1, 3600))
    assert round(float(emergencies.value), 2) == 1.86
    assert judged(JOURNEY, "K05", emergencies) == "met"
    assert emergencies.spread["median"] == pytest.approx(95 / 60)
    ratings = Measure.of([Case("", one, 1) for one in (5, 5, 4, 5, 5)], Sum.MEAN, minimum=5)
    assert (float(ratings.value), judged(JOURNEY, "K08", ratings)) == (4.8, "met")
    assert judged(JOURNEY, "K08", replace(ratings, sample=4)) == "too_few"


def test_the_largest_of_the_cases_is_judged_where_that_is_asked():
    worked = Measure.of([Case("T08", 90, 60), Case("T09", 270, 120), Case("x", 1, 0)], Sum.LARGEST)
    assert (float(worked.value), judged(COACH, "K25", worked)) == (2.25, "missed")


@pytest.mark.parametrize("text", ["98 %", "=> 3", ">= x", ">= 3; 4", ""])
def test_what_is_no_goal_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="such as >= 98 %"):
        GoalProfile(name="x", goals={"K01": text})
    assert [str(Goal.of(one)) for one in (">=98%", "< 0.250 hours", "=0")] == [">= 98", "< 0.25", "= 0"]


def test_a_profile_of_ones_own_comes_before_the_shipped_ones_and_may_take_their_place():
    own = GoalProfile(name="coach", goals={"K01": ">= 99 %"})
    assert [one.name for one in in_order([own])] == ["coach", "journey"]
    assert in_order([own])[0] is own


def test_a_goal_in_another_unit_than_its_figure_is_refused():
    for text in (">= 2 minutes", "< 5 %"):
        with pytest.raises(SettingsError, match="time-to-resolve, which is in hours"):
            wanted(NAMED["time-to-resolve"], [GoalProfile(name="ours", goals={"time-to-resolve": text})])
    for text in ("<= 1 hour", "<= 1 hours", "<= 1"):
        assert wanted(NAMED["time-to-resolve"], [GoalProfile(name="ours", goals={"time-to-resolve": text})])
    assert all(wanted(kpi, [COACH, JOURNEY]) for kpi in NAMED.values() if kpi.code in {*COACH.goals, *JOURNEY.goals})


def test_what_begins_to_hold_at_the_end_of_a_period_does_not_hold_in_it():
    assert MARCH.last < MARCH.end
    assert Period(at(3, 1), at(4, 1), at(3, 15)).last == at(3, 15)
