"""Every figure of two real logs, as the desk itself tells it; the files are mapped, and what steps mean is said."""

import json
from datetime import timedelta

import pytest

from servicedesk_core import BlockingServiceDesk
from servicedesk_core.features.flow.queries import Chosen
from tests.golden.running import run

pytestmark = pytest.mark.slow

HELPDESK = Chosen(resolve=("Resolve ticket",), take=("Take in charge ticket",), wait=("Wait",))
ALL = Chosen()
SPREAD = ("count", "mean", "median", "p90", "p95", "min", "max")


def near(expected):
    return pytest.approx(expected, rel=1e-6, abs=1e-4)


def spread(found):
    return {name: getattr(found, name) for name in SPREAD}


@pytest.fixture(scope="module")
def desk(helpdesk):
    with BlockingServiceDesk.open(helpdesk.config) as opened:
        yield opened


@pytest.fixture(scope="module")
def volvo(problems):
    with BlockingServiceDesk.open(problems.config) as opened:
        yield opened


def grouped(desk, by, chosen=ALL):
    return {one.group: one for one in desk.flow.groups(by, chosen, limit=10_000)}


def test_a_help_desk(helpdesk, desk, monkeypatch):
    x = helpdesk.expected
    found = desk.flow.show(HELPDESK)
    assert (found.tickets, found.events, found.people) == (x["n_cases"], x["n_events"], x["n_resources"])
    assert found.repetitions == x["exact_duplicate_rows"]
    assert spread(found.take) == near(x["take_hours"])
    assert spread(found.resolve) == near(x["resolve_hours"])
    assert spread(found.cycle) == near(x["cycle_hours"])
    assert found.unresolved == x["cases_without_resolve"]
    assert (found.reopened, found.reopen_rate) == (x["reopened_cases"], near(x["reopen_rate"]))
    assert (found.waiting, found.wait_h) == (x["cases_with_wait"], near(x["wait_hours_total"]))

    steps = list(desk.flow.steps())
    assert {one.name: one.events for one in steps} == x["events_by_activity"]
    assert {one.name: one.first for one in steps if one.first} == x["first_activity"]
    assert {one.name: one.last for one in steps if one.last} == x["last_activity"]
    assert {one.name: one.events for one in desk.flow.steps(of="person")} == x["events_per_resource"]
    months = {one.name: one.first for one in desk.flow.steps(of="month") if one.first}
    assert months == x["first_event_per_month"]

    levels = grouped(desk, "level", HELPDESK)
    assert levels.keys() == x["per_service_level"].keys()
    for name, expected in x["per_service_level"].items():
        one = levels[name]
        assert one.tickets == expected["cases"]
        assert (one.resolve_mean_h, one.resolve_median_h) == (
            near(expected["resolve_hours_mean"]), near(expected["resolve_hours_median"]),
        )  # fmt: skip
    levels = grouped(desk, "seriousness_2", HELPDESK)
    for name, expected in x["per_seriousness_2"].items():
        assert (levels[name].tickets, levels[name].resolve_mean_h) == (
            expected["cases"], near(expected["resolve_hours_mean"]),
        )  # fmt: skip
    assert {name: one.tickets for name, one in grouped(desk, "team").items()} == x["per_workgroup"]
    clients = {name: one.tickets for name, one in grouped(desk, "client").items()}
    assert x["top_customers"].items() <= clients.items()
    resolvers = grouped(desk, "resolver", HELPDESK)
    assert resolvers.keys() - {None} == x["per_resolver"].keys()
    for name, expected in x["per_resolver"].items():
        one = resolvers[name]
        assert (one.tickets, one.reopened) == (expected["cases"], expected["reopened"])
        assert (one.resolve_mean_h, one.resolve_median_h) == (
            near(expected["resolve_hours_mean"]), near(expected["resolve_hours_median"]),
        )  # fmt: skip

    monkeypatch.chdir(helpdesk.config.parent)
    ran = run("flow", "show", "--resolve", "resolve ticket", "--take", "Take in charge ticket", "--json")
    assert json.loads(ran.out)["data"]["reopened"] == x["reopened_cases"]
    soon = desk.flow.show(Chosen(resolve=("Resolve ticket",), reopen_within=timedelta(days=7))).reopened
    assert 0 < soon < x["reopened_cases"]


def test_problems_of_a_car_maker(problems, volvo):
    x = problems.expected
    found = volvo.flow.show()
    assert (found.tickets, found.events, found.teams) == (x["n_cases"], x["n_events"], x["n_teams"])
    assert found.people == x["n_resources"]
    assert spread(found.cycle) == near(x["cycle_hours"])
    assert spread(found.first_resolve) == near(x["completed_hours"])
    assert (found.reopened, found.reopen_rate) == (x["reopened_cases"], near(x["reopen_rate"]))
    assert (found.team_hand_overs, found.handed_between_teams) == (
        x["team_handoffs_total"], x["cases_with_team_handoff"],
    )  # fmt: skip
    assert (found.person_hand_overs, found.handed_between_people) == (
        x["resource_handoffs_total"], x["cases_with_resource_handoff"],
    )  # fmt: skip
    assert found.ping_pong == x["ping_pong_cases"]
    assert (found.waiting, found.wait_h) == (x["cases_with_wait"], near(x["wait_hours_total"]))

    steps = {one.name: one for one in volvo.flow.steps()}
    assert {name: one.events for name, one in steps.items()} == x["events_by_sub_status"]
    assert {name: one.dwell_h for name, one in steps.items()} == near(x["dwell_hours_by_sub_status"])
    assert {name: one.last for name, one in steps.items() if one.last} == x["cases_by_last_sub_status"]
    assert {one.name: one.events for one in volvo.flow.steps(of="status")} == x["events_by_status"]
    assert {one.name: one.first for one in volvo.flow.steps(of="month") if one.first} == x["first_event_per_month"]
    people = {one.name: one.events for one in volvo.flow.steps(of="person", limit=10_000)}
    assert x["top_resources_by_events"].items() <= people.items()
    for by, name in (
        ("technician", "top_resources_by_last_event"), ("team", "top_teams_by_last_event"), ("product", "top_products"),
    ):  # fmt: skip
        assert x[name].items() <= {group: one.tickets for group, one in grouped(volvo, by).items()}.items()
    impacts = grouped(volvo, "priority")
    for name, expected in x["per_impact"].items():
        one = impacts[name]
        assert (one.tickets, one.cycle_mean_h, one.cycle_median_h) == (
            expected["cases"], near(expected["cycle_hours_mean"]), near(expected["cycle_hours_median"]),
        )  # fmt: skip
