"""Payloads are stored small, come back as they were, and equal ones have equal hashes."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from servicedesk_core.ports import RawPolicy
from servicedesk_core.store import raws, records

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def through(store, raw):
    packed = raws.pack(raw)
    store.write_blocking(lambda tx: raws.remember_shapes(tx, [packed]))
    return store.read_blocking(lambda tx: raws.Unpacker(tx).unpack(packed.blob))


@pytest.mark.slow
def test_every_payload_comes_back(store):
    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.text(max_size=8), JSON, max_size=6))
    def check(raw):
        back = through(store, raw)
        assert back == raw
        assert list(back) == list(raw)

    check()


@pytest.mark.parametrize(
    "raw", [{"a": "x" * 9000}, {"a": 2**70}, {"a\ud800": "b\ud800"}, {"a": {"b": [1, None, "é🙂"]}}, {}]
)
def test_odd_payloads_come_back(store, raw):
    assert through(store, raw) == raw


def test_large_payloads_are_deflated():
    assert len(raws.pack({"description": "printer " * 5000}).blob) < 1000


def test_names_are_stored_once(store, put, ticket):
    put(*(ticket(i) for i in range(50)))
    assert store.read_blocking(lambda tx: tx.execute(text("SELECT COUNT(*) FROM raw_shapes")).scalar_one()) == 1


@pytest.mark.slow
def test_hashes_are_equal_in_every_process():
    code = "from servicedesk_core.store import raws; print(raws.pack({'a': 1, 'b': 'x'}).hash.hex())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert other == raws.pack({"a": 1, "b": "x"}).hash.hex()
    assert other != raws.pack({"a": 1, "c": "x"}).hash.hex()
    assert other != raws.pack({"a": 1, "b": "y"}).hash.hex()


def test_a_source_with_ever_new_names_is_stored_as_plain_json(monkeypatch, store):
    monkeypatch.setattr(raws, "_shapes", {})
    monkeypatch.setattr(raws, "SHAPES_AT_MOST", 3)
    packed = [raws.pack({f"name{i}": i}) for i in range(6)]
    assert [p.shape is None for p in packed] == [False] * 3 + [True] * 3
    store.write_blocking(lambda tx: raws.remember_shapes(tx, packed))
    back = store.read_blocking(lambda tx: [raws.Unpacker(tx).unpack(p.blob) for p in packed])
    assert back == [{f"name{i}": i} for i in range(6)]
    monkeypatch.setattr(raws, "SHAPES_AT_MOST", 10)
    assert raws.pack({"name5": 5}).hash == packed[5].hash, "the hash does not depend on how it is stored"


@pytest.mark.parametrize(("days", "left"), [(None, ["1", "2"]), (30, ["2"]), (0, [])])
def test_payloads_are_kept_as_the_policy_says(store, put, ticket, days, left):
    clock = store.clock
    put(ticket(1), now=clock.now())
    clock.advance(40 * 86400)
    put(ticket(2), now=clock.now())
    chosen = RawPolicy(days)
    store.write_blocking(lambda tx: records.forget_raws(tx, 1, "tickets", chosen, clock.now()))
    kept = store.read_blocking(lambda tx: records.raws(tx, 1, "tickets"))
    assert [row.external_id for row in kept] == left


def test_no_payload_is_stored_when_none_is_wanted(store, source, put, ticket):
    put(ticket(1), raw_policy=RawPolicy(days=0))
    assert store.read_blocking(lambda tx: records.raw_of(tx, source.id, "tickets", "1")) is None
    known = store.read_blocking(lambda tx: records.known(tx, source.id, "tickets", ["1"]))
    assert known["1"].raw_hash is not None, "unchanged payloads are still recognised"
