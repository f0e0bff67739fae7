"""One owner at a time, and an overtaken one can store nothing any more."""

import pytest
from sqlalchemy import text

from servicedesk_core.errors import LeaseHeldError, LeaseLostError
from servicedesk_core.store import Store, leases, sources


def take(store, owner, ttl_s=60.0, name="sync:psa"):
    return store.write_blocking(lambda tx: leases.acquire(tx, name, owner, ttl_s))


def expire(store, name="sync:psa"):
    store.write_blocking(lambda tx: tx.execute(text("UPDATE leases SET expires_at = 1 WHERE name = :n"), {"n": name}))


def test_a_held_lease_says_who_holds_it(store):
    take(store, "host-a:12")
    with pytest.raises(LeaseHeldError, match=r"sync:psa is already running in host-a:12, since \d{4}-"):
        take(store, "host-b:9")
    take(store, "host-b:9", name="sync:other")
    assert [lease.owner for lease in store.read_blocking(leases.live)] == ["host-b:9", "host-a:12"]


def test_a_released_lease_can_be_taken_and_its_number_rises(store):
    first = take(store, "a")
    store.write_blocking(lambda tx: leases.release(tx, first))
    assert store.read_blocking(leases.live) == []
    assert take(store, "a").number > first.number


def test_an_overtaken_owner_can_store_nothing(store):
    old = take(store, "a")
    expire(store)
    new = take(store, "b")
    with pytest.raises(LeaseLostError):
        store.write_blocking(lambda tx: sources.ensure(tx, "x", "c", "live", store.clock.now()), fence=old)
    assert store.read_blocking(sources.all) == []
    store.write_blocking(lambda tx: sources.ensure(tx, "x", "c", "live", store.clock.now()), fence=new)
    with pytest.raises(LeaseLostError):
        store.write_blocking(lambda tx: leases.renew(tx, old, 60))
    store.write_blocking(lambda tx: leases.release(tx, old))
    assert [lease.number for lease in store.read_blocking(leases.live)] == [new.number]


def test_an_expired_lease_is_lost_even_when_nobody_took_it(store):
    fence = take(store, "a")
    expire(store)
    with pytest.raises(LeaseLostError):
        store.write_blocking(lambda tx: None, fence=fence)


def test_the_same_owner_is_kept_out_too(store):
    take(store, "a")
    with pytest.raises(LeaseHeldError):
        take(store, "a")


def test_renewing_extends(store):
    fence = take(store, "a", ttl_s=5)
    [before] = store.read_blocking(leases.live)
    store.write_blocking(lambda tx: leases.renew(tx, fence, 500))
    [after] = store.read_blocking(leases.live)
    assert (after.expires_at - before.expires_at).total_seconds() > 400
    assert after.since == before.since


def test_the_time_is_the_databases(store, clock):
    clock.advance(-10 * 365 * 86400)
    take(store, "a")
    with pytest.raises(LeaseHeldError):
        take(store, "b")


def test_two_processes_cannot_hold_it_both(store_url, clock):
    with Store.open(store_url, clock=clock) as one, Store.open(store_url, clock=clock) as other:
        take(one, "a")
        with pytest.raises(LeaseHeldError):
            take(other, "b")
