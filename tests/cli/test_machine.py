"""Commands about this machine and about beginnings: doctor, plugins, mapping, new, sandbox, demo."""

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.sandboxing import Launch, StandIn
from tests.cli.conftest import HEARS_CTRL_C

HAS_AUTOTASK = find_spec("servicedesk_autotask") is not None

needs_autotask = pytest.mark.skipif(not HAS_AUTOTASK, reason="servicedesk-autotask is not installed")


def test_doctor_works_without_a_configuration(run):
    ran = run("doctor", "--json")
    assert ran.code == 0
    findings = {finding["subject"]: finding for finding in ran.json["data"]["items"]}
    assert findings["Configuration"]["level"] == "warning"
    assert "servicedesk init" in findings["Configuration"]["hint"]


def test_doctor_looks_at_secrets_store_and_permissions(run, acme):
    run("sync", "psa")
    (acme.folder / "servicedesk.db").chmod(0o644)
    ran = run("doctor", "--json")
    findings = {finding["subject"]: finding for finding in ran.json["data"]["items"]}
    assert findings["Connection psa"]["level"] == "ok"
    assert findings["Store"]["level"] == "ok"
    assert findings["Permissions"]["level"] == "warning"


def test_doctor_reports_a_missing_secret_as_a_problem(run, acme, monkeypatch):
    monkeypatch.delenv("ACME_TOKEN")
    ran = run("doctor")
    assert ran.code == exit_codes.ERROR
    assert "ACME_TOKEN (not set)" in ran.out


def test_doctor_tells_the_way_to_the_vendors_without_a_login(run, acme, monkeypatch):
    with (acme.folder / "servicedesk.toml").open("a") as file:
        file.write('\n[network]\nproxy = "env:PROXY"\ndirect = ["example.local"]\n')
    monkeypatch.setenv("PROXY", "http://ada:open-sesame@proxy.example.com:3128")
    ran = run("doctor")
    assert "through the proxy proxy.example.com:3128, but to example.local without it" in " ".join(ran.out.split())
    monkeypatch.setenv("PROXY", "open-sesame")
    refused = run("doctor")
    assert refused.code != 0
    assert "network.proxy leads to something that is no address" in " ".join(refused.out.split())
    assert "open-sesame" not in ran.out + refused.out + refused.err


def test_doctor_tells_to_correct_a_file_and_not_to_uninstall_it(run, acme):
    (acme.folder / "acme.py").write_text("1 / 0\n")
    out = run("doctor").out
    assert "Correct" in out
    assert "pip uninstall" not in out


def test_plugins_are_listed_without_a_configuration(run):
    names = {(p["name"], p["status"]) for p in run("plugins", "list", "--json").json["data"]["items"]}
    assert ("tabular", "loaded") in names


def test_a_mapping_is_proposed_written_and_used(run, tmp_path):
    (tmp_path / "log.csv").write_text(
        "case,activity,when,extra\n1,Created,2024-01-01 10:00,x\n"
        "1,Closed,2024-01-02 11:00,y\n2,Created,2024-01-03 10:00,z\n"
    )
    ran = run("mapping", "check", "log.csv", "--write", "mapping.toml", "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["data"]["rows"], ran.json["data"]["tickets"]) == (3, 2)
    again = run("mapping", "check", "log.csv", "--mapping", "mapping.toml", "--json").json["data"]
    assert (again["proposed"], again["toml"]) == (False, ran.json["data"]["toml"])
    assert "Ignored columns" in run("mapping", "check", "log.csv").out
    assert run("mapping", "check", "missing.csv").code != 0


def test_a_new_connector_is_written_and_never_over_another(run, tmp_path):
    assert run("new", "connector", "acme").code == 0
    assert (tmp_path / "acme" / "pyproject.toml").exists()
    assert run("new", "connector", "acme").code == exit_codes.USAGE


def test_an_unknown_sandbox_says_how_to_install_it(run):
    ran = run("sandbox", "acme")
    assert ran.code == exit_codes.USAGE
    assert "pip install servicedesk-acme" in ran.err


@dataclass(frozen=True)
class Habits:
    """What a made-up stand-in can be told.

    Attributes:
        token: What is accepted; another one is
            refused.
        latency_s: Seconds added to every call.
        since: Oldest record.
    """

    token: str = "letmein"
    latency_s: float = 0.0
    since: datetime | None = None
    hidden: int = 7


class Played(StandIn):
    def __init__(self, habits):
        super().__init__(latency_s=habits.latency_s)
        self.habits = habits

    def told(self, url):
        return {"url": url, "token": self.habits.token}


@pytest.fixture
def played(monkeypatch):
    """A stand-in that ends as soon as it was announced, and what it was told."""
    made = []

    def make(habits):
        made.append(habits)
        return Played(habits)

    launch = Launch(make, Habits, latency_s=0.5)
    monkeypatch.setattr("servicedesk_core.machine.sandboxes.sandbox_launch", lambda name: launch)
    monkeypatch.setattr("servicedesk_core.sandboxing.launching.run_until_stopped", lambda *_: None)
    return made


def test_a_sandbox_has_the_options_that_it_declares_and_no_others(run, played):
    shown = run("sandbox", "acme", "--help").out
    assert "What is accepted; another one is refused." in " ".join(shown.replace("│", " ").split())
    assert "--latency" in shown
    assert "--hidden" not in shown
    ran = run("sandbox", "acme", "--token", "made-up", "--since", "2026-01-02", "--json")
    assert (ran.code, ran.json["token"]) == (0, "made-up")
    assert played == [Habits("made-up", 0.5, datetime(2026, 1, 2, tzinfo=UTC))]
    refused = run("sandbox", "acme", "--tickets", "7")
    assert (refused.code, "--tickets" in refused.err) == (2, True)


@pytest.mark.slow
def test_a_sandbox_prints_what_it_accepts_and_ends_with_its_parent(tmp_path):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "servicedesk_core.cli",
            "sandbox",
            "autotask",
            "--tickets",
            "5",
            "--json",
            "--with-parent",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    )
    facts = json.loads(process.stdout.readline())
    assert facts["username"]
    with urllib.request.urlopen(f"{facts['url']}/sandbox/state", timeout=30) as answer:
        assert json.load(answer)["tickets"] == 5
    process.stdin.close()
    assert process.wait(timeout=100) is not None
    process.stdout.close()


def test_the_demo_says_how_to_install_what_it_needs(run, monkeypatch):
    monkeypatch.setattr("servicedesk_core.machine.sandboxes.scan", tuple)
    ran = run("demo")
    assert ran.code == exit_codes.USAGE
    assert "pip install servicedesk-autotask" in ran.err


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(run, acme):
    before = (acme.folder / "servicedesk.toml").read_text()
    assert run("demo", "--dir", ".").code == exit_codes.USAGE
    assert (acme.folder / "servicedesk.toml").read_text() == before


@needs_autotask
@pytest.mark.slow
def test_the_demo_leaves_a_desk_that_the_other_commands_work_on(run, tmp_path):
    ran = run("demo", "--tickets", "60")
    assert ran.code == 0, ran.err
    assert "The desk lived on" in ran.err
    assert "Open tickets:" in ran.out
    config = str(tmp_path / "servicedesk-demo" / "servicedesk.toml")
    assert (tmp_path / "servicedesk-demo" / "desk.html").stat().st_size > 1_000
    state = run("status", "--config", config, "--json").json["data"]
    assert {s["stream"]: s["records"] for s in state["streams"]}["tickets"] > 60
    assert run("report", "desk", "--config", config).code == 0
    assert run("sla", "status", "--config", config, "--json").json["data"]["tickets"] > 0
    assert run("sync", "--config", config).code == exit_codes.VENDOR
    assert run("demo", "--tickets", "60").code == 0


@needs_autotask
@pytest.mark.slow
def test_a_served_demo_can_be_synced_again(run, tmp_path):
    assert run("demo", "--tickets", "60").code == 0
    config = str(tmp_path / "servicedesk-demo" / "servicedesk.toml")
    served = subprocess.Popen(
        [sys.executable, "-c", HEARS_CTRL_C, "demo", "--serve"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for line in served.stderr:
        if "stays at" in line:
            break
    try:
        assert run("sync", "--config", config).code == 0
    finally:
        served.send_signal(2)
        served.communicate(timeout=600)
    assert served.returncode == 0
