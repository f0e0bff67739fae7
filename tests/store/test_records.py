"""What comes in, what changed, what is gone; and the feed that tells of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from servicedesk_core.domain import Company, Note, NoteVisibility, Priority, Product, StatusCategory
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import changes, raws, records
from servicedesk_core.store.records import Incoming

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def feed(store):
    def feed(**options):
        found = store.read_blocking(lambda tx: changes.read(tx, include_backfill=True, **options))
        return [(c.kind, c.external_id, c.changed_fields) for c in found]

    return feed


@pytest.fixture
def load(store, source):
    return lambda stream, *ids: store.read_blocking(lambda tx: records.load(tx, source.id, stream, ids))


def is_open(store, external_id):
    query = text("SELECT is_open FROM tickets WHERE external_id = :id")
    return bool(store.read_blocking(lambda tx: tx.execute(query, {"id": external_id}).scalar_one()))


def test_new_records_get_ids_and_are_told(put, load, feed, ticket):
    done = put(ticket("a", title="x"), ticket("b"))
    assert [e.external_id for _, e in done.created] == ["a", "b"]
    assert len({local_id for local_id, _ in done.created}) == 2
    assert load("tickets", "a", "b", "c") == {"a": ticket("a", title="x"), "b": ticket("b")}
    assert feed() == [("created", "a", ()), ("created", "b", ())]


def test_a_change_says_what_was_and_what_is(put, load, feed, ticket):
    [(local_id, _)] = put(ticket(1, title="old", priority=Priority.P3)).created
    [change] = put(ticket(1, title="new", priority=Priority.P3)).changed
    assert change == (local_id, ticket(1, title="old", priority=Priority.P3), change.after, ("title",))
    assert change.after.title == load("tickets", "1")["1"].title == "new"
    assert feed()[1:] == [("changed", "1", ("title",))]


def test_the_same_content_changes_nothing_but_what_it_was_mapped_from(store, source, put, feed, ticket):
    put(ticket(1, title="x"), raw={"v": 1})
    done = put(ticket(1, title="x"), raw={"v": 2}, version="2")
    assert (done.unchanged, done.changed, done.created) == (1, [], [])
    known = store.read_blocking(lambda tx: records.known(tx, source.id, "tickets", ["1"]))["1"]
    assert (known.raw_hash, known.mapping_version) == (raws.pack({"v": 2}).hash, "2")
    assert store.read_blocking(lambda tx: records.raw_of(tx, source.id, "tickets", "1")) == {"v": 2}
    assert len(feed()) == 1


def test_of_two_rows_with_one_id_the_last_wins(put, load, ticket):
    done = put(ticket(1, title="first"), ticket(1, title="last"))
    assert len(done.created) == 1
    assert load("tickets", "1")["1"].title == "last"


def test_what_others_stored_since_known_was_asked_is_compared_not_doubled(put, load, feed, ticket):
    put(ticket(1, title="old"), ticket(2))
    done = put(ticket(1, title="new"), ticket(2), ticket(3), known={})
    assert ([e.external_id for _, e in done.created], [c.fields for c in done.changed]) == (["3"], [("title",)])
    assert done.unchanged == 1
    assert load("tickets", "1")["1"].title == "new"
    assert [f[:2] for f in feed()] == [("created", "1"), ("created", "2"), ("created", "3"), ("changed", "1")]


def test_a_status_without_meaning_keeps_the_category_and_the_ticket_open(store, put, load, ticket):
    put(ticket(1, status="Closed", status_category=StatusCategory.CLOSED), ticket(2, status="Odd"))
    assert (is_open(store, "1"), is_open(store, "2")) == (False, True)
    [change] = put(ticket(1, status="Odd")).changed
    assert (change.fields, change.after.status_category) == (("status",), StatusCategory.CLOSED)
    assert load("tickets", "1")["1"].status_category is StatusCategory.CLOSED
    assert put(ticket(1, status="Odd"), raw={"again": 1}).unchanged == 1
    assert not is_open(store, "1")
    put(ticket(1, status="New", status_category=StatusCategory.NEW))
    assert is_open(store, "1")


def test_what_is_gone_and_comes_back_is_restored(store, source, put, feed, ticket):
    put(ticket(1, title="x"), ticket(2))
    gone = store.write_blocking(
        lambda tx: records.mark_gone(
            tx, source.id, "tickets", ["1", "1", "7"], reason="deleted", mode="reconcile", now=START
        )
    )
    assert len(gone) == 1
    assert store.read_blocking(lambda tx: records.known(tx, source.id, "tickets", ["1"]))["1"].gone
    assert store.read_blocking(lambda tx: records.counts(tx, source.id))["tickets"] == 1
    [back] = put(ticket(1, title="x")).restored
    assert back.fields == ()
    assert not store.read_blocking(lambda tx: records.known(tx, source.id, "tickets", ["1"]))["1"].gone
    assert feed()[2:] == [("gone", "1", ()), ("restored", "1", ())]
    again = store.write_blocking(
        lambda tx: records.mark_gone(tx, source.id, "tickets", [], reason="x", mode="reconcile", now=START)
    )
    assert again == []


def test_one_bad_record_does_not_fail_its_batch(put, load, ticket):
    done = put(ticket(1), ticket(2, estimated_s=2**63), ticket("a\x00"))
    assert [row.entity.external_id for row, _ in done.rejected] == ["2", "a\x00"]
    assert set(load("tickets", "1", "2")) == {"1"}
    assert "2" not in str(done.rejected[0][1]).split()


def test_huge_and_foreign_text_is_kept(put, load, ticket):
    text = "🖨️ Druckfehler, größer\r\n" * 40_000
    put(ticket("ключ", description=text))
    assert load("tickets", "ключ")["ключ"].description == text


@pytest.mark.slow
def test_thousands_of_records_and_their_changes_at_once(put, feed, ticket):
    put(*(ticket(i) for i in range(2500)), mode="backfill")
    done = put(*(ticket(i, title="x" if i % 2 else "") for i in range(2600)))
    assert (len(done.created), len(done.changed), done.unchanged) == (100, 1250, 1250)
    assert len(feed(limit=10_000)) == 2500 + 100 + 1250


def test_streams_and_sources_do_not_mix(store, source, put, load, ticket):
    put(ticket(1))
    put(Company(external_id="1", name="Example"))
    assert load("companies", "1")["1"].name == "Example"
    assert store.read_blocking(lambda tx: records.known(tx, source.id + 1, "tickets", ["1"])) == {}


def test_dangling_references_are_found_once(store, source, put, ticket):
    put(ticket(1, company_ref="5", assignee_ref="9"), ticket(2, company_ref="5"), ticket(3, company_ref="6"))
    put(Company(external_id="6", name="Example"))
    put(Note(external_id="1", ticket_ref="1"), Note(external_id="2", ticket_ref="77"))
    found = store.read_blocking(lambda tx: records.dangling(tx, source.id))
    assert found == {"companies": ["5"], "technicians": ["9"], "tickets": ["77"]}
    only = store.read_blocking(lambda tx: records.dangling(tx, source.id, targets={"technicians", "tickets"}))
    assert only == {"technicians": ["9"], "tickets": ["77"]}
    seq = store.read_blocking(changes.head)
    assert store.read_blocking(lambda tx: records.dangling(tx, source.id, after_seq=seq)) == {}
    put(ticket(4, company_ref="8"))
    news = store.read_blocking(lambda tx: records.dangling(tx, source.id, after_seq=seq))
    assert news == {"companies": ["8"]}


def test_payloads_are_read_in_pieces_for_mapping_again(store, source, put, ticket):
    put(*(ticket(i) for i in range(5)))
    first = store.read_blocking(lambda tx: records.raws(tx, source.id, "tickets", limit=3))
    rest = store.read_blocking(lambda tx: records.raws(tx, source.id, "tickets", first[-1].local_id, 3))
    assert [r.raw["id"] for r in first + rest] == ["0", "1", "2", "3", "4"]


def test_changes_of_a_failed_transaction_are_not_told(store, source, feed, ticket):
    def work(tx):
        records.apply(tx, source.id, "tickets", [Incoming(ticket(1), None, None, "1")], mode="incremental", now=START)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        store.write_blocking(work)
    assert feed() == []
    assert store.read_blocking(lambda tx: records.counts(tx, source.id))["tickets"] == 0


def test_an_unknown_stream_is_named(store):
    with pytest.raises(NotFoundLocallyError, match="printers"):
        store.read_blocking(lambda tx: records.known(tx, 1, "printers", ["1"]))


def test_before_and_after_say_nothing_that_the_reader_may_not_see(store, put):
    put(Note(external_id="1", ticket_ref="1", body="Old"))
    put(Product(external_id="1", name="PC", unit_cost=Decimal(9)))
    seq = store.read_blocking(changes.head)
    note = Note(external_id="1", ticket_ref="1", body="New", visibility=NoteVisibility.PUBLIC)
    put(note)
    put(Product(external_id="1", name="Laptop", unit_cost=Decimal(10)))

    def told(**may):
        news = store.read_blocking(lambda tx: changes.read(tx, seq, **may))
        return {name: (one.before[name], one.after[name]) for one in news for name in one.before}

    seen = {"visibility": ("internal", "public"), "name": ("PC", "Laptop")}
    assert told() == seen
    assert told(with_internal=True) == seen | {"body": ("Old", "New")}
    assert told(with_costs=True) == seen | {"unit_cost": ("9", "10")}
    put(note.model_copy(update={"title": "Mapped anew"}), mode="remap")
    (mapped,) = store.read_blocking(lambda tx: changes.read(tx, seq, include_backfill=True, entities=["notes"]))[-1:]
    assert (mapped.origin, mapped.changed_fields, mapped.before) == ("remap", ("title",), {})


def test_history_and_news_are_told_apart(store, put, ticket):
    put(ticket(1), mode="backfill")
    put(ticket(2), now=START + timedelta(days=1))
    news = store.read_blocking(changes.read)
    assert [(c.external_id, c.connection, c.mode) for c in news] == [("2", "psa", "incremental")]
    assert news[0].at == START + timedelta(days=1)
    assert store.read_blocking(lambda tx: changes.read(tx, entities=["notes"])) == []


def test_a_consumer_goes_on_where_it_was_and_never_back(store, put, ticket):
    put(*(ticket(i) for i in range(3)))
    first = store.read_blocking(lambda tx: changes.read(tx, limit=2))
    store.write_blocking(lambda tx: changes.advance(tx, "sla", first[-1].seq, START))
    store.write_blocking(lambda tx: changes.advance(tx, "sla", 1, START))
    at = store.read_blocking(lambda tx: changes.offset(tx, "sla"))
    rest = store.read_blocking(lambda tx: changes.read(tx, at))
    assert [c.external_id for c in rest] == ["2"]
    assert store.read_blocking(lambda tx: changes.offset(tx, "other")) == 0
    assert store.write_blocking(lambda tx: changes.prune(tx, START + timedelta(days=1))) == 2
    assert store.read_blocking(changes.head) == rest[-1].seq
