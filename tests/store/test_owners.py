"""Who holds something: what belongs to a process that has certainly ended is free at once, and nothing else is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servicedesk_core import processes
from servicedesk_core.errors import LeaseHeldError
from servicedesk_core.ports import BudgetKey
from servicedesk_core.processes import has_ended, name_of, this_process
from servicedesk_core.store import leases
from servicedesk_core.store.budgets import slots
from tests.other_process import ended_process, other_process

pytestmark = pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="only Linux names its processes so")

KEY = BudgetKey("acme", "42", "api")


@pytest.fixture
def ended():
    return ended_process()


def test_a_process_is_named_so_that_people_know_it_and_no_other_is_meant():
    with other_process() as (child, owner):
        assert name_of(owner).startswith(f"process {child.pid} on ")
        assert "[" not in name_of(owner)
        assert owner != this_process()
        assert this_process() == this_process()


def test_a_process_has_ended_from_the_moment_of_its_death_on_also_before_its_parent_asks():
    with other_process() as (child, owner):
        assert not has_ended(owner)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and left as it is
        assert has_ended(owner)
    assert has_ended(owner)
    assert not has_ended(this_process())


def test_a_number_that_was_given_again_is_another_process():
    name, _, started = this_process().rpartition(".")
    assert has_ended(f"{name}.{int(started[:-1]) - 1}]")


@pytest.mark.parametrize("of", ["machine", "boot", "container"])
def test_another_machine_or_container_never_counts_as_dead(ended, monkeypatch, of):
    assert has_ended(ended)
    here = processes._place(os.getpid())
    monkeypatch.setattr(processes, "_place", lambda pid: "0" * 16)
    assert not has_ended(ended)
    monkeypatch.undo()
    processes._place.cache_clear()
    if of == "machine":
        monkeypatch.setattr(processes, "machine", lambda: "another")
    else:
        told = {"boot": "boot_id", "container": "ns/pid"}[of]
        read, link = Path.read_text, Path.readlink
        monkeypatch.setattr(Path, "read_text", lambda s, **o: "other" if told in str(s) else read(s, **o))
        monkeypatch.setattr(Path, "readlink", lambda s: Path("other") if told in str(s) else link(s))
    try:
        assert processes._place(os.getpid()) not in {here, None}
        assert not has_ended(ended)
    finally:
        processes._place.cache_clear()


@pytest.mark.parametrize("owner", ["", "the dead", "process 4194000 on box", "host-a:12"])
def test_who_is_not_named_like_that_never_counts_as_dead(owner):
    assert not has_ended(owner)


def test_where_the_kernel_does_not_say_who_runs_nothing_is_certain(ended, monkeypatch):
    monkeypatch.setattr(processes, "_place", lambda pid: None)
    assert this_process() == name_of(this_process())
    assert not has_ended(ended)
    monkeypatch.undo()

    def not_yours(pid, signal):
        raise PermissionError

    monkeypatch.setattr(os, "kill", not_yours)
    monkeypatch.setattr(processes, "_stat", lambda pid: None)
    assert not has_ended(ended), "somebody else's process that is hidden from us"


@pytest.fixture
def elsewhere(monkeypatch):
    """A system that is not Linux, as far as processes are asked about."""
    monkeypatch.setattr(processes, "_IS_LINUX", False)
    processes._place.cache_clear()
    yield
    processes._place.cache_clear()


def test_elsewhere_a_process_whose_number_is_nobodys_has_ended_and_no_other(elsewhere, monkeypatch):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = this_process().replace(f"process {os.getpid()} ", f"process {child.pid} ")
        assert not has_ended(owner)
    assert has_ended(owner)
    assert not has_ended(this_process())
    monkeypatch.setattr(processes, "machine", lambda: "another")
    processes._place.cache_clear()
    assert not has_ended(owner)


def test_the_lease_of_a_dead_process_is_free_at_once(store, ended):
    store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", ended, 240))
    assert store.read_blocking(leases.live) == []
    assert not store.write_blocking(lambda tx: leases.is_held(tx, "sync:psa"))
    fence = store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", this_process(), 240))
    assert fence.number == 2
    [held] = store.read_blocking(leases.live)
    assert held.owner == name_of(this_process())


def test_the_lease_of_a_living_process_is_refused_until_an_instant_that_is_said(store):
    with other_process() as (child, owner):
        store.write_blocking(lambda tx: leases.acquire(tx, "writes:psa", owner, 240))
        with pytest.raises(LeaseHeldError) as caught:
            store.write_blocking(lambda tx: leases.acquire(tx, "writes:psa", this_process(), 240))
        [held] = store.read_blocking(leases.live)
        assert f"{held.expires_at:%Y-%m-%dT%H:%M:%SZ}" in caught.value.message
        assert f"process {child.pid} on " in caught.value.message
        assert "[" not in caught.value.message


def test_places_in_flight_of_a_dead_process_are_free_at_once(store, ended):
    take = {"concurrency": 1, "now_us": 1_000_000_000}
    assert store.write_blocking(lambda tx: slots.take(tx, KEY, owner=f"{ended} 1", **take)) == 0
    assert store.write_blocking(lambda tx: slots.take(tx, KEY, owner=f"{ended} 2", **take)) == 0
    assert store.write_blocking(lambda tx: slots.take(tx, KEY, owner=this_process(), **take)) == 0
    assert store.write_blocking(lambda tx: slots.take(tx, KEY, owner="another", **take)) is None
