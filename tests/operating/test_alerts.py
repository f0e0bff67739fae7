"""Somebody is told once when something is wrong, and once when it is well; a channel that is down costs nothing."""

import asyncio
import json
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.faces import Condition
from servicedesk_core.features.alerts import open_alerts
from servicedesk_core.features.alerts.rules import Rules, StreamFacts, judge
from servicedesk_core.jobs import job_runs
from servicedesk_core.sandboxing import StandIn, json_response, serve
from servicedesk_core.store import leases, runs, sources
from tests.operating.conftest import START

pytestmark = pytest.mark.slow  # real mail and real receivers

RULES = Rules(failing_after=2, silent_after=3, intervals={"psa": timedelta(minutes=15)})
BROKEN = Condition("stream:psa/tickets", "failing", "Stream psa/tickets failed.", "Run it.")


class Mailbox:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the library's name
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
async def mailbox():
    """A real mail server on this loop; the desk talks to it from a thread."""
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()


@pytest.fixture
def receiver():
    """A web hook over real HTTP."""
    found = []

    class Hook(StandIn):
        def answer(self, request):
            found.append(request.json())
            return json_response({})

    with serve(Hook()) as url:
        yield found, int(url.rpartition(":")[2])


def mail(port, **more):
    return {"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none", "sender": "desk@example.com",
            "recipients": ["ops@example.com"]} | more  # fmt: skip


async def fail_runs(desk, times, *, error="The vendor is down.", name="log"):
    """Leave rows of runs as the engine does."""

    def work(tx):
        source = sources.ensure(tx, name, "tabular", "live", desk.clock.now())
        for number in range(times):
            row = runs.start(tx, f"run-{number}", source.id, "tickets", mode="", now=desk.clock.now())
            runs.finish(tx, row, runs.RunCounts(), outcome="failed" if error else "ok", now=desk.clock.now(),
                        error_code="vendor_unavailable" if error else None, error=error)  # fmt: skip

    await desk.store.write(work)


def facts(**changed):
    known = {"connection": "psa", "stream": "tickets", "is_swept": False, "failures": 0, "error": None,
             "error_code": None, "synced_at": START, "known_since": START} | changed  # fmt: skip
    return StreamFacts(**known)


@pytest.mark.parametrize(
    ("changed", "after", "kind"),
    [
        ({}, timedelta(minutes=45), None),
        ({}, timedelta(minutes=46), "silent"),
        ({"is_swept": True}, timedelta(days=3), None),
        ({"is_swept": True}, timedelta(days=3, minutes=1), "silent"),
        ({"synced_at": None}, timedelta(minutes=46), "silent"),
        ({"failures": 1}, timedelta(), None),
        ({"failures": 2}, timedelta(), "failing"),
        ({"failures": 2}, timedelta(days=9), "failing"),
        ({"connection": "unscheduled"}, timedelta(days=99), None),
    ],
)
def test_a_stream_is_failing_or_silent(changed, after, kind):
    assert [c.kind for c in judge([facts(**changed)], [], {}, RULES, START + after)] == ([kind] if kind else [])


def test_a_first_sync_that_takes_long_is_not_silence():
    rules = Rules(2, 3, RULES.intervals, running={"psa": START + timedelta(hours=9)})
    assert judge([facts(synced_at=None)], [], {}, rules, START + timedelta(hours=9, minutes=20)) == []


def test_streams_of_a_connection_that_cannot_be_used_are_one_alert():
    run = job_runs.JobRun(
        1, "sync:psa", START, "schedule", "x", 1, START, START, "failed", None, "authentication", "No."
    )
    found = judge([facts(), facts(stream="notes")], [], {"sync:psa": [run, run]}, RULES, START + timedelta(days=1))
    assert [c.key for c in found] == ["connection:psa"]


def down(*streams, code="network"):
    return [facts(stream=name, failures=2, error="The vendor is down.", error_code=code) for name in streams]


def test_streams_that_one_cause_stops_are_one_alert_with_the_streams_inside():
    (found,) = judge(down("companies", "tickets", "notes"), [], {}, RULES, START)
    assert (found.key, found.kind) == ("connection:psa/network", "failing")
    assert "3 streams" in found.problem
    assert "companies, tickets, notes" in found.problem
    assert "The vendor is down." in found.problem
    silent = judge([facts(), facts(stream="notes")], [], {}, RULES, START + timedelta(days=1))
    assert [(c.key, c.kind) for c in silent] == [("connection:psa/silent", "silent")]


def test_an_outage_stays_one_alert_until_its_last_stream_is_well():
    told = {"connection:psa/network"}
    (found,) = judge(down("tickets"), [], {}, RULES, START, told=told)
    assert found.key == "connection:psa/network"
    assert "1 stream is failing" in found.problem
    assert judge([facts()], [], {}, RULES, START, told=told) == []


def test_an_outage_is_news_although_another_stream_was_told_before():
    before = {"stream:psa/time_entries"}
    found = judge(down("time_entries", "tickets", "notes"), [], {}, RULES, START, told=before)
    assert [c.key for c in found] == ["stream:psa/time_entries", "connection:psa/network"]
    rights = down("time_entries", "contracts", code="permission_denied")
    found = judge([*rights, *down("tickets", "notes")], [], {}, RULES, START, told={"connection:psa/permission_denied"})
    assert [c.key for c in found] == ["connection:psa/permission_denied", "connection:psa/network"]


def test_a_stream_that_was_told_is_not_called_well_while_its_connection_is_stopped():
    run = job_runs.JobRun(
        1, "sync:psa", START, "schedule", "x", 1, START, START, "failed", None, "authentication", "No."
    )
    found = judge(down("notes"), [], {"sync:psa": [run, run]}, RULES, START, told={"stream:psa/notes"})
    assert [c.key for c in found] == ["connection:psa", "stream:psa/notes"]


def test_what_its_streams_tell_is_not_told_again_by_the_job():
    run = job_runs.JobRun(1, "sync:psa", START, "schedule", "x", 1, START, START, "failed", None, "sync", "tickets.")
    assert judge([facts()], [], {"sync:psa": [run, run]}, RULES, START) == []


def test_interrupted_and_busy_runs_neither_count_nor_end_a_series():
    def run(outcome):
        return job_runs.JobRun(
            1, "backup", START, "schedule", "x", 1, START, START, outcome, None, "store_full", "Full."
        )

    history = [run("failed"), run("busy"), run("interrupted"), run("failed"), run("ok")]
    assert [c.key for c in judge([], [], {"backup": history}, RULES, START)] == ["job:backup"]


def test_the_reason_is_that_of_the_newest_failure_also_while_the_next_run_has_begun():
    def run(job, outcome, error):
        return job_runs.JobRun(
            1, job, START, "schedule", "x", 1, START, None, outcome, None, error and "network", error
        )

    jobs = {
        name: [run(name, "running", None), run(name, "failed", "Newest."), run(name, "failed", "Older.")]
        for name in ("sync:psa", "backup")
    }
    assert [c.problem for c in judge([facts()], [], jobs, RULES, START)] == [
        "Connection psa cannot be synced: Newest.",
        "Job backup failed: Newest.",
    ]


async def test_it_alerts_once_and_once_on_recovery_by_mail(settings, clock, mailbox):
    keys = settings(alerts={"channels": {"mail": mail(mailbox.port)}})
    for round_ in range(3):  # each a process of its own
        async with ServiceDesk(keys, clock=clock) as desk:
            if not round_:
                await fail_runs(desk, 2)
            await desk.run_jobs("alerts")
        clock.advance(60)
    assert len(mailbox.mails) == 1
    sender, recipients, text = mailbox.mails[0]
    assert (sender, recipients) == ("desk@example.com", ["ops@example.com"])
    assert "The vendor is down." in text
    assert "stream:log/tickets" in text
    async with ServiceDesk(keys, clock=clock) as desk:
        await fail_runs(desk, 1, error=None)
        for _ in range(2):
            await desk.run_jobs("alerts")
    assert len(mailbox.mails) == 2
    assert "RECOVERED stream:log/tickets" in mailbox.mails[1][2]
    async with ServiceDesk(keys, clock=clock) as desk:
        await fail_runs(desk, 2)
        await desk.run_jobs("alerts")
        assert [a.key for a in (await desk.status()).alerts] == ["stream:log/tickets"]
    assert len(mailbox.mails) == 3, "the next time is an alert of its own"


async def test_several_processes_never_tell_twice(settings, clock, mailbox):
    keys = settings(alerts={"channels": {"mail": mail(mailbox.port)}})
    async with ServiceDesk(keys, clock=clock) as one, ServiceDesk(keys, clock=clock) as other:
        await fail_runs(one, 2)
        outcomes = await asyncio.gather(*(desk.run_jobs("alerts") for desk in (one, other) * 4))
        assert {o.outcome for batch in outcomes for o in batch} <= {"ok", "busy"}
    assert len(mailbox.mails) == 1


async def test_a_channel_that_is_down_fails_nothing_is_shown_and_tried_again(settings, clock, mailbox, monkeypatch):
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2-never-shown")
    keys = settings(alerts={"channels": {
        "down": mail(1, username="u"), "mail": mail(mailbox.port),
        "locked": mail(1, security="starttls", username="u", password="env:SMTP_PASSWORD"),
    }})  # fmt: skip
    async with ServiceDesk(keys, clock=clock) as desk:
        await fail_runs(desk, 2)
        [outcome] = await desk.run_jobs("alerts")
        assert (outcome.outcome, outcome.summary) == ("ok", "1 open, 2 notices sent, 2 could not be sent")
        assert len(mailbox.mails) == 1, "the others are told at once"
        held = {c.name: c for c in (await desk.status()).channels}
        assert (held["down"].waiting, held["mail"].waiting) == (1, 0)
        assert "ConnectionRefusedError" in held["down"].last_error
        assert held["down"].next_try_at == clock.now() + timedelta(minutes=1)
        pauses = []
        for _ in range(8):
            at = {c.name: c for c in (await desk.status()).channels}["down"].next_try_at
            pauses.append((at - clock.now()).total_seconds() / 60)
            clock.advance((at - clock.now()).total_seconds())
            await desk.run_jobs("alerts")
        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    keys["alerts"]["channels"]["down"]["port"] = mailbox.port
    clock.advance(3600)
    async with ServiceDesk(keys, clock=clock) as desk:
        await desk.run_jobs("alerts")
        assert {c.name: c.waiting for c in (await desk.status()).channels}["down"] == 0
    assert len(mailbox.mails) == 2


async def test_a_notice_that_nobody_took_for_a_week_is_dropped(settings, clock):
    keys = settings(alerts={"channels": {"down": mail(1)}})
    async with ServiceDesk(keys, clock=clock) as desk:
        await fail_runs(desk, 2)
        await desk.run_jobs("alerts")
        clock.advance(7 * 86_400 + 1)
        await desk.run_jobs("alerts")
        assert [(c.waiting, c.dropped) for c in (await desk.status()).channels if c.name == "down"] == [(0, 1)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Apprise's own, in its plugins
async def test_apprise_tells_a_receiver_and_its_address_stays_secret(settings, clock, receiver, monkeypatch):
    found, port = receiver
    monkeypatch.setenv("ALERTS_URL", f"json://user:token-4711-never-shown@127.0.0.1:{port}/hook")
    keys = settings(alerts={"channels": {"hook": {"kind": "apprise", "url": "env:ALERTS_URL"}}})
    async with ServiceDesk(keys, clock=clock) as desk:
        await fail_runs(desk, 2)
        await desk.run_jobs("alerts")
        assert len(found) == 1
        assert "stream:log/tickets" in found[0]["title"]
        assert "The vendor is down." in found[0]["message"]
        monkeypatch.setenv("ALERTS_URL", "nothing that apprise knows: token-4711-never-shown")
        await fail_runs(desk, 1, error=None)
        await desk.run_jobs("alerts")
        [held] = [c for c in (await desk.status()).channels if c.name == "hook"]
        assert held.waiting == 1
        assert "token-4711" not in held.last_error


async def test_a_file_gets_a_line_of_json_for_each_event(settings, clock, tmp_path):
    keys = settings(alerts={"channels": {"file": {"kind": "file", "path": str(tmp_path / "alerts.jsonl")}}})
    async with ServiceDesk(keys, clock=clock) as desk:
        await fail_runs(desk, 2)
        await desk.run_jobs("alerts")
        await fail_runs(desk, 1, error=None)
        await desk.run_jobs("alerts")
    lines = [json.loads(line) for line in (tmp_path / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["opened", "recovered"]
    assert (tmp_path / "alerts.jsonl").stat().st_mode & 0o077 == 0


async def test_the_log_is_always_told(desk, caplog):
    await fail_runs(desk, 2)
    with caplog.at_level("WARNING", logger="servicedesk.alerts"):
        await desk.run_jobs("alerts")
        await desk.run_jobs("alerts")
    assert sum("ALERT stream:log/tickets" in message for message in caplog.messages) == 1


async def test_an_overtaken_watcher_changes_nothing(desk):
    """The rows of alerts are written under the job's lease; a second owner is refused while it is held."""
    await desk.store.write(lambda tx: leases.acquire(tx, "job:alerts", "another", 60))
    await fail_runs(desk, 2)
    [outcome] = await desk.run_jobs("alerts")
    assert outcome.outcome == "busy"
    assert await desk.store.read(open_alerts) == []
