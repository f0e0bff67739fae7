"""The desk without ``await``."""

import asyncio
import inspect
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from servicedesk_core import BlockingServiceDesk, ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Capability
from servicedesk_core.people import Actor, Way


def test_a_plain_script_syncs_reads_and_leaves_no_thread_behind(settings, sqlite_url):
    before = set(threading.enumerate())
    with BlockingServiceDesk(settings(), store=sqlite_url) as desk:
        assert desk.sync("log").ok
        assert desk.tickets.count() == 2
        heard = {change.external_id for change in desk.changes(entities=["tickets"], include_backfill=True)}
        assert heard == {"1", "2", "3"}
        assert desk.quarantine.list().items == ()
        with pytest.raises(NotFoundLocallyError):
            desk.tickets.get("99")
    assert set(threading.enumerate()) <= before


async def test_it_works_where_a_loop_runs_already_as_in_a_notebook(settings, sqlite_url):
    with BlockingServiceDesk(settings(), store=sqlite_url) as desk:
        assert desk.sync().ok
        assert desk.status().desk == "Example MSP"


def test_whoever_acts_on_it_may_no_more_than_their_way_allows(settings, sqlite_url):
    with BlockingServiceDesk(settings(), store=sqlite_url) as desk:
        narrow = desk.acting_as(Actor("user:ana", Way.TOKEN), only=frozenset({Capability.READ}))
        assert narrow.tickets.count() == 0
        with pytest.raises(NotPermittedError, match="By this way user:ana may not"):
            narrow.audit.list()


def test_threads_may_share_it(settings, sqlite_url):
    with BlockingServiceDesk(settings(), store=sqlite_url) as desk, ThreadPoolExecutor(4) as pool:
        desk.sync()
        counts = list(pool.map(lambda _: desk.tickets.count(), range(12)))
    assert counts == [2] * 12


def test_a_file_opens_it_too_and_a_failure_to_open_leaves_no_thread(tmp_path):
    before = set(threading.enumerate())
    with pytest.raises(SettingsError):
        BlockingServiceDesk.open(tmp_path / "missing.toml")
    file = tmp_path / "servicedesk.toml"
    file.write_text(f'[desk]\nstore = "sqlite:///{tmp_path}/no/such/folder/x.db"\n')
    with pytest.raises(Exception, match="does not exist"):
        BlockingServiceDesk.open(file)
    assert set(threading.enumerate()) <= before


def test_leaving_a_feed_early_closes_it(settings, sqlite_url):
    with BlockingServiceDesk(settings(), store=sqlite_url) as desk:
        desk.sync()
        feed = desk.changes(include_backfill=True)
        next(feed)
        feed.close()
        assert desk.tickets.count() == 2


def test_a_call_from_inside_its_own_loop_is_refused_instead_of_hanging(settings, sqlite_url):
    with BlockingServiceDesk(settings(), store=sqlite_url) as desk:
        caught = []

        def progress(connection, report):
            try:
                desk.tickets.count()
            except RuntimeError as error:
                caught.append(str(error))

        desk.sync(progress=progress)
    assert caught
    assert "ServiceDesk" in caught[0]


def test_an_interrupted_caller_stops_the_work(settings, sqlite_url, monkeypatch):
    cancelled = []

    async def for_ever(engine, connection, options):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(connection.name)
            raise

    def interrupt(signum, frame):
        raise KeyboardInterrupt

    monkeypatch.setattr("servicedesk_core.sync.engine.SyncEngine.run", for_ever)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with BlockingServiceDesk(settings(), store=sqlite_url) as desk:
            with pytest.raises(KeyboardInterrupt):
                desk.sync()
            assert cancelled == ["log"]
            assert desk.tickets.count() == 0
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_the_twin_has_every_public_method_with_its_documentation():
    own_way = {"aclose", "open", "call", "acting_as", "because_of", "permitted", "may", "note_refusal", "each"}
    own_way |= {"people_in"}  # of whoever has a transaction
    for name, method in inspect.getmembers(ServiceDesk, inspect.isfunction):
        if not name.startswith("_") and name not in own_way:
            assert getattr(BlockingServiceDesk, name).__doc__ == method.__doc__, name
