"""A feature of somebody else: found by its entry point, derived like ours, isolated when it breaks."""

import importlib
import json
import sys

import pytest

from servicedesk_core import BlockingServiceDesk, ServiceDesk
from tests.faces.conftest import FEATURE, QUERIES

pytestmark = pytest.mark.slow  # a distribution for each fault


def test_its_query_is_a_command_with_all_that_ours_have(run, site_feature):
    site_feature()
    code, out, _ = run("sites", "list", "--state", "on")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line] == [
        ["Name", "Worked"],
        ["──────", "──────────"],
        ["Harbor", "1", "h", "30", "min"],
        ["=Mill"],
    ]
    assert json.loads(run("sites", "list", "--json", "--limit", "1")[1])["data"]["next"] == "1"
    assert run("sites", "list", "--csv", "--columns", "name,state", "--all")[1] == "name,state\nHarbor,\n'=Mill,all\n"
    assert "Seen at or after." in run("sites", "list", "--help")[1]


def test_words_are_understood_in_any_case_and_by_their_beginning(run, site_feature):
    site_feature()
    states = {}
    for word in ("OPEN", "on hold", "opened", "none"):
        states[word] = json.loads(run("sites", "list", "--json", "--state", word)[1])["data"]["items"][0]["state"]
    assert states == {"OPEN": "open", "on hold": "on_hold", "opened": "opened_late", "none": ""}
    code, _, err = run("sites", "list", "--state", "o")
    assert (code, "may be open or on_hold or opened_late" in err) == (2, True)
    code, _, err = run("sites", "list", "--state", "onhold")
    assert (code, 'Did you mean "on_hold"?' in err) == (2, True)


def test_a_time_without_a_zone_is_the_desks(run, site_feature):
    site_feature()
    for told, meant in (
        ("2026-03-02", "2026-03-02T05:00:00Z"),
        ("2026-03-02 09:00", "2026-03-02T14:00:00Z"),
        ("2026-03-02T09:00Z", "2026-03-02T09:00:00Z"),
    ):
        out = run("sites", "list", "--json", "--seen-since", told)[1]
        assert json.loads(out)["data"]["items"][0]["seen_at"] == meant
    assert run("sites", "list", "--seen-since", "7d")[0] == 0, "so long ago"
    code, _, err = run("sites", "list", "--seen-since", "soon")
    assert (code, '"soon" is no instant' in err) == (2, True)


async def test_a_program_calls_it_by_its_declaration(site_feature, tmp_path):
    sites = importlib.import_module(site_feature()).Sites
    settings = {"desk": {"name": "X"}}
    async with ServiceDesk(settings, store=f"sqlite:///{tmp_path}/desk.db") as desk:
        assert [one.name for one in await desk.call(sites.list, limit=1)] == ["Harbor"]


def test_also_without_await(site_feature, tmp_path):
    sites = importlib.import_module(site_feature()).Sites
    with BlockingServiceDesk({"desk": {"name": "X"}}, store=f"sqlite:///{tmp_path}/desk.db") as desk:
        assert len(desk.call(sites.list)) == 2


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"queries": "raise RuntimeError('not today')"}, "not today"),
        ({"feature": "def ("}, "SyntaxError"),
        ({"feature": "FEATURE = 7"}, "int"),
        ({"name": "places"}, '"sites"'),
    ],
    ids=["queries", "syntax", "stranger", "name"],
)
def test_one_that_is_broken_is_named_and_breaks_nothing_else(run, site_feature, broken, word):
    site_feature(**broken)
    name = broken.get("name", "sites")
    assert run("quarantine", "list")[0] == run("--help")[0] == 0
    code, _, err = run(name, "list")
    assert (code, word in err) == (2, True), err
    [listed] = [one for one in json.loads(run("plugins", "list", "--json")[1])["data"]["items"] if one["name"] == name]
    assert (listed["group"], listed["status"], word in listed["reason"]) == ("servicedesk.features", "failed", True)
    assert f"Plugin {name} (features)" in run("doctor")[1]


def test_one_that_is_switched_off_is_not_imported(run, site_feature, monkeypatch):
    site_feature(queries="raise RuntimeError('not today')")
    monkeypatch.setenv("SERVICEDESK_DISABLE_PLUGINS", "sites")
    code, _, err = run("sites", "list")
    assert (code, "is disabled" in err) == (2, True)


WATCHED = """
from servicedesk_core.faces import Condition, JobKind
from servicedesk_core.features import Feature

async def count(desk, connection):
    return f"counted for {{desk.settings.desk.name}}"

def closed(watch):
    yield Condition("sites:harbor", "closed", f"Harbor is closed on {{watch.today}}.", "Call them.")

FEATURE = Feature(
    "sites", "Sites of clients.", queries="{module}_queries:Sites",
    jobs=(JobKind("sites", "Counts sites.", "every 1 hour", "{module}:count"),), alert_rules=("{module}:closed",),
)
"""


def test_its_job_and_its_alerts_run_like_ours(run, site_feature):
    site_feature(feature=WATCHED)
    assert "Counts sites." in run("jobs", "list", "--json")[1]
    assert "sites: counted for X" in run("jobs", "run", "sites")[2]
    assert run("jobs", "run", "alerts")[0] == 0
    [alert] = json.loads(run("alerts", "list", "--json")[1])["data"]["items"]
    assert (alert["key"], alert["kind"], alert["hint"]) == ("sites:harbor", "closed", "Call them.")


def test_a_rule_of_it_that_breaks_stops_no_other_alert_and_closes_none(run, site_feature):
    module = site_feature(feature=WATCHED).removesuffix("_queries")
    run("jobs", "run", "alerts")
    sys.modules[module].closed = lambda watch: 1 / 0
    code, out, err = run("jobs", "run", "alerts")
    assert (code, "ZeroDivisionError" in err) == (0, True), out + err
    assert "sites:harbor" in run("alerts", "list")[1]
    sys.modules[module].closed = lambda watch: ()
    run("jobs", "run", "alerts")
    assert run("alerts", "list")[1] == ""
    assert "sites:harbor" in run("alerts", "list", "--ended")[1]
    assert "log" in run("alerts", "channels")[1]


DEFINED = """
from pydantic import BaseModel

from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features import Feature

class Level(BaseModel, frozen=True, extra="forbid"):
    name: str
    visits: int = 1

FEATURE = Feature(
    "sites", "Sites of clients.", queries="{module}_queries:Sites", definitions="{module}:KINDS",
)
KINDS = (DefinitionKind("{kind}", "level", Level),)
"""


def test_its_kinds_of_definitions_are_kept_like_ours(run, site_feature, tmp_path, monkeypatch):
    site_feature(feature=DEFINED.replace("{kind}", "sites_levels"))
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "levels.toml").write_text("[sites_levels.gold]\nvisits = 4\n")
    assert run("definitions", "apply", "--reason", "as agreed")[0] == 0
    assert run("definitions", "export", "--to", "out")[0] == 0
    assert (tmp_path / "out" / "sites_levels.toml").read_text() == "[sites_levels.gold]\nvisits = 4\n"
    (tmp_path / "service" / "levels.toml").write_text("[sites_levels.gold]\nvisit = 4\n")
    assert 'sites_levels.gold.visit: unknown setting. Did you mean "visits"?' in run("definitions", "plan")[2]
    monkeypatch.setenv("SERVICEDESK_DISABLE_PLUGINS", "sites")
    (tmp_path / "service" / "levels.toml").unlink()
    assert "Nothing would change" in run("definitions", "plan")[1], "what it keeps waits for it"
    assert "Install the plugin that brings them" in run("definitions", "export", "--to", "other")[2]


def test_a_kind_of_it_begins_with_its_name(run, site_feature):
    site_feature(feature=DEFINED.replace("{kind}", "calendars"))
    code, _, err = run("sites", "list")
    assert (code, 'calls something "calendars"' in err) == (2, True), err


def test_a_job_of_it_bears_its_name(run, site_feature):
    site_feature(feature=WATCHED.replace('"sites", "Counts', '"count", "Counts'))
    code, _, err = run("sites", "list")
    assert (code, 'calls something "count"' in err) == (2, True), err


KPIS = """
from servicedesk_core.faces import Kpi, Measure

KPIS = (Kpi("seen", "Seen", "Sites that were seen.", lambda tx, at, among, scope: {measure}),)
"""


@pytest.fixture
def with_figures(site_feature):
    """Return a function that installs the feature with a figure, measured by an expression; or with other KPIs."""

    def write(measure="Measure(2, 2, sample=2)", kpis=KPIS):
        queries = QUERIES + kpis.format(measure=measure)
        feature = FEATURE.replace(":Sites", ':Sites", kpis="{module}_queries:KPIS')
        return site_feature(queries=queries, feature=feature)

    return write


def test_its_figures_are_a_command(run, with_figures):
    with_figures()
    assert run("sites", "kpis", "--csv", "--columns", "name,value,unit")[1] == "name,value,unit\nseen,2,tickets\n"


@pytest.mark.parametrize(
    ("measure", "word"),
    [("1 / 0", 'The figure "seen" cannot be measured: ZeroDivisionError'), ("2.5", "float, which is no Measure")],
    ids=["raises", "type"],
)
def test_a_figure_that_cannot_be_measured_is_named_and_breaks_no_other_command(run, with_figures, measure, word):
    with_figures(measure)
    code, _, err = run("sites", "kpis")
    assert (code, word in err, "whoever wrote it" in err) == (1, True, True)
    assert run("sites", "list")[0] == run("tickets", "kpis")[0] == run("report", "desk")[0] == 0


def test_what_is_no_figure_among_them_is_refused(run, with_figures):
    with_figures(kpis="\nKPIS = (7,)\n")
    code, _, err = run("sites", "list")
    assert (code, "of the type int, which is no Kpi" in err, "→" in err) == (2, True, True)
    assert run("tickets", "list")[0] == 0


@pytest.mark.parametrize(
    "broken", [("found = [", "found = 1 / 0; found = ["), ("return Page(tuple(found[:limit]), ", "return (3, ")]
)
def test_a_query_that_fails_names_the_distribution_and_what_to_do(run, site_feature, broken):
    site_feature(queries=QUERIES.replace(*broken))
    code, _, err = run("sites", "list")
    assert (code, "the command of the plugin" in err, "--debug" in err) == (1, True, True)
    assert run("tickets", "list")[0] == 0


def test_what_names_no_namespace_is_refused(run, site_feature):
    site_feature(feature=FEATURE.replace(":Sites", ":State"))
    code, _, err = run("sites", "list")
    assert (code, "no subclass of Namespace" in err) == (2, True)


def test_one_that_is_called_like_a_command_of_ours_never_stands_in_its_way(run, site_feature):
    site_feature(queries="raise RuntimeError('not today')", name="tickets")
    assert run("tickets", "list")[0] == 0
    [listed] = [
        one
        for one in json.loads(run("plugins", "list", "--json")[1])["data"]["items"]
        if one["group"] == "servicedesk.features"
    ]
    assert (listed["status"], 'has a command "tickets" of its own' in listed["reason"]) == ("failed", True)
    assert "of its own" in run("doctor")[1]


def test_a_broken_one_is_left_out_of_the_reference(run, site_feature):
    site_feature(queries="raise RuntimeError('not today')")
    code, out, err = run("docs", "figures")
    assert (code, "overloaded" in out, "Left out" in err, "not today" in err) == (0, True, True, True)
