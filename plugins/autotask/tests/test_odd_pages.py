"""Pages that repeat, break off, cannot be trusted, or hold odd rows."""

import pytest

from servicedesk_core.errors import MappingError, ProtocolError
from servicedesk_core.hooks import PullMode, PullRequest


def rows(first, last, **more):
    return [{"id": number, "title": "A"} | more for number in range(first, last + 1)]


def answer(items, *, count=None, next_url=None):
    details = {"count": len(items) if count is None else count, "requestCount": 500, "nextPageUrl": next_url}
    return {"items": items, "pageDetails": details}


async def test_short_page_with_a_next_address_is_not_the_last(own_desk, pull, ids, page_fault):
    short = answer(rows(1, 3), next_url="https://webservices5.autotask.net/next")
    own_desk.sandbox.faults([page_fault("Roles", short)])
    async with own_desk.connector(streams=("roles",)) as autotask:
        pages = await pull(autotask, "roles")
    assert ids(pages[:1]) == ["1", "2", "3"]
    assert [page.last for page in pages] == [False, True]


async def test_repeated_page_is_asked_for_again(own_desk, pull, ids):
    async with own_desk.connector(streams=("tickets",)) as autotask:
        expected = ids(await pull(autotask, "tickets"))
        own_desk.sandbox.faults([{"kind": "repeat_page", "match": {"path": "/Tickets/query$"}, "nth": 2}])
        assert ids(await pull(autotask, "tickets", page_size=50)) == expected


async def test_page_that_keeps_coming_ends_the_pass_with_an_error(own_desk, pull):
    async with own_desk.connector(streams=("tickets",)) as autotask:
        own_desk.sandbox.faults(
            [{"kind": "repeat_page", "match": {"path": "/Tickets/query$"}, "nth": 2, "times": None}]
        )
        with pytest.raises(ProtocolError, match="were there before"):
            await pull(autotask, "tickets", page_size=50)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (answer(rows(1, 3), count=500), "3 rows although it says 500"),
        (answer([{"id": 2}, {"id": 1}]), "out of order"),
        ({"items": None}, "without a list"),
        ("null", "empty body"),
        ("[]", "empty body or no object"),
        ("", "no JSON"),
        ('{"items":[{"id":1},', "cut-off"),
        (answer([{"id": None}] * 500), "no row has an id"),
    ],
)
async def test_page_that_cannot_be_trusted_is_an_error(own_desk, pull, page_fault, body, message):
    own_desk.sandbox.faults([page_fault("Roles", body, times=None)])
    async with own_desk.connector(streams=("roles",)) as autotask:
        with pytest.raises(ProtocolError, match=message):
            await pull(autotask, "roles")


async def test_odd_ids_are_kept_and_go_to_quarantine(own_desk, pull, page_fault):
    items = [{"id": 1, "name": "A"}, {"id": 1, "name": "A"}, {"id": "2", "name": "B"}, {"id": None, "name": "C"}, 17]
    own_desk.sandbox.faults([page_fault("Roles", answer(items))])
    async with own_desk.connector(streams=("roles",)) as autotask:
        (page,) = await pull(autotask, "roles")
        assert [record.external_id for record in page.records[:3]] == ["1", "1", "2"]
        assert autotask.map_record("roles", page.records[2].raw).entity.external_id == "2"
        for record in page.records[3:]:
            assert record.external_id == ""
            with pytest.raises(Exception, match="no usable id"):
                autotask.map_record("roles", record.raw)


ODD_IDS = ["--5", "-", "9" * 5000, " ", "", "x7", 10**19, 1.5, True, [1], {"id": 1}, None, "\u0663"]


@pytest.mark.parametrize("odd", ODD_IDS, ids=[repr(one)[:20] for one in ODD_IDS])
async def test_a_row_with_an_odd_id_is_kept_beside_the_others(own_desk, pull, page_fault, odd):
    items = [{"id": odd, "name": "Odd"}, *({"id": n, "name": "R"} for n in range(1, 40))]
    own_desk.sandbox.faults([page_fault("Roles", answer(items))])
    async with own_desk.connector(streams=("roles",)) as autotask:
        (page,) = await pull(autotask, "roles")
        assert [record.external_id for record in page.records[1:]] == [str(n) for n in range(1, 40)]
        assert page.records[0].external_id == ""
        with pytest.raises(MappingError, match="no usable id"):
            autotask.map_record("roles", page.records[0].raw)


@pytest.mark.parametrize("odd", [-5, 99_999_999, "3", 0])
@pytest.mark.parametrize("place", [0, 20, 38])
async def test_an_id_out_of_order_neither_stops_the_pass_nor_moves_its_position(own_desk, pull, page_fault, odd, place):
    items = [{"id": n, "name": "R"} for n in range(101, 140)]
    items.insert(place, {"id": odd, "name": "Odd"})
    own_desk.sandbox.faults([page_fault("Roles", answer(items))])
    async with own_desk.connector(streams=("roles",)) as autotask:
        request = PullRequest("roles", PullMode.BACKFILL, page_size=40)
        page = await anext(aiter(autotask.pull(request)))
    assert {record.external_id for record in page.records} == {str(odd), *(str(n) for n in range(101, 140))}
    assert page.resume == "1:0:139"


ODD_VALUES = [[1], [[1]], {"id": 1}, "9" * 5000, "--5", 1.5, True, "", [{"deep": [1]}]]


ODD_FIELDS = [
    "status", "queueID", "priority", "companyID", "assignedResourceID", "lastActivityDate", "userDefinedFields",
    "createDate", "title",
]  # fmt: skip


@pytest.mark.parametrize("field", ODD_FIELDS)
async def test_a_row_with_an_odd_value_never_stops_its_page(own_desk, pull, page_fault, field):
    tickets = own_desk.sandbox.store.select("Tickets")[:40]
    odd = [{**row, field: value} for row, value in zip(tickets, ODD_VALUES, strict=False)]
    own_desk.sandbox.faults([page_fault("Tickets", answer([*odd, *tickets[len(odd) :]]))])
    async with own_desk.connector(streams=("tickets",)) as autotask:
        (page,) = await pull(autotask, "tickets")
        assert [record.external_id for record in page.records] == [str(row["id"]) for row in tickets]
        assert page.max_stamp is not None
        for record in page.records[len(odd) :]:
            autotask.map_record("tickets", record.raw)


async def test_odd_values_of_joined_rows_and_references_never_stop_a_page(own_desk, pull, page_fault):
    assets = own_desk.sandbox.store.select("ConfigurationItems")[:40]
    for row, value in zip(assets, ODD_VALUES, strict=False):
        row["productID"] = value
    products = [{"id": "--5"}, {"id": [1]}, 17, *({"id": number} for number in range(1, 5))]
    faults = [page_fault("ConfigurationItems", answer(assets)), page_fault("Products", answer(products))]
    own_desk.sandbox.faults(faults)
    async with own_desk.connector(streams=("assets",)) as autotask:
        (page,) = await pull(autotask, "assets")
    assert len(page.records) == len(assets)


async def test_connection_that_breaks_in_a_page_is_asked_again(own_desk, pull, ids):
    async with own_desk.connector(streams=("notes",)) as autotask:
        expected = ids(await pull(autotask, "notes"))
        for kind in ("truncate", "drop_before", "drop_after"):
            own_desk.sandbox.faults([{"kind": kind, "match": {"path": "/TicketNotes/query$"}}])
            assert ids(await pull(autotask, "notes")) == expected
