"""Named records and histories: one outcome for each, whatever happens."""

import pytest

from servicedesk_core.domain import ActorType, EventSource, EventType
from servicedesk_core.errors import AuthenticationError
from servicedesk_core.hooks import FetchStatus


async def outcomes(generator):
    return {outcome.ref: outcome async for outcome in generator}


async def test_ids_are_fetched_200_at_a_time(desk, autotask, pull, ids):
    wanted = ids(await pull(autotask, "tickets"))[:450]
    before = desk.requests["POST Tickets/query"]
    found = await outcomes(autotask.fetch_records("tickets", wanted))
    assert desk.requests["POST Tickets/query"] - before == 3
    assert list(found) == wanted
    assert all(one.status is FetchStatus.FOUND and one.records[0].external_id == ref for ref, one in found.items())


async def test_refs_that_cannot_be_ids_are_missing_without_a_request(desk, autotask):
    before = sum(desk.requests.values())
    odd = ["?abc", "T20261120.0001", "", "-1", "007", "99999999999999999999", "١٢"]
    found = await outcomes(autotask.fetch_records("tickets", odd))
    assert [found[ref].status for ref in odd] == [FetchStatus.MISSING] * len(odd)
    assert sum(desk.requests.values()) == before


async def test_own_company_is_fetched_although_its_id_is_zero(autotask):
    found = await outcomes(autotask.fetch_records("companies", ["0"]))
    company = autotask.map_record("companies", found["0"].records[0].raw).entity
    assert (company.external_id, company.is_own) == ("0", True)


async def test_both_kinds_of_appointments_are_fetched(autotask, pull, ids):
    known = ids(await pull(autotask, "appointments"))
    assert {one.rsplit("-", 1)[0] for one in known} == {"service-call", "appointment"}
    found = await outcomes(autotask.fetch_records("appointments", [known[0], known[-1], "42"]))
    assert [found[ref].status.value for ref in (known[0], known[-1], "42")] == ["found", "found", "missing"]


async def test_queues_are_fetched_from_the_list(autotask):
    found = await outcomes(autotask.fetch_records("queues", ["5", "77"]))
    assert (found["5"].status, found["77"].status) == (FetchStatus.FOUND, FetchStatus.MISSING)
    assert autotask.map_record("queues", found["5"].records[0].raw).entity.name == "Client Portal"


async def test_refused_id_does_not_spoil_the_others(own_desk, pull, ids, page_fault):
    async with own_desk.connector(streams=("roles",)) as autotask:
        known = ids(await pull(autotask, "roles"))
        refusal = {"errors": ["Conversion failed when converting varchar 'x' to data type int."]}
        # Refuse the whole batch and its first pieces; what is left is asked again and answered.
        own_desk.sandbox.faults([page_fault("Roles", refusal, status=500, times=2)])
        found = await outcomes(autotask.fetch_records("roles", known))
    assert sorted(found) == sorted(known)
    assert {one.status for one in found.values()} == {FetchStatus.FOUND}


async def test_refusal_that_stays_fails_each_id_without_endless_halving(own_desk, page_fault):
    async with own_desk.connector(streams=("roles",)) as autotask:
        own_desk.sandbox.faults([page_fault("Roles", {"errors": ["no"]}, status=500, times=None)])
        found = await outcomes(autotask.fetch_records("roles", [str(number) for number in range(1, 201)]))
    assert len(found) == 200
    assert {one.status for one in found.values()} == {FetchStatus.FAILED}
    assert own_desk.sandbox.state()["faults"][0]["fired"] < 250


async def test_forbidden_entity_is_denied(desk_with):
    with desk_with(forbidden_entities=frozenset({"Contracts"})) as desk:
        async with desk.connector(streams=("contracts",)) as autotask:
            found = await outcomes(autotask.fetch_records("contracts", ["1", "2"]))
    assert {one.status for one in found.values()} == {FetchStatus.DENIED}


async def test_wrong_credentials_stop_fetching(own_desk):
    async with own_desk.connector(streams=("roles",), secret="wrong-secret") as autotask:
        with pytest.raises(AuthenticationError):
            await outcomes(autotask.fetch_records("roles", ["1"]))


async def test_history_is_read_ticket_by_ticket_and_told_as_events(own_desk, pull):
    ticket = next(
        row
        for row in own_desk.sandbox.store.select("Tickets", tail="ORDER BY id")
        if own_desk.sandbox.store.count("TicketHistory", '"ticketID" = ?', (row["id"],)) > 1
    )
    async with own_desk.connector(streams=("tickets",)) as autotask:
        found = await outcomes(autotask.fetch_history([str(ticket["id"]), "999999999", "abc"]))
        events = [autotask.map_record("ticket_events", one.raw).entity for one in found[str(ticket["id"])].records]
    assert found["999999999"].records == ()
    assert found["abc"].status is FetchStatus.MISSING
    assert events[0].type is EventType.CREATED
    assert {event.source for event in events} == {EventSource.HISTORY}
    assert {event.ticket_ref for event in events} == {str(ticket["id"])}
    assert [event.source_seq for event in events] == sorted(event.source_seq for event in events)
    assert {event.actor_type for event in events} <= {ActorType.TECHNICIAN, ActorType.SYSTEM}


async def test_histories_stay_within_their_allowance(own_desk, pull, ids):
    async with own_desk.connector(streams=("tickets",), history_at_once=2) as autotask:
        wanted = ids(await pull(autotask, "tickets"))[:4]
        found = await outcomes(autotask.fetch_history(wanted))
    assert [found[ref].status.value for ref in wanted] == ["found", "found", "failed", "failed"]
    assert own_desk.requests["POST TicketHistory/query"] == 2
