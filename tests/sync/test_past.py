"""The vendor's own history of older tickets: read once, ticket by ticket, beside the runs of every day."""

import asyncio
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from servicedesk_core.errors import LeaseHeldError, PermissionDeniedError, SettingsError, UnsupportedError
from servicedesk_core.hooks import FetchOutcome, FetchStatus
from servicedesk_core.ports import BudgetPolicy
from servicedesk_core.store import Store, leases
from servicedesk_core.store.holding import held
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.testing.clock import FakeClock

CHILD = Path(__file__).with_name("past_child.py")


@pytest.fixture
def asked(desk, monkeypatch):
    """Who was asked about; what the vendor answers can be told by ticket."""
    import fake_vendor
    import past_child

    asked, answers = [], {}

    async def fetch_history(refs):
        for ref in refs:
            asked.append(ref)
            status = answers.get(ref, FetchStatus.FOUND)
            rows = (past_child.SourceRecord(f"h{ref}", {"id": f"h{ref}", "of": ref}),)
            yield FetchOutcome(ref, status, rows if status is FetchStatus.FOUND else (), reason="No right.")

    monkeypatch.setattr(desk.calls, "fetch_history", fetch_history)
    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", past_child.told)
    return SimpleNamespace(refs=asked, answers=answers)


async def test_tickets_with_an_unknown_past_are_asked_about_once_and_the_plan_counts_them_before(desk, asked):
    desk.vendor.ticket("ancient", status="Complete")
    desk.clock.advance(100 * 86_400)
    since = desk.clock.now()
    for n in range(3):
        desk.vendor.ticket(f"done {n}", status="Complete")
    desk.vendor.ticket("new")
    desk.clock.advance(600)
    await desk.sync()
    engine, connection = desk.engine(), desk.connection()
    requests = len(desk.vendor.requests)
    plan = await engine.plan_past(connection, since, BudgetPolicy(requests=10, share=0.5, reserved=0.0))
    assert (plan.tickets, plan.requests, plan.requests_per_hour, plan.hours) == (3, 3, 5, 3 / 3600)
    assert (len(desk.vendor.requests), asked.refs) == (requests, [])
    asked.answers["done 2"] = FetchStatus.FAILED
    heard = []
    report = await desk.engine(progress=lambda name, told: heard.append((name, told.read, told.expected))).read_past(
        connection, since
    )
    assert heard == [("psa", 3, 3)]
    assert (report.tickets, report.failed, report.events) == (3, 1, 2)
    assert (report.complete, report.partial, report.none) == (3, 0, 2)
    asked.answers.clear()
    assert (await engine.read_past(connection, since)).tickets == 1
    assert (await engine.read_past(connection, since)).tickets == 0
    assert asked.refs == ["done 0", "done 1", "done 2", "done 2"]
    assert (await engine.read_past(connection, since - timedelta(days=200))).complete == 5
    assert desk.sql("SELECT action, COUNT(*) FROM audit WHERE action LIKE '%history%' GROUP BY 1") == [
        ("sync.history_read", 3)
    ]


async def test_who_cannot_or_must_not_read_it_is_told_why(desk, asked):
    desk.vendor.ticket("done", status="Complete")
    desk.clock.advance(600)
    await desk.sync()
    since, engine = desk.clock.now() - timedelta(days=1), desk.engine()
    asked.answers["done"] = FetchStatus.DENIED
    with pytest.raises(PermissionDeniedError, match="No right"):
        await engine.read_past(desk.connection(), since)
    assert (await engine.plan_past(desk.connection(), since)).tickets == 1  # once the right is there
    async with held(desk.store, leases.histories_of("psa"), 60):
        await desk.sync()  # beside it
        with pytest.raises(LeaseHeldError):
            await engine.read_past(desk.connection(), since)
    with pytest.raises(SettingsError, match="excluded"):
        await engine.read_past(desk.connection(exclusions=Exclusions.of(("ticket_events",), (), {})), since)
    desk.calls.hidden = {"fetch_history"}
    with pytest.raises(UnsupportedError, match="does not read the history"):
        await engine.plan_past(desk.connection(), since)


@pytest.mark.slow
def test_what_was_read_before_a_kill_is_not_asked_for_again(tmp_path, empty_store):
    import past_child

    path = tmp_path / "desk.db"
    shutil.copyfile(empty_store, path)
    command = [sys.executable, str(CHILD), str(path), "5"]  # when lease, source, tenant and 25 tickets are there
    killed = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout.split() == [f"{n:05}" for n in range(50)]
    again = subprocess.run([*command[:-1], "999"], capture_output=True, text=True, timeout=600, check=False)
    assert again.returncode == 0, again.stderr
    assert again.stdout.split() == [f"{n:05}" for n in range(25, 60)]
    clock = FakeClock()
    since = clock.now()
    with Store.open(f"sqlite:///{path}", clock=clock) as store:
        syncing, connection = past_child.engine(store, clock)
        report = asyncio.run(syncing.read_past(connection, since))
    assert (report.tickets, report.complete, report.none) == (0, past_child.TICKETS, 0)


async def test_a_changed_mapping_maps_histories_again(desk, asked, monkeypatch):
    import fake_vendor
    import past_child

    desk.vendor.ticket("done", status="Complete")
    desk.clock.advance(600)
    await desk.sync()
    await desk.engine().read_past(desk.connection(), desk.clock.now() - timedelta(days=1))

    def anew(raw):
        event = past_child.told(raw).entity
        return past_child.Mapped(event.model_copy(update={"vendor_word": "Born"}))

    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", anew)
    report = await desk.engine().remap(desk.connection())
    assert report.stream("ticket_events").changed == 1
    assert desk.sql("SELECT vendor_word FROM ticket_events WHERE source = 'history'") == [("Born",)]
    assert len(asked.refs) == 1
