"""What is excluded never lands on disk: no row, payload, quarantine or history; what is excluded later goes."""

import zlib
from dataclasses import replace

import pytest

from servicedesk_core.config import parse_settings
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks import Capabilities, StreamCapability
from servicedesk_core.store.schema import metadata
from servicedesk_core.store.wiping import compact
from servicedesk_core.sync.shield import Exclusions, Shield, _without

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
    await desk.sync(desk.connection(raw="none"))
    assert desk.sql("SELECT external_id, raw FROM quarantine") == [("3", None)]


async def test_companies_of_an_event_log_cannot_be_excluded(desk):
    log = StreamCapability("ticket_events", folds_into="tickets")
    desk.vendor.capabilities = Capabilities("Fake", (log,))
    with pytest.raises(SettingsError, match="companies cannot be excluded"):
        await desk.sync(desk.connection(exclusions=excluding(companies=["c1"])))


def test_nothing_excluded_costs_nothing():
    assert not Shield("tickets")
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
