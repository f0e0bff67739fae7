"""Pages, slices, positions and partitions of real passes."""

import asyncio
from datetime import datetime, timedelta

import pytest

from servicedesk_autotask.reading import partitions
from servicedesk_core.domain import DONE
from servicedesk_core.errors import CursorError, UnsupportedError
from servicedesk_core.hooks import PullMode, PullRequest


async def test_pages_follow_the_ids_and_the_last_one_says_so(autotask, pull, ids):
    pages = await pull(autotask, "tickets", page_size=250)
    numbers = [int(one) for one in ids(pages)]
    assert numbers == sorted(set(numbers))
    assert [len(page.records) for page in pages] == [250, 250, 120]
    assert [page.last for page in pages] == [False, False, True]
    assert pages[0].resume == f"1:0:{numbers[249]}"
    assert pages[-1].resume is None
    assert (pages[0].requested, pages[0].vendor_count) == (250, 250)


async def test_full_last_page_is_followed_by_an_empty_one(autotask, pull):
    pages = await pull(autotask, "tickets", page_size=310)
    assert [(len(page.records), page.last) for page in pages] == [(310, False), (310, False), (0, True)]


async def test_next_page_address_of_the_vendor_is_never_called(desk_with, pull):
    with desk_with(trailing_page=True) as desk:
        async with desk.connector(streams=("tickets",)) as autotask:
            await pull(autotask, "tickets", page_size=50)
        assert not [name for name in desk.requests if name.endswith("/next")]


async def test_bulk_stream_costs_one_request_for_500_rows(desk, autotask, pull):
    before = desk.requests.get("POST Tickets/query", 0)
    await pull(autotask, "tickets")
    assert desk.requests["POST Tickets/query"] - before == 2  # 620 rows


async def test_queries_travel_in_the_body_whatever_their_length(desk, autotask, pull):
    wanted = [str(29_000_000_000 + number) for number in range(190)]
    outcomes = [one async for one in autotask.fetch_records("tickets", wanted)]
    await pull(autotask, "tickets", only_open=True)
    assert len(outcomes) == 190
    assert not [name for name in desk.requests if name.startswith("GET") and "query" in name]


async def test_pass_goes_on_where_it_stopped(autotask, pull, ids):
    whole = await pull(autotask, "appointments", page_size=20)
    for page_number, page in enumerate(whole[:-1]):
        rest = await pull(autotask, "appointments", page_size=20, resume=page.resume)
        assert ids(whole[: page_number + 1]) + ids(rest) == ids(whole)


@pytest.mark.parametrize("resume", ["2:0:5", "1:9:5", "1:0:five", "17", ""])
async def test_positions_of_other_versions_are_refused(autotask, pull, resume):
    with pytest.raises(CursorError):
        await pull(autotask, "tickets", resume=resume)


async def test_partitions_of_other_versions_are_refused(autotask, pull):
    with pytest.raises(CursorError):
        await pull(autotask, "tickets", partition="a..b")


async def test_unknown_stream_names_the_known_ones(autotask, pull):
    with pytest.raises(UnsupportedError) as caught:
        await pull(autotask, "parcels")
    assert "time_entries" in caught.value.hint


async def test_slices_by_creation_cover_everything_once(autotask, pull, ids, desk):
    middle = desk.sandbox.now() - timedelta(days=60)
    older = ids(await pull(autotask, "tickets", until=middle))
    newer = ids(await pull(autotask, "tickets", since=middle))
    assert older
    assert newer
    assert sorted(older + newer) == sorted(ids(await pull(autotask, "tickets")))


async def test_only_open_leaves_out_what_is_done_and_keeps_what_is_unmapped(desk_with, pull):
    with desk_with(hostile=True) as desk:
        async with desk.connector(streams=("tickets",)) as autotask:
            whole = [record for page in await pull(autotask, "tickets") for record in page.records]
            opened = {
                record.external_id
                for page in await pull(autotask, "tickets", only_open=True)
                for record in page.records
            }
            rest = {
                record.external_id
                for page in await pull(autotask, "tickets", without_open=True)
                for record in page.records
            }
            categories = {
                record.external_id: autotask.map_record("tickets", record.raw).entity.status_category
                for record in whole
            }
    assert opened == {number for number, category in categories.items() if category not in DONE}
    assert any(categories[number] is None for number in opened)
    assert rest == categories.keys() - opened


async def test_unchanged_stream_costs_one_request(own_desk, pull, ids):
    later = own_desk.sandbox.now() + timedelta(minutes=1)
    async with own_desk.connector() as autotask:
        own_desk.sandbox.recorder.forget()
        for stream in ("companies", "contacts", "tickets", "notes", "time_entries", "assets"):
            pages = await pull(autotask, stream, PullMode.INCREMENTAL, since=later)
            assert ids(pages) == []
    assert set(own_desk.requests.values()) == {1}


async def test_incremental_pass_brings_what_moved_by_either_stamp(changing_desk, pull, ids):
    store = changing_desk.sandbox.store
    since = changing_desk.sandbox.now() + timedelta(hours=1)
    stamp = (since + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    edited, touched = store.select("Tickets", tail="ORDER BY id LIMIT 2")
    store.put("Tickets", [edited | {"lastTrackedModificationDateTime": stamp}, touched | {"lastActivityDate": stamp}])
    async with changing_desk.connector(streams=("tickets",)) as autotask:
        pages = await pull(autotask, "tickets", PullMode.INCREMENTAL, since=since)
    assert ids(pages) == [str(edited["id"]), str(touched["id"])]
    assert pages[-1].max_stamp == datetime.fromisoformat(stamp)


async def test_lower_bound_is_inclusive(own_desk, pull, ids):
    newest = own_desk.sandbox.store.select("TicketNotes", tail="ORDER BY json_extract(body,'$.lastActivityDate') DESC")[
        0
    ]
    since = datetime.fromisoformat(newest["lastActivityDate"])
    async with own_desk.connector(streams=("notes",)) as autotask:
        pages = await pull(autotask, "notes", PullMode.INCREMENTAL, since=since)
    assert str(newest["id"]) in ids(pages)
    assert pages[-1].max_stamp == since


async def test_streams_without_a_stamp_are_swept_whole(autotask, pull, ids):
    swept = {one.stream for one in autotask.describe_capabilities().streams if not one.has_stamp}
    assert {"roles", "technicians", "contracts", "products", "billing_codes", "sla_results"} <= swept
    later = datetime.fromisoformat("2190-01-01T00:00:00Z")
    assert ids(await pull(autotask, "contracts", PullMode.INCREMENTAL, since=later)) == ids(
        await pull(autotask, "contracts")
    )


async def test_desk_that_lives_on_is_followed(changing_desk, pull):
    async with changing_desk.connector(streams=("tickets", "notes", "time_entries")) as autotask:
        since = changing_desk.sandbox.now()
        done = changing_desk.sandbox.advance(8)
        found = await pull(autotask, "tickets", PullMode.INCREMENTAL, since=since)
        assert done
        assert sum(len(page.records) for page in found) > 0
        assert all(page.max_stamp >= since for page in found if page.max_stamp)


async def test_tickets_that_the_vendor_logs_as_deleted_are_gone(changing_desk, pull):
    at = changing_desk.sandbox.now() - timedelta(minutes=5)
    row = {
        "id": 1, "ticketID": 7777, "ticketNumber": "T20261120.0001", "ticketTitle": "A", "deletedByResourceID": 4,
        "deletedDateTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    changing_desk.sandbox.store.put("DeletedTicketLogs", [row])
    async with changing_desk.connector(streams=("tickets",)) as autotask:

        async def gone(deleted_since):
            pages = await pull(autotask, "tickets", PullMode.INCREMENTAL, since=at, deleted_since=deleted_since)
            return list(pages[-1].gone)

        assert await gone(at - timedelta(minutes=1)) == ["7777"]
        assert await gone(at + timedelta(minutes=1)) == []
        changing_desk.sandbox.recorder.forget()
        assert await gone(None) == []
        assert not any("DeletedTicketLogs" in one for one in changing_desk.requests)


async def test_hidden_deletion_log_does_not_stop_the_pass(desk_with, pull):
    with desk_with(forbidden_entities=frozenset({"DeletedTicketLogs"})) as desk:
        async with desk.connector(streams=("tickets",)) as autotask:
            since = desk.sandbox.now() - timedelta(days=1)
            pages = await pull(autotask, "tickets", PullMode.INCREMENTAL, since=since, deleted_since=since)
    assert pages[-1].last


async def test_reconcile_asks_for_ids_only(autotask, pull, ids):
    pages = await pull(autotask, "tickets", PullMode.RECONCILE)
    assert all(record.raw is None for page in pages for record in page.records)
    assert ids(pages) == ids(await pull(autotask, "tickets"))


async def test_reconcile_brings_the_stamps_that_the_mapping_would_give(autotask, pull):
    stamped = [one.stream for one in autotask.describe_capabilities().streams if one.has_stamp]
    compared = set()
    for stream in stamped:
        listed = [one for page in await pull(autotask, stream, PullMode.RECONCILE) for one in page.records]
        whole = [one for page in await pull(autotask, stream) for one in page.records]
        for bare, record in zip(listed, whole, strict=True):
            entity = autotask.map_record(stream, record.raw).entity
            assert dict(bare.stamps) == {name: getattr(entity, name) for name in bare.stamps}
            compared |= {(stream, name) for name in bare.stamps}
    assert {stream for stream, _ in compared} == set(stamped)
    assert {("tickets", "modified_at"), ("tickets", "last_activity_at"), ("surveys", "completed_at")} <= compared


async def test_streams_say_that_a_change_may_show_ten_minutes_late(autotask):
    assert {one.settle_s for one in autotask.describe_capabilities().streams} == {600.0}


@pytest.mark.parametrize("stream", ["tickets", "notes", "time_entries"])
async def test_partitions_are_balanced_complete_and_cheap(desk, autotask, pull, ids, monkeypatch, stream):  # noqa: PLR0917
    monkeypatch.setattr(partitions, "WORTH_IT", 100)
    before = sum(desk.requests.values())
    pieces = await autotask.plan_partitions(PullRequest(stream, PullMode.BACKFILL))
    assert sum(desk.requests.values()) - before <= 6
    assert len(pieces) == 2
    parts = [ids(await pull(autotask, stream, partition=piece, page_size=100)) for piece in pieces]
    whole = ids(await pull(autotask, stream))
    assert min(len(part) for part in parts) > len(whole) * 0.2
    assert parts[0] + parts[1] == whole


async def test_slice_can_be_cut_too(desk, autotask, pull, ids, monkeypatch):
    monkeypatch.setattr(partitions, "WORTH_IT", 100)
    span = {"since": datetime.fromisoformat("1990-01-01T00:00:00Z"), "until": desk.sandbox.now() - timedelta(days=20)}
    pieces = await autotask.plan_partitions(PullRequest("tickets", PullMode.BACKFILL, **span))
    parts = [ids(await pull(autotask, "tickets", partition=piece, **span)) for piece in pieces]
    assert len(parts) == 2
    assert parts[0] + parts[1] == ids(await pull(autotask, "tickets", **span))


async def test_small_streams_and_incremental_passes_are_not_cut(autotask):
    assert await autotask.plan_partitions(PullRequest("tickets", PullMode.BACKFILL)) == ()
    assert await autotask.plan_partitions(PullRequest("contracts", PullMode.BACKFILL)) == ()
    since = datetime.fromisoformat("2020-01-01T00:00:00Z")
    assert await autotask.plan_partitions(PullRequest("tickets", PullMode.INCREMENTAL, since=since)) == ()


async def test_no_more_than_two_requests_are_in_flight_on_an_endpoint(desk_with, pull):
    with desk_with(latency_s=0.02, slot_release_s=0) as desk:  # a slot that lingers would lie about a busy machine
        async with desk.connector(streams=("roles",)) as autotask:
            await asyncio.gather(*(pull(autotask, "tickets", page_size=20) for _ in range(5)))
        assert desk.sandbox.state()["max_concurrency"]["Tickets"] == 2
        assert desk.sandbox.state()["statuses"].get("429", 0) == 0


async def test_reads_never_carry_an_impersonation_header(desk_with, pull):
    with desk_with(impersonation=True) as desk:
        async with desk.connector(streams=("tickets",)) as autotask:
            profile = autotask._api._client.profile
            assert not any("impersonation" in name.lower() for name in profile.headers)
            assert await pull(autotask, "tickets")  # the sandbox refuses reads that carry one


async def test_nothing_is_ever_written(own_desk, pull):
    async with own_desk.connector() as autotask:
        streams = [one.stream for one in autotask.describe_capabilities().streams]
        for stream in streams:
            await pull(autotask, stream)
        await autotask.check_connection(tuple(streams))
        await autotask.describe_fields("tickets")
    assert own_desk.sandbox.state()["writes"] == []
    assert {name.partition("/")[2] for name in own_desk.requests if name.startswith("POST")} == {"query", "count"}


async def test_requests_without_a_grant_are_refused_unsent(own_desk):
    from servicedesk_core.errors import WriteNotGrantedError

    async with own_desk.connector(streams=("roles",)) as autotask:
        before = sum(own_desk.requests.values())
        for method, path in (("POST", "Tickets"), ("PATCH", "Tickets"), ("DELETE", "Appointments/1")):
            with pytest.raises(WriteNotGrantedError):
                await autotask._api._client.request(method, path, json={})
        assert sum(own_desk.requests.values()) == before


async def test_an_asset_stands_at_a_site_of_its_company(autotask, pull):
    found = {}
    for stream in ("sites", "assets"):
        pages = await pull(autotask, stream)
        found[stream] = [autotask.map_record(stream, one.raw).entity for page in pages for one in page.records]
    company_of = {site.external_id: site.company_ref for site in found["sites"]}
    assert {company_of[asset.site_ref] == asset.company_ref for asset in found["assets"]} == {True}
    assert len(company_of) > len(set(company_of.values())), "a company with two sites"
