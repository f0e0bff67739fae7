"""What access takes, before anything is configured."""

from importlib.util import find_spec

import pytest

from servicedesk_core.cli.shell import exit_codes

needs_autotask = pytest.mark.skipif(find_spec("servicedesk_autotask") is None, reason="not installed")


@needs_autotask
def test_every_stream_and_every_write_names_its_right_without_a_configuration(run, tmp_path):
    from servicedesk_autotask.reading.streams import STREAMS
    from servicedesk_autotask.writing.kinds import KINDS

    ran = run("connections", "requirements", "autotask", "--json")
    assert ran.code == 0
    data = ran.json["data"]
    assert {one["what"] for one in data["streams"]} == set(STREAMS)
    assert {one["what"] for one in data["writes"]} == {*KINDS, "webhooks.register"}
    assert all(one["right"] for one in (*data["streams"], *data["writes"]))
    assert data["approved_by"]
    assert data["lead_time"] != "unknown"
    assert list(tmp_path.iterdir()) == [], "nothing is made by looking"


@needs_autotask
def test_the_page_warns_of_what_customers_may_see(run):
    ran = run("connections", "requirements", "autotask")
    line = next(line for line in ran.out.splitlines() if "notes.create_public" in line)
    assert "customer may see" in line
    line = next(line for line in ran.out.splitlines() if "notes.create_internal" in line)
    assert "customer" not in line


def test_a_connector_that_is_not_installed_is_named_with_its_remedy(run):
    ran = run("connections", "requirements", "acme-psa")
    assert ran.code == exit_codes.USAGE
    assert "pip install servicedesk-acme-psa" in ran.err


def test_a_connector_that_describes_itself_only_with_settings_says_so(run):
    ran = run("connections", "requirements", "tabular")
    assert ran.code == exit_codes.USAGE
    assert "only once it is configured" in ran.err


def test_a_connector_in_a_file_tells_what_it_knows(run, acme):
    ran = run("connections", "requirements", "./acme.py:Acme")
    assert ran.code == 0
    assert "not said" in ran.out
