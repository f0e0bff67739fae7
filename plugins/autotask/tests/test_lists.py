"""The tenant's value lists: loaded, remembered, refreshed, used without a network."""

from dataclasses import replace
from datetime import timedelta

import pytest

from servicedesk_autotask.meaning import shapes
from servicedesk_core.errors import VendorUnavailableError
from servicedesk_core.hooks import VocabularyMapping
from servicedesk_core.testing.memory import MemoryState


def metadata_requests(desk):
    return sum(number for name, number in desk.requests.items() if name.endswith(("/fields", "/udfs")))


async def test_lists_are_read_once_a_day(own_desk):
    state = MemoryState()
    async with own_desk.connector(state=state, streams=("tickets",)) as autotask:
        clock = autotask.ctx.clock
    first = metadata_requests(own_desk)
    assert first == 2  # fields and user-defined fields of tickets
    clock.instant += timedelta(hours=23)
    async with own_desk.connector(state=state, clock=clock, streams=("tickets",)):
        pass
    assert metadata_requests(own_desk) == first
    clock.instant += timedelta(hours=2)
    async with own_desk.connector(state=state, clock=clock, streams=("tickets",)):
        pass
    assert metadata_requests(own_desk) == 2 * first


@pytest.mark.slow
async def test_lists_are_read_again_when_a_page_holds_an_unknown_value(desk_with, pull):
    with desk_with(hostile=True) as desk:
        state = MemoryState()
        async with desk.connector(state=state, streams=("tickets",)) as autotask:
            await pull(autotask, "tickets")
            assert metadata_requests(desk) == 2  # just read: no use in reading them again
            autotask.ctx.clock.instant += timedelta(minutes=20)
            await pull(autotask, "tickets")
            await pull(autotask, "tickets")
        assert metadata_requests(desk) == 4


async def test_records_are_mapped_offline_from_remembered_lists(own_desk, pull):
    state = MemoryState()
    async with own_desk.connector(state=state) as autotask:
        raws = [record.raw for page in await pull(autotask, "tickets") for record in page.records]
        online = [autotask.map_record("tickets", raw) for raw in raws]
        version = autotask.mapping_version("tickets")
    before = sum(own_desk.requests.values())
    async with own_desk.connector(state=state, offline=True) as autotask:
        assert [autotask.map_record("tickets", raw) for raw in raws] == online
        assert autotask.mapping_version("tickets") == version
    assert sum(own_desk.requests.values()) == before


async def test_mapping_version_follows_the_operators_words_and_the_lists(own_desk):
    state = MemoryState()
    async with own_desk.connector(state=state) as autotask:
        plain = {stream: autotask.mapping_version(stream) for stream in ("tickets", "contacts", "ticket_events")}
    mapping = VocabularyMapping(status={"New": "triaged"})
    async with own_desk.connector(state=state, mapping=mapping) as autotask:
        assert autotask.mapping_version("tickets") != plain["tickets"]
    saved = await state.get("lists")
    saved["entities"]["Tickets"]["picklists"]["status"]["8"] = "Working on it"
    await state.put("lists", saved)
    async with own_desk.connector(state=state, offline=True) as autotask:
        assert autotask.mapping_version("tickets") != plain["tickets"]
        assert autotask.mapping_version("ticket_events") != plain["ticket_events"]
        assert autotask.mapping_version("contacts") == plain["contacts"]
        assert len(autotask.mapping_version("tickets")) <= 64


async def test_old_lists_serve_when_new_ones_cannot_be_read(own_desk):
    state = MemoryState()
    async with own_desk.connector(state=state, streams=("tickets",)) as autotask:
        clock = autotask.ctx.clock
    clock.instant += timedelta(days=2)
    fault = {"kind": "status", "match": {"path": "entityInformation"}, "status": 503, "body": "", "times": None}
    own_desk.sandbox.faults([fault])
    async with own_desk.connector(state=state, clock=clock, streams=("tickets",)) as autotask:
        assert autotask._mapper.lists.labels("Tickets", "status")["5"] == "Complete"
    with pytest.raises(VendorUnavailableError):
        async with own_desk.connector(streams=("tickets",)):
            pass


async def test_list_values_are_texts_although_records_hold_numbers(autotask):
    fields = {field.name: field for field in await autotask.describe_fields("tickets")}
    status = fields["status"]
    assert status.maps_to == "status_category"
    assert {value.value: value.label for value in status.values}["1"] == "New"
    assert [value.is_system for value in status.values if value.value in {"1", "8"}] == [True, False]
    assert fields["priority"].maps_to == "priority"
    assert fields["queueID"].maps_to == "queue_ref"
    assert {value.parent for value in fields["subIssueType"].values} > {None} - {None}
    assert fields["subIssueType"].values[0].parent is not None
    assert fields["title"].max_length == 255
    assert fields["createDate"].is_read_only
    assert fields["Business Impact"].is_custom


async def test_note_fields_are_described_with_their_values(autotask):
    fields = {field.name: field for field in await autotask.describe_fields("notes")}
    assert fields["publish"].maps_to == "visibility"
    assert {value.label for value in fields["publish"].values} >= {"All Autotask Users"}
    assert fields["noteType"].maps_to == "kind"


async def test_queues_come_from_the_list_of_the_ticket_field(autotask, pull):
    (page,) = await pull(autotask, "queues")
    queues = {one.external_id: autotask.map_record("queues", one.raw).entity for one in page.records}
    assert queues["5"].name == "Client Portal"
    assert queues["8"].kind.value == "alert"


@pytest.mark.parametrize("stream", ["companies", "sites"])
async def test_countries_are_asked_for_once_a_day_and_give_places_their_code(own_desk, pull, stream):
    state = MemoryState()
    async with own_desk.connector(state=state, streams=(stream,)) as autotask:
        clock = autotask.ctx.clock
        raws = [record.raw for page in await pull(autotask, stream) for record in page.records]
    async with own_desk.connector(state=state, clock=clock, streams=(stream,)) as autotask:
        mapped = [autotask.map_record(stream, raw) for raw in raws]
        stranger = autotask.map_record(stream, raws[0] | {"countryID": 4711})
    assert own_desk.requests["POST Countries/query"] == 1
    known = {raw["countryID"]: one.entity.country for raw, one in zip(raws, mapped, strict=True)}
    assert known == {237: "US"}
    assert stranger.entity.country is None
    assert [(one.field, one.value) for one in stranger.issues] == [("country", "4711")]


@pytest.mark.parametrize("fault", [
    {"kind": "status", "status": 403, "body": '{"errors":["You do not have adequate permissions."]}'},
    {"kind": "status", "status": 404, "body": ""},
])  # fmt: skip
async def test_companies_without_a_country_where_countries_may_not_be_seen(own_desk, pull, fault):
    own_desk.sandbox.faults([fault | {"match": {"path": "Countries"}, "times": None}])
    async with own_desk.connector(streams=("companies",)) as autotask:
        raws = [record.raw for page in await pull(autotask, "companies") for record in page.records]
        found = [autotask.map_record("companies", raw) for raw in raws]
    assert {one.entity.country for one in found} == {None}
    assert all(one.issues == () for one in found)
    assert {one.entity.kind for one in found} >= {"Customer"}, "the other lists are there"


async def test_mapping_version_follows_a_field_that_feeds_another_one(own_desk, monkeypatch):
    async with own_desk.connector() as autotask:
        before = autotask.mapping_version("tickets")
    moved = replace(shapes.TICKET, texts=shapes.TICKET.texts | {"rmmAlertID": "external_reference"})
    monkeypatch.setitem(shapes.BY_ENTITY, "Tickets", moved)
    async with own_desk.connector() as autotask:
        assert autotask.mapping_version("tickets") != before
