"""Making a configuration: asked, or from options."""

import io
import sys
import tomllib

import pytest

from servicedesk_core.cli.shell import exit_codes

pytestmark = pytest.mark.slow  # each writes a configuration from a sandbox

FLAGS = ("--connector", "./acme.py:Acme", "--set", "token=env:ACME_TOKEN")


@pytest.fixture
def folder(acme):
    (acme.folder / "servicedesk.toml").unlink()
    return acme.folder


@pytest.fixture
def answers(monkeypatch):
    def typed(*lines):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return typed


def written(folder):
    return tomllib.loads((folder / "servicedesk.toml").read_text())


def test_scripts_get_a_working_file_from_options_alone(run, folder):
    ran = run("init", *FLAGS, "--desk-name", "Example MSP", "--timezone", "Europe/Rome", "--yes")
    assert ran.code == 0, ran.err
    made = written(folder)
    assert made["desk"]["timezone"] == "Europe/Rome"
    connection = made["connections"]["psa"]
    assert connection["token"] == "env:ACME_TOKEN"
    assert connection["mapping"]["status"] == {"New": "new", "Waiting Customer": "waiting_customer"}
    text = (folder / "servicedesk.toml").read_text()
    assert '# budget = "40%"' in text
    assert '# streams = ["companies", "tickets"]' in text
    assert "'Frozzled'" in (folder / "servicedesk.toml").read_text()
    assert "no meaning yet: status 'Frozzled'" in ran.err
    assert run("connections", "test", "psa").code == 0
    assert run("sync", "psa").code == 0


def test_the_way_through_a_proxy_is_taken_and_written_down(run, folder):
    ran = run("init", *FLAGS, "--yes", "--proxy", "http://127.0.0.1:9", "--ca-file", "company.pem")
    assert ran.code == exit_codes.USAGE, ran.err
    assert "network.ca_file" in ran.err
    assert not (folder / "servicedesk.toml").exists()
    ran = run("init", *FLAGS, "--yes", "--proxy", "http://127.0.0.1:9")
    assert ran.code == 0, ran.err
    assert written(folder)["network"] == {"proxy": "http://127.0.0.1:9"}


def test_a_person_is_asked_and_decides_what_is_unknown(run, folder, answers):
    answers("My MSP", "UTC", "env:ACME_TOKEN", "frozen", "on_hold")
    ran = run("init", "--connector", "./acme.py:Acme", "--name", "acme")
    assert ran.code == 0, ran.err
    assert "[env:ACME_TOKEN]" in ran.err
    made = written(folder)
    assert made["desk"]["name"] == "My MSP"
    assert made["connections"]["acme"]["mapping"]["status"]["Frozzled"] == "on_hold"


def test_a_question_says_what_it_asks_for(run, folder, answers):
    code = (folder / "acme.py").read_text()
    described = 'token: SecretStr = Field(description="What Acme lets you in with.")\n    place: str'
    code = code.replace("token: SecretStr", described).replace("import SecretStr", "import Field, SecretStr")
    (folder / "acme.py").write_text(code)
    answers("acme", "My MSP", "UTC", "env:ACME_TOKEN", "here")
    ran = run("init", "--connector", "./acme.py:Acme", "--offline")
    assert ran.code == 0, ran.err
    assert "token (What Acme lets you in with) [env:ACME_TOKEN]: " in ran.err
    assert "place: " in ran.err


def test_a_secret_itself_is_not_written(run, folder):
    ran = run("init", "--connector", "./acme.py:Acme", "--set", "token=token-4711-never-shown", "--yes")
    assert ran.code == exit_codes.USAGE
    assert "Reading your own lists" not in ran.err, "known at once, and said before anybody is asked"
    assert not (folder / "servicedesk.toml").exists()


def test_a_typed_secret_and_a_zone_that_is_none_are_asked_for_again_at_once(run, folder, answers):
    answers("My MSP", "Berlin", "Europe/Berlin", "token-4711-never-shown", "env:ACME_TOKEN", "")
    ran = run("init", "--connector", "./acme.py:Acme", "--name", "acme")
    assert ran.code == 0, ran.err
    assert 'Did you mean "Europe/Berlin"?' in ran.err
    assert "Say where it is: env:ACME_TOKEN (a variable that you set), file:PATH or keyring:" in ran.err
    made = written(folder)
    assert (made["desk"]["timezone"], made["connections"]["acme"]["token"]) == ("Europe/Berlin", "env:ACME_TOKEN")


def test_a_sandbox_has_made_up_secrets_that_may_be_written(run, folder):
    flags = ("--connector", "./acme.py:Acme", "--environment", "sandbox", "--set", "token=made-up", "--yes")
    assert run("init", *flags).code == 0
    assert written(folder)["connections"]["psa"]["token"] == "made-up"


def test_an_existing_file_is_never_replaced_unasked(run, acme, answers):
    before = (acme.folder / "servicedesk.toml").read_text()
    assert run("init", *FLAGS, "--yes").code == exit_codes.USAGE
    answers()
    assert run("init", *FLAGS).code == exit_codes.REFUSED
    assert (acme.folder / "servicedesk.toml").read_text() == before
    assert run("init", *FLAGS, "--yes", "--force").code == 0
    assert (acme.folder / "servicedesk.toml").read_text() != before


def test_without_the_vendor_the_file_has_no_proposals(run, folder):
    assert run("init", *FLAGS, "--set", "behaviour=down", "--yes").code == exit_codes.VENDOR
    assert not (folder / "servicedesk.toml").exists()
    assert run("init", *FLAGS, "--set", "behaviour=down", "--yes", "--offline").code == 0
    assert "mapping" not in written(folder)["connections"]["psa"]


def test_scripts_are_told_what_is_missing(run, folder):
    ran = run("init", "--yes")
    assert ran.code == exit_codes.USAGE
    assert "--connector" in ran.err
    assert "tabular" in ran.err


def test_input_that_ends_early_leaves_nothing(run, folder, answers):
    answers("My MSP")
    assert run("init", "--connector", "./acme.py:Acme", "--name", "acme").code == exit_codes.REFUSED
    assert not (folder / "servicedesk.toml").exists()
