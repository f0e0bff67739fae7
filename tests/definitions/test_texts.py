"""Kinds of definitions as texts: which one it is, where times are, and what is written reads again to the same."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from servicedesk_core.business_time import Calendar
from servicedesk_core.definitions.comparing import differences, shown
from servicedesk_core.definitions.key import Key
from servicedesk_core.definitions.reading import read
from servicedesk_core.definitions.writing import text_of
from servicedesk_core.domain import Model, Priority
from servicedesk_core.domain.base import Amount, Instant
from servicedesk_core.errors import DefinitionsError
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.sla import CALENDARS, Conditions, Policy, PolicySet, Targets

NEW_YORK = ZoneInfo("America/New_York")


class Rate(Model):
    """What an hour costs."""

    name: str
    cost: Amount
    night: bool = False
    effective_from: Instant | None = None


class Profile(Model):
    """Goals that cite a rate."""

    rate: str = ""
    goals: dict[str, float] = Field(default={})
    days: tuple[date, ...] = ()
    seen: dict[str, Instant] = Field(default={})


RATES = DefinitionKind("cost_rates", "cost rate", Rate)
PROFILE = DefinitionKind("profile", "profile", Profile, many=False, names={"rate": "cost_rates"})


def found(text, *kinds, zone=NEW_YORK):
    reading = read(kinds or (RATES, PROFILE), {"t.toml": text}, zone)
    reading.refuse()
    return reading


def told(text, *kinds, zone=NEW_YORK):
    with pytest.raises(DefinitionsError) as refused:
        found(text, *kinds, zone=zone)
    return str(refused.value)


def test_a_new_kind_is_its_declaration_and_nothing_else():
    text = '[cost_rates.senior]\ncost = "61.50"\n[profile]\nrate = "senior"\ngoals = { K01 = 0.8 }'
    reading = found(text)
    assert reading.found == {
        Key("cost_rates", "senior"): Rate(name="senior", cost=Decimal("61.50")),
        Key("profile"): Profile(rate="senior", goals={"K01": 0.8}),
    }
    assert [str(key) for key in reading.found] == ["cost_rates.senior", "profile"]
    assert 't.toml:2: cost_rates.senior.cots: unknown setting. Did you mean "cost"?' in told(
        "[cost_rates.senior]\ncots = 1", RATES
    )
    assert 't.toml:1: cost_rate: unknown setting. Did you mean "cost_rates"?' in told("[cost_rate.senior]\n", RATES)
    assert 'profile.rate: there is no cost rate "senor". Did you mean "senior"?' in told(
        text.replace('rate = "senior"', 'rate = "senor"')
    )


def test_one_of_several_has_a_name():
    assert "t.toml:2: cost_rates: a cost rate has a name; write it into the header." in told(
        '\n[cost_rates.""]\ncost = "1"', RATES
    )


def test_a_time_without_a_zone_is_the_desks_and_a_day_begins_there():
    for written, meant in (
        ("2026-07-01", datetime(2026, 7, 1, 4, tzinfo=UTC)),
        ("2026-07-01T09:30:00", datetime(2026, 7, 1, 13, 30, tzinfo=UTC)),
        ("2026-07-01T09:30:00Z", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("2026-12-01T09:30:00", datetime(2026, 12, 1, 14, 30, tzinfo=UTC)),
    ):
        [rate] = found(f'[cost_rates.one]\ncost = "1"\neffective_from = {written}', RATES).found.values()
        assert rate.effective_from == meant
    [profile] = found("[profile]\ndays = [2026-07-01]\nseen.deep = 2026-07-01T09:30:00", DefinitionKind(
        "profile", "profile", Profile, many=False
    )).found.values()  # fmt: skip
    assert profile.days == (date(2026, 7, 1),), "a day that is a day stays one"
    assert profile.seen["deep"] == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)


def test_without_a_desk_a_time_names_its_zone():
    text = '[cost_rates.one]\ncost = "1"\neffective_from = 2026-07-01T09:30:00'
    assert "t.toml:3: cost_rates.one.effective_from: must have timezone info" in told(text, RATES, zone=None)


def test_a_version_is_a_whole_number_and_stands_once():
    assert found("version = 4").version == 4
    assert found("").version is None
    assert "t.toml:1: version: must be a valid integer" in told('version = "four"')
    reading = read((), {"a.toml": "version = 1", "b.toml": "\nversion = 2"})
    with pytest.raises(DefinitionsError, match=r"b\.toml:2: version: stands in a\.toml:1 already"):
        reading.refuse()


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
targets = st.builds(
    Targets,
    triage=st.none() | st.integers(1, 10_000).map(lambda number: timedelta(minutes=number)),
    completion=st.none() | st.integers(1, 9_000_000).map(lambda number: timedelta(seconds=number)),
    calendar=st.none() | words,
)
policies = st.builds(
    Policy,
    name=words,
    when=st.builds(Conditions, company=st.lists(words, max_size=3).map(tuple), queue=st.just(("q",))),
    targets=st.dictionaries(st.sampled_from(Priority), targets, max_size=3),
    otherwise=targets,
    pauses=st.just({}),
    at_risk_share=st.floats(0.01, 1),
)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
sets = st.builds(
    lambda some, calendar, since: PolicySet(
        policies=(*some, Policy(name="the last")), calendar=calendar, effective_from=since
    ),
    st.lists(policies, max_size=3, unique_by=lambda one: one.name).filter(
        lambda some: all(one.name != "the last" for one in some)
    ),
    words,
    st.none() | instants,
)
calendars = st.builds(
    lambda name, holidays, yearly: Calendar(
        name=name,
        zone="America/New_York",
        hours={"mon-fri": "08:00-12:00, 13:00-18:00"},
        holidays=holidays,
        yearly_holidays=yearly,
        special={date(2026, 12, 24): "08:00-12:00"},
    ),
    words,
    st.dictionaries(st.dates(), words, max_size=9),
    st.dictionaries(st.sampled_from(["12-24", "12-31"]), words),
)


@pytest.mark.slow
@given(sets, calendars)
def test_what_is_written_reads_again_to_the_same(promised, calendar):
    written = {Key("calendars", calendar.name): calendar, Key("sla"): promised}
    alone = DefinitionKind("sla", "policies", PolicySet, many=False)  # the calendars that they name are made up
    assert found(text_of(written, NEW_YORK), CALENDARS, alone).found == written


def test_a_difference_is_told_field_by_field_and_entries_by_their_names():
    first = Policy(name="first", when=Conditions(queue=("q",)))
    second = Policy(name="second", when=Conditions(queue=("r",)))
    last = Policy(name="last", otherwise=Targets(completion=timedelta(hours=8)))
    before = PolicySet(policies=(first, second, last), calendar="office")
    faster = last.model_copy(update={"otherwise": Targets(completion=timedelta(minutes=90))})
    after = PolicySet(policies=(second, first, faster), calendar="office", reapply=True)
    rows = [(where, shown(old, UTC), shown(new, UTC)) for where, old, new in differences(before, after)]
    assert rows == [
        ("policies.last.otherwise.completion", "8 h", "1 h 30 min"),
        ("policies.order", '["first", "second", "last"]', '["second", "first", "last"]'),
        ("reapply", "false", "true"),
    ]
    shorter = PolicySet(policies=(first, last), calendar="office")
    assert [where for where, *_ in differences(before, shorter)] == ["policies.second"]
    assert [*differences(before, before.model_copy())] == []


def test_a_calendar_that_was_asked_is_no_other_calendar():
    one, other = (Calendar(name="a", zone="UTC", hours={"mon": "08:00-09:00"}) for _ in range(2))
    one.add(datetime(2026, 3, 2, 8, tzinfo=UTC), timedelta(minutes=5))
    assert [*differences(one, other)] == []
