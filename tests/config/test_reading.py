"""A configuration is read as a whole, and every problem of it is named at once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core.config import Secrets, load_settings, parse_settings, since_at, store_url
from servicedesk_core.errors import SettingsError

GOOD = """
[desk]
name = "Example MSP"
timezone = "America/New_York"
store = "sqlite:///data/desk.db"

[connections.psa]
connector = "autotask"
username = "env:AUTOTASK_USERNAME"
streams = ["companies", "tickets"]
budget = "40%"
raw = "days:90"
since = "365d"

[connections.psa.mapping.status]
"Waiting Customer" = "waiting_customer"
"""


def write(tmp_path, text):
    path = tmp_path / "servicedesk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_understood(tmp_path):
    settings = load_settings(write(tmp_path, GOOD))
    psa = settings.connections["psa"]
    assert settings.desk.timezone == "America/New_York"
    assert (psa.connector, psa.environment, psa.writes) == ("autotask", "live", ())
    assert psa.budget.share == 0.4
    assert psa.raw.days == 90
    assert psa.since == timedelta(days=365)
    assert psa.mapping.status == {"Waiting Customer": "waiting_customer"}
    assert psa.options == {"username": "env:AUTOTASK_USERNAME"}


def test_a_relative_store_lies_beside_the_file(tmp_path):
    settings = load_settings(write(tmp_path, GOOD))
    assert store_url(settings, Secrets()) == f"sqlite:///{tmp_path}/data/desk.db"


def test_the_store_may_be_a_reference(tmp_path):
    settings = parse_settings({"desk": {"store": "env:STORE"}}, path=tmp_path / "servicedesk.toml")
    seen = []
    secrets = Secrets(environ={"STORE": "postgresql+psycopg://u:pw@localhost/desk"}, on_resolved=seen.append)
    assert store_url(settings, secrets) == "postgresql+psycopg://u:pw@localhost/desk"
    assert seen == ["postgresql+psycopg://u:pw@localhost/desk", "pw"]


def test_all_problems_are_named_at_once_with_what_is_allowed(tmp_path):
    path = write(
        tmp_path,
        """
[desk]
nme = "x"
timezone = "new york"
[pluggins]
[connections.psa]
connector = "autotask"
environment = "sandox"
streams = ["tickts"]
budget = "400%"
writes = ["everything"]
[connections.psa.mapping.status]
"New" = "nw"
""",
    )
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    message = caught.value.message
    assert str(path) in message
    for expected in (
        'desk.nme: unknown setting. Did you mean "name"?',
        'Did you mean "America/New_York"?',
        'pluggins: unknown setting. Did you mean "plugins"?',
        'connections.psa.environment: must be "live" or "sandbox". Did you mean "sandbox"?',
        'Did you mean "tickets"?',
        "connections.psa.budget: write a share",
        'connections.psa.writes[1]: name what is written and how, such as "tickets.update"',
        "connections.psa.mapping.status.New: must be",
    ):
        assert expected in message


def test_a_half_written_file_names_the_line(tmp_path):
    with pytest.raises(SettingsError, match="line 3"):
        load_settings(write(tmp_path, '[desk]\nname = "Example"\nstore = "sqlite:'))


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match="servicedesk init"):
        load_settings(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00", b"[desk\x00]"])
def test_a_file_that_is_no_text_is_refused_in_plain_words(tmp_path, content):
    path = tmp_path / "servicedesk.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"UTF-8|valid TOML"):
        load_settings(path)


def test_a_folder_in_place_of_the_file_is_refused_in_plain_words(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path)


def test_sandbox_and_live_never_stand_in_one_configuration():
    with pytest.raises(SettingsError, match='"a" is live and "b" is a sandbox'):
        parse_settings({"connections": {"a": {"connector": "x"}, "b": {"connector": "x", "environment": "sandbox"}}})


def test_names_that_differ_only_in_case_are_refused():
    with pytest.raises(SettingsError, match="upper and lower case"):
        parse_settings({"connections": {"psa": {"connector": "x"}, "PSA": {"connector": "x"}}})


@pytest.mark.parametrize("budget", [True, 0, -1, "0%", "101%", "40", 1.5, None])
def test_a_budget_that_means_nothing_is_refused(budget):
    with pytest.raises(SettingsError, match="share of the vendor's quota"):
        parse_settings({"connections": {"psa": {"connector": "x", "budget": budget}}})


@pytest.mark.parametrize(("raw", "days"), [("full", None), ("days:30", 30), ("none", 0)])
def test_payloads_may_be_kept_for_ever_for_days_or_not_at_all(raw, days):
    settings = parse_settings({"connections": {"psa": {"connector": "x", "raw": raw}}})
    assert settings.connections["psa"].raw.days == days


@pytest.mark.parametrize("raw", ["", "some", "days:", "days:0", "days:-1", "days:x", 30, None])
def test_a_way_of_keeping_payloads_that_means_nothing_is_refused(raw):
    with pytest.raises(SettingsError, match='raw: write "full", "none", or how many days'):
        parse_settings({"connections": {"psa": {"connector": "x", "raw": raw}}})


def test_a_representation_shows_no_value_of_the_connector():
    settings = parse_settings(
        {"connections": {"psa": {"connector": "x", "environment": "sandbox", "secret": "hunter2-hunter2"}}}
    )
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)


@pytest.mark.parametrize(
    "setting",
    [
        {"since": date(1, 1, 1)},
        {"since": "0001-01-01"},
        {"since": "9999-12-31"},
        {"since": "999999d"},
        {"budget": 10**20},
    ],
)
def test_a_number_or_day_that_nothing_can_reach_is_refused_when_the_configuration_is_read(setting):
    with pytest.raises(SettingsError, match=f"connections.a.{next(iter(setting))}"):
        parse_settings({"connections": {"a": {"connector": "tabular"} | setting}})


def test_since_is_the_start_of_a_day_in_the_desks_zone():
    now = datetime(2024, 3, 11, 3, 0, tzinfo=UTC)  # still the 10th in New York
    zone = "America/New_York"
    assert since_at(timedelta(days=0), now=now, timezone=zone) == datetime(2024, 3, 10, 5, 0, tzinfo=UTC)
    assert since_at(date(2024, 7, 1), now=now, timezone=zone) == datetime(2024, 7, 1, 4, 0, tzinfo=UTC)
