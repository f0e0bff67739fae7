"""The audit chain: the published vectors, and whatever somebody does to a stored chain."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from servicedesk_core.store import Store, audit, sources
from servicedesk_core.sync import recording
from servicedesk_core.sync.report import StreamReport, StreamState
from tests.queued_write import queue_write

ENTITY = "ticket:T-100"
RECORDS = (
    {
        "at": datetime(2026, 3, 3, 14, 0, tzinfo=UTC),
        "actor": "user:dana",
        "action": "ticket.priority.changed",
        "before": {"priority": "P3"},
        "after": {"priority": "P1"},
        "reason": "site down",
    },
    {
        "at": datetime(2026, 3, 3, 14, 0, 0, 120_000, tzinfo=UTC),
        "actor": "system:sla",
        "action": "sla.clock.restarted",
        "before": {"policy": "std/P3"},
        "after": {"policy": "std/P1"},
        "reason": "priority change",
    },
    {
        "at": datetime(2026, 3, 3, 14, 5, tzinfo=UTC),
        "actor": "user:ana",
        "action": "ticket.assigned",
        "before": {"assignee": None},
        "after": {"assignee": "ana"},
        "reason": "",
    },
)
HASHES = (
    "4b1ef679ce61d973e6fe2f09659f9ffbaa02625330aa2b89765434f1e4660dbf",
    "e386524f25dba861b7c9045f9acba73f542869dea5dc17a39392808dcff98ddc",
    "fd2d05bda08b2f52edb8625e7435dff3419d790ef4231389f96fa941c3f6816c",
)


@pytest.fixture
def chain(store):
    for record in RECORDS:
        store.write_blocking(lambda tx, record=record: audit.append(tx, entity=ENTITY, **record))
    return store


def verify(store, *checkpoints):
    return store.read_blocking(lambda tx: audit.verify(tx, checkpoints))


def sound(records):
    """What is found of a chain that holds and that no checkpoint vouches for."""
    return audit.AuditVerdict(
        is_valid=True, records=records, head=records, anchored_to=0, unanchored=records, checkpoints=0, problems=()
    )


def test_the_published_vectors(chain):
    records = chain.read_blocking(audit.read)
    assert tuple(record.hash for record in records) == HASHES
    assert records[0].prev_hash == "0" * 64
    assert verify(chain) == sound(3)


@pytest.mark.slow
def test_every_changed_character_of_every_column_is_found(chain):
    """One character at a time, in every column that holds text, and the numbers."""
    before = chain.read_blocking(lambda tx: tx.execute(text("SELECT * FROM audit WHERE seq = 2")).mappings().one())
    tried = 0
    for column, value in before.items():
        wrong = (
            [value + 1]
            if isinstance(value, int)
            else [value[:i] + ("x" if value[i] != "x" else "y") + value[i + 1 :] for i in range(len(value))]
            + [value + " ", value[1:]]
        )
        for changed in [77] if column == "seq" else wrong:
            chain.write_blocking(
                lambda tx, c=column, v=changed: tx.execute(
                    text(f'UPDATE audit SET "{c}" = :v WHERE hash = :h OR prev_hash = :p'),
                    {"v": v, "h": before["hash"], "p": before["prev_hash"]},
                )
            )
            assert not verify(chain).is_valid, (column, changed)
            tried += 1
            chain.write_blocking(
                lambda tx: (
                    tx.execute(text("DELETE FROM audit WHERE seq NOT IN (1, 3)")),
                    tx.execute(
                        text(
                            "INSERT INTO audit (seq, at, actor, action, entity, before, after, reason, prev_hash, hash)"
                            " VALUES (:seq, :at, :actor, :action, :entity, :before, :after, :reason, :prev_hash, :hash)"
                        ),
                        dict(before),
                    ),
                )
            )
            assert verify(chain).is_valid
    assert tried > 200


def test_a_record_taken_out_of_the_middle_and_two_that_changed_places(chain):
    chain.write_blocking(lambda tx: tx.execute(text("UPDATE audit SET seq = 9 WHERE seq = 2")))
    chain.write_blocking(lambda tx: tx.execute(text("UPDATE audit SET seq = 2 WHERE seq = 3")))
    chain.write_blocking(lambda tx: tx.execute(text("UPDATE audit SET seq = 3 WHERE seq = 9")))
    assert {problem.seq for problem in verify(chain).problems} == {2, 3}
    chain.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit WHERE seq = 2")))
    assert {problem.seq for problem in verify(chain).problems} == {3}


def test_a_cut_tail_shows_only_against_a_checkpoint(chain, clock):
    kept = chain.write_blocking(lambda tx: audit.checkpoint(tx, clock.now()))
    assert verify(chain).anchored_to == 3
    chain.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit WHERE seq = 3")))
    chain.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit_checkpoints")))
    assert verify(chain).is_valid
    assert [problem.seq for problem in verify(chain, kept).problems] == [3]


def test_a_chain_made_again_shows_only_against_a_checkpoint(chain, clock):
    kept = chain.write_blocking(lambda tx: audit.checkpoint(tx, clock.now()))
    chain.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit")))
    chain.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit_checkpoints")))
    for record in RECORDS:
        forged = record | {"actor": "user:nobody"}
        chain.write_blocking(lambda tx, forged=forged: audit.append(tx, entity=ENTITY, **forged))
    assert verify(chain).is_valid
    assert [problem.seq for problem in verify(chain, kept).problems] == [3]


def test_a_record_stands_or_falls_with_its_transaction(chain):
    def work(tx):
        audit.append(tx, entity=ENTITY, **RECORDS[0])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        chain.write_blocking(work)
    assert verify(chain).records == 3


def test_floats_are_refused_and_odd_text_is_kept(store, clock):
    with pytest.raises(TypeError, match="float"):
        store.write_blocking(
            lambda tx: audit.append(tx, at=clock.now(), actor="a", action="b", entity="c", after={"x": 0.1})
        )
    odd = {"a": "nul\0 lone\ud800 é 日本", "n": 2**60, "list": [None, True, "x"]}
    store.write_blocking(lambda tx: audit.append(tx, at=clock.now(), actor="u\0", action="b", entity="c", after=odd))
    assert verify(store).is_valid


def test_sensitive_values_become_digests_that_show_equality(store):
    def work(tx):
        return [audit.sealed(tx, {"title": "Printer", "priority": "P1", "body": None}) for _ in range(2)]

    one, other = store.write_blocking(work)
    assert one == other
    assert one["title"].startswith("hmac-sha256:")
    assert one["priority"] == "P1"
    assert one["body"] is None


def test_writers_side_by_side_make_one_chain_without_gaps(store_url, clock):
    def write(number):
        with Store.open(store_url, clock=clock) as store:
            for i in range(25):
                store.write_blocking(
                    lambda tx, i=i: audit.append(
                        tx, at=clock.now(), actor=f"user:{number}", action="x", entity="y", after={"i": i}
                    )
                )

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store.open(store_url, clock=clock) as store:
        assert verify(store) == sound(100)


@pytest.fixture
def busy(store):
    """A store with a write and a run that brought something, all on record."""
    now = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    report = StreamReport("tickets", state=StreamState.COMPLETE, new=2)

    def work(tx):
        source = sources.ensure(tx, "psa", "autotask", "live", now)
        rows = recording.begin(tx, source.id, "run-1", (report,), now)
        recording.finish(tx, rows, (report,), now)
        recording.put_on_record(tx, (report,), "run-1", "psa", now)
        queue_write(tx, now)

    store.write_blocking(work)
    return store


def test_what_the_store_knows_and_the_chain_does_not_is_a_gap(busy):
    assert verify(busy).is_valid
    busy.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit WHERE seq = 3")))
    [problem] = verify(busy).problems
    assert (problem.seq, "1 step of a write" in problem.what, "write 1 queued" in problem.what) == (0, True, True)
    busy.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit")))
    found = verify(busy)
    assert not found.is_valid
    assert [problem.what.partition(" no record")[0] for problem in found.problems] == [
        "2 steps of writes, claims, definitions and months have",
        "1 run that brought something has",
    ]


def test_a_run_without_news_and_one_that_was_cut_off_need_no_record(busy):
    now = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
    report = StreamReport("tickets", state=StreamState.COMPLETE, new=0)

    def work(tx):
        rows = recording.begin(tx, 1, "run-2", (report,), now)
        recording.finish(tx, rows, (report,), now)
        recording.begin(tx, 1, "run-3", (report,), now)
        tx.execute(text("UPDATE runs SET new = 5 WHERE run_id = 'run-3'"))
        recording.begin(tx, 1, "run-4", (report,), now)

    busy.write_blocking(work)
    assert verify(busy).is_valid


def test_runs_from_before_runs_were_put_on_record_need_none_and_later_ones_do(busy):
    report = StreamReport("notes", state=StreamState.COMPLETE, new=1)

    def work(tx, run, now):
        rows = recording.begin(tx, 1, run, (report,), now)
        recording.finish(tx, rows, (report,), now)

    busy.write_blocking(lambda tx: work(tx, "old", datetime(2026, 3, 3, 13, 0, tzinfo=UTC)))
    assert verify(busy).is_valid
    busy.write_blocking(lambda tx: work(tx, "later", datetime(2026, 3, 3, 15, 0, tzinfo=UTC)))
    assert ["1 run that brought something has no record: later" in one.what for one in verify(busy).problems] == [True]
    busy.write_blocking(lambda tx: tx.execute(text("DELETE FROM audit")))
    assert "3 runs" in verify(busy).problems[-1].what, "no run contradicts an emptied chain less than another"
