"""A due time is served once, whoever comes; what was cut off is done again."""

import asyncio
import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.errors import LeaseHeldError, LeaseLostError, StoreBusyError, StoreFullError, SyncError
from servicedesk_core.faces import JobKind
from servicedesk_core.features import with_ours
from servicedesk_core.jobs import job_runs
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.kinds import KINDS
from servicedesk_core.jobs.registry import job_named, jobs_of
from servicedesk_core.jobs.running import JobOutcome, run_job
from servicedesk_core.jobs.scheduler import Scheduler
from servicedesk_core.processes import name_of
from servicedesk_core.store import leases
from servicedesk_core.store.schema import form_requests
from tests.operating.conftest import START
from tests.other_process import other_process


def job(work, schedule="every 15 minutes", name="probe"):
    return Job(name, JobKind(name, "Probes.", schedule, work), None, schedule)


def counting(ran, *, fail=None):
    async def work(desk, connection):
        ran.append(desk.clock.now())
        if fail is not None:
            raise fail
        return "done"

    return work


async def rows(desk, name="probe"):
    return await desk.store.read(lambda tx: job_runs.history(tx, name))


async def test_a_due_time_is_served_once_by_two_processes(settings, clock):
    ran = []
    async with ServiceDesk(settings(), clock=clock) as one, ServiceDesk(settings(), clock=clock) as other:
        outcomes = await asyncio.gather(*(run_job(d, job(counting(ran)), slot=START) for d in (one, other) * 5))
    assert len(ran) == 1
    assert sorted(o.outcome for o in outcomes)[0:1] != ["ok"]
    assert sum(o.outcome == "ok" for o in outcomes) == 1


async def test_a_failed_due_time_waits_for_the_next_one(desk):
    ran = []
    failing = job(counting(ran, fail=SyncError("No luck.")))
    assert (await run_job(desk, failing, slot=START)).error.code == "sync"
    assert (await run_job(desk, failing, slot=START)).outcome == "skipped"
    assert (await run_job(desk, failing, slot=START + timedelta(minutes=15))).outcome == "failed"
    assert [(r.outcome, r.error) for r in await rows(desk)] == [("failed", "No luck.")] * 2


async def test_forms_of_the_console_are_kept_for_a_day(desk, clock):
    old, new = (desk.clock.now() - timedelta(hours=hours) for hours in (25, 23))
    for at in (old, new):
        row = {"id": f"{at}", "person": "user:ana", "call": "tickets.note", "begun_at": at, "begun_by": "x"}
        await desk.store.write(lambda tx, row=row: tx.execute(form_requests.insert().values(**row)))
    await run_job(desk, job(counting([])), slot=START)
    assert await desk.store.read(lambda tx: [*tx.execute(select(form_requests.c.begun_at)).scalars()]) == [new]


async def test_an_older_due_time_is_not_served_after_a_newer_one(desk):
    ran = []
    await run_job(desk, job(counting(ran)), slot=START)
    assert (await run_job(desk, job(counting(ran)), slot=START - timedelta(minutes=15))).outcome == "skipped"
    assert len(ran) == 1


async def test_what_a_dead_process_left_is_done_again_but_not_for_ever(desk):
    ran = []
    await desk.store.write(
        lambda tx: job_runs.claim(tx, "probe", START, origin="schedule", owner="the dead", now=START)
    )
    for attempt in (2, 3):
        assert (await run_job(desk, job(counting(ran)), slot=START)).outcome == "ok"
        [row] = await rows(desk)
        assert row.attempt == attempt
        await desk.store.write(lambda tx, run=row.id: job_runs.finish(tx, run, outcome="interrupted", now=START))
    assert (await run_job(desk, job(counting(ran)), slot=START)).outcome == "skipped"


async def test_a_stopped_job_is_noted_and_its_due_time_is_still_to_be_served(desk):
    begun = asyncio.Event()

    async def hang(desk, connection):
        begun.set()
        await asyncio.sleep(60)
        return ""

    task = asyncio.create_task(run_job(desk, job(hang), slot=START))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [r.outcome for r in await rows(desk)] == ["interrupted"]
    assert await desk.store.read(leases.live) == []
    assert (await run_job(desk, job(counting([])), slot=START)).outcome == "ok"


async def test_a_job_stopped_while_it_takes_its_due_time_does_not_seem_to_run_for_ever(desk, monkeypatch):
    loop, claim = asyncio.get_running_loop(), job_runs.claim

    def stopped(tx, **options):
        loop.call_soon_threadsafe(task.cancel)
        return claim(tx, **options)

    monkeypatch.setattr(job_runs, "claim", stopped)
    task = asyncio.create_task(run_job(desk, job(counting(ran := [])), slot=START))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [r.outcome for r in await rows(desk)] == ["interrupted"]
    assert await desk.store.read(leases.live) == []
    monkeypatch.undo()
    assert (await run_job(desk, job(counting(ran)), slot=START)).outcome == "ok"
    assert len(ran) == 1


async def test_a_job_by_hand_runs_whatever_the_schedule_did(desk, clock):
    ran = []
    await run_job(desk, job(counting(ran)), slot=START)
    clock.advance(60)
    assert (await run_job(desk, job(counting(ran)))).outcome == "ok"
    assert (await run_job(desk, job(counting(ran)), slot=START + timedelta(minutes=15))).outcome == "ok"
    assert len(ran) == 3


async def test_a_job_that_runs_elsewhere_is_busy(desk):
    await desk.store.write(lambda tx: leases.acquire(tx, "job:probe", "another process", 60))
    outcome = await run_job(desk, job(counting([])))
    assert (outcome.outcome, outcome.exit_code) == ("busy", 7)
    assert "another process" in outcome.error.message


async def test_an_unexpected_error_ends_the_job_only_and_its_text_stays_out(desk):
    outcome = await run_job(desk, job(counting([], fail=ValueError("the ticket said: my password is x"))), slot=START)
    assert outcome.error.code == "internal"
    assert "password" not in str(await rows(desk))


async def test_sync_reports_and_backup_are_jobs(desk, tmp_path):
    [pulled] = await desk.run_jobs("sync")
    assert (pulled.job, pulled.outcome, pulled.summary) == ("sync:log", "ok", "2 new, 0 changed, 0 requests")
    [report] = await desk.run_jobs("reports")
    assert report.outcome == "ok"
    page = tmp_path / "reports" / "desk.html"  # the folder was not there
    assert "Example MSP" in page.read_text(encoding="utf-8")


async def test_a_report_whose_folder_cannot_be_made_names_the_file(desk, tmp_path):
    (tmp_path / "reports").write_text("a file stands where the folder would")
    [report] = await desk.run_jobs("reports")
    assert (report.outcome, report.error.code) == ("failed", "settings")
    assert str(tmp_path / "reports" / "desk.html") in report.error.message


async def test_the_newest_backups_are_kept(desk, clock, tmp_path, store_url):
    if store_url.startswith("postgresql"):
        pytest.skip("a server is backed up by its own tools")
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "servicedesk-mine.db").write_text("not a copy of ours")
    (tmp_path / "copies" / "servicedesk-20260101T090000Z.db.partial").write_text("of a process that was killed")
    for _ in range(5):
        assert [o.outcome for o in await desk.run_jobs("backup")] == ["ok"]
        clock.advance(86_400)
    names = sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert names == [f"servicedesk-2026030{day}T090000Z.db" for day in (4, 5, 6)] + ["servicedesk-mine.db"]


async def test_a_backup_that_fails_deletes_no_older_one(desk, clock, tmp_path, store_url, monkeypatch):
    if store_url.startswith("postgresql"):
        pytest.skip("a server is backed up by its own tools")
    for _ in range(3):
        await desk.run_jobs("backup")
        clock.advance(86_400)

    def full(store, path):
        path.write_bytes(b"half")
        raise StoreFullError("The disk is full.")

    monkeypatch.setattr("servicedesk_core.store.backup.backup", full)
    [outcome] = await desk.run_jobs("backup")
    assert outcome.error.code == "store_full"
    assert len(list((tmp_path / "copies").iterdir())) == 3


@pytest.mark.slow
async def test_a_damaged_store_pushes_no_good_backup_out_and_is_an_alert_at_once(desk, clock, tmp_path, store_url):
    if store_url.startswith("postgresql"):
        pytest.skip("a server is backed up by its own tools")
    await desk.run_jobs("sync")
    for _ in range(3):
        await desk.run_jobs("backup")
        clock.advance(86_400)
    await desk.store.write(lambda tx: tx.execute(text("UPDATE tickets SET title = 'other'")))
    [outcome] = await desk.run_jobs("backup")
    assert (outcome.error.code, outcome.exit_code) == ("store_corrupt", 6)
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == [
        f"servicedesk-2026030{day}T090000Z.db" for day in (2, 3, 4)
    ]
    await desk.run_jobs("alerts")
    assert ("store", "damaged") in {(alert.key, alert.kind) for alert in (await desk.status()).alerts}


async def test_several_missed_due_times_make_one_run(desk, clock):
    scheduler = Scheduler(desk, {"probe": job(counting([]))})
    clock.advance(5 * 3600 + 7 * 60)
    assert [slot for _, slot in scheduler.due(clock.now())] == [START + timedelta(hours=5)]


async def test_a_due_time_that_is_too_old_is_left_out(settings, clock):
    keys = settings()
    keys["serve"]["catch_up_hours"] = 2
    async with ServiceDesk(keys, clock=clock) as desk:
        scheduler = Scheduler(desk, {"probe": job(counting([]), "30 2 * * *")})
        clock.advance(-5 * 3600)
        assert len(scheduler.due(clock.now())) == 1, "04:00"
        clock.advance(3600)
        assert scheduler.due(clock.now()) == [], "05:00"


async def test_a_job_of_every_minute_is_not_caught_up_when_the_server_starts(desk, clock):
    scheduler = Scheduler(desk, {"probe": job(counting([]), "every minute")})
    clock.advance(20)
    assert scheduler.due(clock.now()) == []
    clock.advance(45)
    assert len(scheduler.due(clock.now())) == 1


async def look(scheduler, clock):
    """Let a server look at the clock once, and its jobs end."""
    for due, slot in scheduler.due(clock.now()):
        scheduler._start(due, slot)
    await asyncio.gather(*scheduler._running.values())


def once(error, then):
    """Raise an error the first time, and do the usual afterwards."""
    errors = [error]

    def call(*args, **options):
        if errors:
            raise errors.pop()
        return then(*args, **options)

    return call


@pytest.mark.parametrize("how", ["held", "work held", "work lost", "locked", "not noted"])
async def test_a_start_that_served_nothing_is_tried_again_at_the_next_look(desk, clock, monkeypatch, how):
    ran, errors = [], {"work held": LeaseHeldError("busy"), "work lost": LeaseLostError("lost")}
    fence = None
    if how == "held":
        fence = await desk.store.write(lambda tx: leases.acquire(tx, "job:probe", "another process", 60))
    if how in {"locked", "not noted"}:
        name = "claim" if how == "locked" else "finish"
        monkeypatch.setattr(job_runs, name, once(StoreBusyError("locked"), getattr(job_runs, name)))
    work = counting(ran)
    scheduler = Scheduler(desk, {"probe": job(once(errors[how], work) if how in errors else work, "0 6 * * *")})
    await look(scheduler, clock)
    assert len(scheduler.due(clock.now())) == 1, "its due time was not served"
    if fence is not None:
        await desk.store.write(lambda tx: leases.release(tx, fence))
    await look(scheduler, clock)
    assert scheduler.due(clock.now()) == []
    [row] = await rows(desk)
    assert (row.outcome, row.attempt) == ("ok", 2 if how in {"work lost", "not noted"} else 1)
    assert len(ran) == (2 if how == "not noted" else 1)


async def test_finding_somebody_else_at_it_is_no_attempt_and_being_cut_off_is_one(desk, clock):
    scheduler = Scheduler(desk, {"probe": job(counting([], fail=LeaseHeldError("busy")), "0 6 * * *")})
    for _ in range(job_runs.MOST_ATTEMPTS + 2):
        await look(scheduler, clock)
    assert [(row.outcome, row.attempt) for row in await rows(desk)] == [("busy", 1)]
    scheduler = Scheduler(desk, {"other": job(counting(ran := [], fail=LeaseLostError("lost")), "0 6 * * *", "other")})
    for _ in range(job_runs.MOST_ATTEMPTS + 2):
        await look(scheduler, clock)
    assert [(row.outcome, row.attempt) for row in await rows(desk, "other")] == [("interrupted", 3)]
    assert len(ran) == job_runs.MOST_ATTEMPTS
    assert scheduler.due(clock.now()) == []


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="elsewhere it waits until the lease has run out")
@pytest.mark.parametrize("other", ["restarted", "stood by"])
async def test_a_job_cut_off_by_a_kill_is_done_whatever_its_schedule(desk, clock, other):
    ran = []
    scheduler = Scheduler(desk, {"probe": job(counting(ran), "0 6 * * 1")})
    [(_, slot)] = scheduler.due(clock.now())
    with other_process() as (_, owner):
        await desk.store.write(lambda tx: leases.acquire(tx, "job:probe", owner, 60))
        await desk.store.write(
            lambda tx: job_runs.claim(tx, "probe", slot, origin="schedule", owner=name_of(owner), now=START)
        )
        if other == "stood by":
            await look(scheduler, clock)
            assert ran == []
    await look(scheduler, clock)
    [row] = await rows(desk)
    assert (row.outcome, row.attempt, len(ran)) == ("ok", 2, 1)


async def test_the_log_of_a_server_has_each_run_but_of_a_job_of_every_minute_only_what_is_new(desk, caplog):
    caplog.set_level("INFO", "servicedesk.jobs")
    often, seldom = job(counting([]), "every minute", "often"), job(counting([]), "every hour", "seldom")
    scheduler = Scheduler(desk, {"often": often, "seldom": seldom})
    for told in ("nothing", "nothing", "1 alert", "nothing"):
        scheduler.tell(often, JobOutcome("often", "ok", told))
        scheduler.tell(seldom, JobOutcome("seldom", "ok", "done"))
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if "often" in line] == [
        f"job often: {it}" for it in ("nothing", "1 alert", "nothing")
    ]
    assert said.count("job seldom: done") == 4


async def test_two_servers_share_the_due_times_and_both_say_that_they_live(settings, clock):
    ran, names = [], set()
    async with ServiceDesk(settings(), clock=clock) as one, ServiceDesk(settings(), clock=clock) as other:
        monitors = [Scheduler(d, {"probe": job(counting(ran), "every 1 second")}) for d in (one, other)]
        tasks = [asyncio.create_task(s.run()) for s in monitors]
        while not ran:  # noqa: ASYNC110  # another task fills it
            await asyncio.sleep(0.02)
        names = {lease.name for lease in await one.store.read(leases.live)}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        served = await rows(one)
        left = await one.store.read(leases.live)
    assert any(name.startswith("serve:") for name in names)
    assert len(ran) == len({row.slot for row in served}) == len(served)
    assert left == []


async def test_a_server_stopped_while_it_takes_its_lease_gives_it_back(settings, clock, monkeypatch):
    async with ServiceDesk(settings(), clock=clock) as desk:
        write, begun = desk.store.write, asyncio.Event()

        async def told(work, **options):
            begun.set()
            return await write(work, **options)

        monkeypatch.setattr(desk.store, "write", told)
        serving = asyncio.create_task(Scheduler(desk, {}).run())
        await begun.wait()
        serving.cancel()
        await asyncio.wait([serving])
        assert await desk.store.read(leases.live) == []


EVERY = (*KINDS, *(kind for feature in with_ours(()) for kind in feature.jobs))


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_every_kind_names_work_that_is_there(kind):
    assert inspect.iscoroutinefunction(kind.loaded())


def test_names_lead_to_jobs(settings):
    from servicedesk_core.config import parse_settings

    jobs = jobs_of(parse_settings(settings()), with_ours(()))
    assert [j.name for j in job_named(jobs, "sync")] == ["sync:log"]
    assert [j.name for j in job_named(jobs, "alerts")] == ["alerts"]


async def test_writes_is_a_job_where_something_is_granted_and_approves_nothing(settings, clock):
    from servicedesk_core.config import parse_settings

    keys = settings()
    assert "writes" not in jobs_of(parse_settings(keys), ())
    keys["connections"]["log"]["writes"] = ["tickets.update"]
    async with ServiceDesk(keys, clock=clock) as desk:
        [outcome] = await desk.run_jobs("writes")
    assert (outcome.outcome, outcome.summary) == ("ok", "nothing to send")
