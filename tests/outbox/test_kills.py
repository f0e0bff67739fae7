"""Senders killed with SIGKILL, on each database: nothing is lost, nothing is sent twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("kills.py")
KILLS = int(os.environ.get("SERVICEDESK_TEST_KILLS", "10"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def fresh_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("new_postgres_url")()


def killed(url, *options):
    command = [sys.executable, str(SCRIPT), "--store", url, *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=1_700, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    return json.loads(ran.stdout)


def check(told):
    wanted = {"lost": 0, "doubled": 0, "unfinished": 0, "unknown": 0, "audit": True}
    assert {name: told[name] for name in wanted} == wanted, told


TRANSACTIONS = (
    "Writes.propose",
    "Writes._decided",
    "_acquire.<lambda>",
    "OutboxRunner.run.<lambda>",
    "Delivery._begun",
    "Delivery._confirmed",
    "Delivery.copy.<lambda>",
    "Settler._found",
    "_give_back.<lambda>",
)
CALLS = ("check", "send", "confirmed", "find")
POINTS = {f"{when} the commit of {one}" for one in TRANSACTIONS for when in ("before", "after")}
POINTS |= {f"{when} {one}" for one in CALLS for when in ("before", "after")}
"""What a kill must have been tried at; a name that is gone from the program has to be replaced here."""


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("kind", ["tickets.create", "tickets.update", "notes.create_internal", "time_entries.create"])
def test_a_kill_at_every_step_between_intent_and_confirmation(fresh_url, kind):
    if kind.startswith("tickets.") == fresh_url.startswith("postgresql"):
        pytest.skip("the kinds differ in how a doubt is settled, not in what a database does: two are enough on each")
    told = killed(fresh_url, "--points", kind)
    check(told)
    assert set(told["points"]) >= POINTS


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_kills_at_random_instants_beside_a_vendor_that_fails(fresh_url):
    told = killed(fresh_url, "--kills", str(KILLS), "--seed", "7", "--faults", "25")
    check(told)
    assert told["writes"] > KILLS // 3
