"""``servicedesk demo`` from its first line to its last, as a newcomer runs it, and what it leaves behind."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec

import pytest

from servicedesk_core.cli.main import main
from servicedesk_core.machine import sandboxes

pytestmark = pytest.mark.slow
needs_all = pytest.mark.skipif(
    not all(find_spec(f"servicedesk_{name}") for name in ("dell", "lenovo", "snipeit", "xero")),
    reason="servicedesk-dell, -lenovo, -snipeit and -xero are not installed",
)
WATCHED = """
import json, sys
from pathlib import Path

reached = []


def watch(event, args):
    if event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        reached.append(f"{args[1][0]}:{args[1][1]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        reached.append(f"{args[0]}:{args[1] if len(args) > 1 else ''}")


sys.addaudithook(watch)
from servicedesk_core.cli.main import main

code = main(sys.argv[1:])
Path("reached.json").write_text(json.dumps(reached))
sys.exit(code)
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)

    def run(*argv):
        code = main(list(argv))
        return code, *capfd.readouterr()

    return run


@needs_all
def test_the_whole_story_and_every_command_that_it_suggests(run, tmp_path):
    code, out, told = run("demo", "--dir", "desk", "--tickets", "400")
    assert code == 0, told
    assert re.search(r"Dell: \d+ devices in \d+ request", told)
    assert re.search(r"Lenovo: \d+ devices in \d+ request", told)
    assert "Could be claimed" in out
    claim = re.search(r"Claim (SD-\w+) for ticket (\S+):", told)
    assert claim, told
    claim_id, ticket = claim.groups()
    assert "Checked again: it can be sent" in told
    for step in ("Sent: under review", "4 hours after sending: approved", "24 hours after sending: in fulfilment",
                 "96 hours after sending: return received"):  # fmt: skip
        assert step in told
    assert "answered: stock, dell." in told
    for note in ("now under review", "now approved", "shipped: ", "defective part: received"):
        assert note in out

    suggested = re.findall(r"^  servicedesk (--config .*)$", told, flags=re.MULTILINE)
    assert len(suggested) >= 8
    for line in suggested:
        code, out, complaints = run(*shlex.split(line))
        assert code == 0, (line, complaints)
        assert out or complaints or "-o " in line, line  # at some hours no promise is at risk, which is said

    config = "desk/servicedesk.toml"
    notes = json.loads(run("--config", config, "tickets", "show", ticket, "--json")[1])["data"]["notes"]
    ours = [note for note in notes if (note["title"] or "").endswith(claim_id)]
    assert [note["visibility"] for note in ours] == ["internal"] * 4
    shown = json.loads(run("--config", config, "claims", "show", claim_id, "--json")[1])["data"]
    assert shown["claim"]["state"] == "return_received"
    writes = json.loads(run("--config", config, "writes", "list", "--all", "--json")[1])["data"]["items"]
    assert sorted((one["kind"], one["state"]) for one in writes) == [
        ("claims.submit", "confirmed"), ("customers.create", "confirmed"),
        *[("notes.create_internal", "confirmed")] * 4,
        ("sales_invoices.create", "confirmed"), ("stock_moves.take", "confirmed"),
        *[("tickets.update", "confirmed")] * len(re.findall(r"goes to .*\(confirmed\)", told)),
    ]  # fmt: skip
    assert "goes to" in told
    assert not any(one["warnings"] for one in writes), "such as that a part is taken for a closed ticket"
    (held,) = json.loads(run("--config", config, "parts", "taken", "--json")[1])["data"]["items"]
    assert (held["quantity"], held["cost"], held["currency"], held["state"]) == ("1", "84.50", "USD", "confirmed")
    granted = tomllib.loads((tmp_path / config).read_text())["connections"]
    assert {name: one.get("writes") for name, one in granted.items()} == {
        "psa": ["tickets.update", "notes.create_internal"],
        "dell": ["claims.submit", "claims.resubmit"],
        "lenovo": ["claims.submit"],
        "stock": ["stock_moves.take", "stock_moves.return"],
        "books": ["customers.create", "sales_invoices.create"],
    }


@needs_all
def test_nothing_but_its_own_sandboxes_is_reached(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "demo", "--dir", "desk", "--tickets", "60"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    own = set(re.findall(r" at http://([0-9.]+:\d+)", done.stderr))
    assert len(own) == 5
    assert set(json.loads((tmp_path / "reached.json").read_text())) == own


@pytest.mark.parametrize(
    ("installed", "missing"),
    [
        ((), "servicedesk-dell servicedesk-lenovo"),
        (("lenovo",), "servicedesk-dell"),
        (("snipeit", "xero"), "servicedesk-dell servicedesk-lenovo"),
    ],
)
def test_without_a_connector_it_does_the_rest_and_says_what_to_install(run, monkeypatch, installed, missing):
    if not all(find_spec(f"servicedesk_{name}") for name in installed):
        pytest.skip(f"{installed} is not installed")
    scan = sandboxes.scan
    monkeypatch.setattr(sandboxes, "scan", lambda: tuple(p for p in scan() if p.name in {"autotask", *installed}))
    code, out, told = run("demo", "--dir", "desk", "--tickets", "300")
    assert code == 0, told
    assert f"pip install {missing}\n" in told
    assert "Open tickets:" in out
    if "lenovo" in installed:
        assert "Sent: under review" in told
        assert "96 hours after sending: closed" in told
    else:
        assert "claim" not in told.replace("Warranty and claims are left out", "")
    assert ("pip install servicedesk-snipeit\n" in told) is ("snipeit" not in installed)
    assert ("answered: stock." in told) is ("snipeit" in installed)
    assert ("pip install servicedesk-xero\n" in told) is ("xero" not in installed)
    assert ("to the cent" in told) is ("xero" in installed)
    assert run("--config", "desk/servicedesk.toml", "status")[0] == 0
