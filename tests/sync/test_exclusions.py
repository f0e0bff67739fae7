"""What is excluded never lands on disk: no row, payload, quarantine or history; what is excluded later goes."""

import zlib
from dataclasses import replace

import pytest
from sqlalchemy import text

from servicedesk_core.config import parse_settings
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks import Capabilities, StreamCapability
from servicedesk_core.ports import RawPolicy
from servicedesk_core.store import erased_people, sources
from servicedesk_core.store.schema import metadata
from servicedesk_core.store.wiping import compact
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.sync.landing.excluder import Excluder, _without
from servicedesk_core.sync.mending import rebuilding
from servicedesk_core.sync.options import Limits

pytestmark = pytest.mark.slow  # whole syncs, looked at byte by byte

SECRET = "Xq7PrivateWords"


def excluding(*, streams=(), companies=(), fields=()):
    return Exclusions.of(streams, companies, fields)


def on_disk(desk):
    """Return everything that the store holds, unpacked, and on SQLite every byte of its files."""
    parts = []
    for table in metadata.sorted_tables:
        for row in desk.sql(f'SELECT * FROM "{table.name}"'):
            for value in row:
                blob = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                parts.append(blob)
                for start in (0, 1, 9):
                    try:
                        parts.append(zlib.decompress(blob[start:]))
                    except zlib.error:
                        continue
    if desk.store.dialect == "sqlite":
        from pathlib import Path

        path = Path(str(desk.store.url.database))
        parts += [p.read_bytes() for p in path.parent.glob(f"{path.name}*")]
    return b"\n".join(parts).decode("utf-8", "replace")


@pytest.fixture
def secrets(desk):
    """A vendor whose second company is nobody's business, and with words that are not either."""
    vendor = desk.vendor
    vendor.put("companies", "c0", name="Open Company")
    vendor.put("companies", "c1", name=f"{SECRET} Company")
    vendor.put("technicians", "t0")
    nested = {"Custom": [{"name": "SSN", "value": f"{SECRET} ssn"}, {"name": "Floor", "value": "kept floor"}]}
    vendor.ticket("1", company="c0", description=f"{SECRET} in words", extra=nested)
    vendor.ticket("2", company="c1", title=f"{SECRET} ticket")
    vendor.ticket("3", company="c0", title="kept title", broken=1, description=f"{SECRET} broken")
    vendor.put("notes", "n1", ticket="1", body="kept body")
    vendor.put("notes", "n2", ticket="2", body=f"{SECRET} note")
    desk.clock.advance(600)
    return vendor


ALL = excluding(companies=["c1"], fields=["tickets.description", "tickets.extra.custom.ssn"])


async def test_what_is_excluded_never_lands_on_disk(desk, secrets):
    report = await desk.sync(desk.connection(exclusions=ALL))
    assert report.ok
    assert desk.ids("tickets") == {"1"}
    assert desk.ids("companies") == {"c0"}
    assert desk.ids("notes") == {"n1"}
    content = on_disk(desk)
    assert SECRET not in content
    assert "kept body" in content
    secrets.ticket("1", description=f"{SECRET} changed", title="new title")
    secrets.ticket("2", title=f"{SECRET} changed")
    secrets.put("notes", "n3", ticket="2", body=f"{SECRET} later note")
    await desk.sync(desk.connection(exclusions=ALL))
    assert desk.sql("SELECT title, description FROM tickets") == [("new title", None)]
    assert SECRET not in on_disk(desk)


async def test_without_exclusions_all_of_it_is_there(desk, secrets):
    await desk.sync()
    assert SECRET in on_disk(desk)
    assert desk.ids("tickets") == {"1", "2"}


async def test_what_is_excluded_later_goes_for_good(desk, secrets):
    await desk.sync()
    secrets.ticket("1", description=f"{SECRET} in other words")
    desk.clock.advance(600)
    await desk.sync()
    assert SECRET in str(desk.sql("SELECT states FROM changes WHERE states IS NOT NULL"))
    await desk.sync(desk.connection(exclusions=ALL))
    assert desk.ids("tickets") == {"1"}
    assert desk.ids("notes") == {"n1"}
    if desk.store.dialect == "sqlite":
        assert compact(desk.store)
    assert SECRET not in on_disk(desk)
    assert desk.sql("SELECT COUNT(*) FROM changes WHERE external_id IN ('2', 'n2', 'c1')") == [(0,)]


async def test_what_is_let_in_again_comes_back(desk, secrets):
    await desk.sync(desk.connection(exclusions=ALL))
    await desk.sync()
    assert desk.ids("tickets") == {"1", "2"}
    assert desk.sql("SELECT description FROM tickets WHERE external_id = '1'") == [(f"{SECRET} in words",)]


async def test_a_payload_keeps_what_is_not_excluded(desk, secrets):
    await desk.sync(desk.connection(exclusions=excluding(fields=["tickets.extra.custom.ssn", "tickets.broken"])))
    content = on_disk(desk)
    assert f"{SECRET} ssn" not in content
    assert "kept floor" in content
    assert f"{SECRET} in words" in content


async def test_an_excluded_stream_is_not_read_and_goes(desk, secrets):
    await desk.sync()
    secrets.requests.clear()
    await desk.sync(desk.connection(exclusions=excluding(streams=["notes", "ticket_events"])), mode="full")
    assert "notes" not in {request.stream for request in secrets.requests}
    assert desk.ids("notes") == set()
    assert desk.sql("SELECT COUNT(*) FROM ticket_events") == [(0,)]


async def test_a_note_on_an_unknown_ticket_waits_without_its_words(desk, secrets):
    desk.calls.hidden = frozenset({"fetch_records"})
    secrets.put("notes", "n9", ticket="nowhere", body=f"{SECRET} whose")
    await desk.sync(desk.connection(exclusions=excluding(companies=["c1"])))
    assert desk.sql("SELECT external_id, raw FROM quarantine WHERE stream = 'notes'") == [("n9", None)]


async def test_raw_none_keeps_no_payload_in_quarantine_either(desk, secrets):
    await desk.sync(desk.connection(raw=RawPolicy(days=0)))
    assert desk.sql("SELECT external_id, raw FROM quarantine") == [("3", None)]


@pytest.fixture
def rebuilt(desk, secrets, monkeypatch):
    """The same vendor as one whose files are read again as a whole; notes what is there before they are swapped."""
    streams = tuple(replace(stream, rebuilds=True, needs=()) for stream in desk.vendor.capabilities.streams)
    desk.vendor.capabilities = replace(desk.vendor.capabilities, streams=streams)
    desk.vendor.page_size, desk.limits = 1, Limits(batch_rows=1)
    secrets.ticket("4", company="c0", title="another", description="Write to xq7@example.com")
    desk.seen = []

    async def pull_and_look(stream, piece, commit, pull=rebuilding.pull):
        done = await pull(stream, piece, commit)
        if stream.stream == "tickets":
            desk.seen.append((desk.sql("SELECT COUNT(*) FROM staged")[0][0], on_disk(desk)))
        return done

    monkeypatch.setattr(rebuilding, "pull", pull_and_look)
    return desk


async def again(desk, connection):
    """Sync, change the mapping, and sync again; return what was on the disk in between, and the report."""
    assert (await desk.sync(connection)).ok
    desk.seen.clear()
    desk.vendor.version = "2"
    report = await desk.sync(connection)
    assert report.ok
    assert report.stream("tickets").modes == ["rebuild"]
    [(pages, content)] = desk.seen
    assert pages
    return content, report


async def test_a_file_that_is_read_again_is_not_put_aside_with_what_is_excluded(rebuilt):
    content, report = await again(rebuilt, rebuilt.connection(exclusions=ALL))
    assert SECRET not in content
    assert "kept floor" in content
    assert rebuilt.ids("tickets") == {"1", "4"}
    assert rebuilt.sql("SELECT DISTINCT description FROM tickets WHERE mapping_version LIKE '2%'") == [(None,)]
    assert rebuilt.sql("SELECT external_id, raw FROM quarantine WHERE stream = 'tickets'") == [("3", None)]
    assert report.stream("tickets").gone == 0
    assert SECRET not in on_disk(rebuilt)
    assert rebuilt.sql("SELECT COUNT(*) FROM staged") == [(0,)]


async def test_nor_with_the_address_of_somebody_who_was_erased(rebuilt):
    assert (await rebuilt.sync()).ok

    def erase(tx):
        source = sources.get(tx, "psa").id
        erased_people.add(tx, source, [(erased_people.EMAIL, "xq7@example.com")])
        tx.execute(text("DELETE FROM tickets"))

    rebuilt.store.write_blocking(erase)
    assert compact(rebuilt.store) or rebuilt.store.dialect == "postgresql"
    content, _ = await again(rebuilt, rebuilt.connection(raw=RawPolicy(days=0)))
    assert "xq7@example.com" not in content
    assert f"{SECRET} ticket" in content, "the names of people are all that is hidden"
    assert rebuilt.sql("SELECT description FROM tickets WHERE external_id = '4'") == [("Write to [erased]",)]


async def test_a_payload_that_may_be_kept_is_the_same_after_it_was_put_aside(rebuilt):
    only_nested = excluding(fields=["tickets.extra.custom.ssn"])
    await again(rebuilt, rebuilt.connection(exclusions=only_nested))
    stored = rebuilt.sql("SELECT external_id, raw_hash, raw FROM tickets ORDER BY 1")
    rebuilt.vendor.version = "3"
    rebuilt.vendor.page_size, rebuilt.limits = 50, Limits(batch_rows=100)
    await rebuilt.sync(rebuilt.connection(exclusions=only_nested))
    assert rebuilt.sql("SELECT external_id, raw_hash, raw FROM tickets ORDER BY 1") == stored
    assert all(raw is not None for _, _, raw in stored)


async def test_companies_of_an_event_log_cannot_be_excluded(desk):
    log = StreamCapability("ticket_events", folds_into="tickets")
    desk.vendor.capabilities = Capabilities("Fake", (log,))
    with pytest.raises(SettingsError, match="companies cannot be excluded"):
        await desk.sync(desk.connection(exclusions=excluding(companies=["c1"])))


def test_nothing_excluded_costs_nothing():
    assert not Excluder("tickets")
    assert Exclusions().mark("tickets") == ""
    assert replace(ALL, companies=frozenset()).mark("notes") == ""


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("a", {"b": {"c": 1, "d": [{"c": 2, "e": 3}]}}),
        ("b.c", {"A": 0, "b": {"d": [{"c": 2, "e": 3}]}}),
        ("b.d.c", {"A": 0, "b": {"c": 1, "d": [{"e": 3}]}}),
        ("b.nothing", {"A": 0, "b": {"c": 1, "d": [{"c": 2, "e": 3}]}}),
    ],
)
def test_paths_reach_into_maps_and_lists_in_any_case(path, left):
    raw = {"A": 0, "b": {"c": 1, "d": [{"c": 2, "e": 3}]}}
    assert _without(raw, tuple(path.split("."))) == left


@pytest.mark.parametrize("wrong", ["tickets", "tickets.", "nothing.title", "companies.name", "notes.ticket_ref"])
def test_a_field_that_cannot_be_left_out_is_told(wrong):
    with pytest.raises(SettingsError, match="exclude"):
        parse_settings({"connections": {"psa": {"connector": "x", "exclude": {"fields": [wrong]}}}})
