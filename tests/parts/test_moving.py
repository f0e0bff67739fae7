"""Taking parts for tickets and giving them back: what is proposed, and held against the shelf when it is stored."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from servicedesk_core import Actor
from servicedesk_core.domain import Company, Part, StatusCategory, StockLevel, Ticket
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.outbox.checking import WriteChecks
from servicedesk_core.store.schema import outbox, part_costs

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def desk(desk_with, given):
    given(
        Ticket(external_id="7", number="T7", title="No dock", created_at=AT),
        Ticket(external_id="8", number="T8", title="Done", created_at=AT, status_category=StatusCategory.CLOSED),
    )
    given(
        Part(external_id="1", name="Dock", unit_cost=Decimal("79.958333"), currency="EUR"),
        Part(external_id="2", name="Cable", unit_cost=Decimal("1.5"), currency="EUR"),
        StockLevel(external_id="1a", part_ref="1", place="Store", available=1),
        StockLevel(external_id="2a", part_ref="2", place="Drum", available=Decimal("10.5")),
        connection="stock",
    )
    return desk_with(stock="Stock")


def confirmed(store, number, ref="m1"):
    """Have a write sent and done."""
    done = update(outbox).where(outbox.c.id == number).values(state="confirmed", ref=ref)
    store.write_blocking(lambda tx: tx.execute(done))


async def test_of_two_who_take_the_last_one_at_once_one_is_refused(desk, monkeypatch):
    both, takeable = asyncio.Barrier(2), WriteChecks.ensure_takeable

    async def together(self, *args):
        await both.wait()  # both have looked at the shelf, and neither has stored anything
        return await takeable(self, *args)

    monkeypatch.setattr(WriteChecks, "ensure_takeable", together)
    async with desk as opened:
        found = await asyncio.gather(*(opened.parts.take("T7", "Dock") for _ in "ab"), return_exceptions=True)
        refused = [one for one in found if isinstance(one, WriteError)]
        assert [one.message for one in refused] == ["There are not so many of Dock: 1 in Store, 1 of them being taken."]
        assert len(await opened.parts.taken()) == 1


async def test_of_two_who_give_the_same_back_at_once_one_is_refused(desk, store, monkeypatch):
    async with desk as opened:
        take = await opened.parts.take("T7", "Dock")
        confirmed(store, take.id)
        both, takeable = asyncio.Barrier(2), WriteChecks.ensure_takeable

        async def together(self, *args):
            await both.wait()
            return await takeable(self, *args)

        monkeypatch.setattr(WriteChecks, "ensure_takeable", together)
        found = await asyncio.gather(*(opened.parts.give_back(take.id) for _ in "ab"), return_exceptions=True)
        assert [one.message for one in found if isinstance(one, WriteError)] == ["0 of them are left to be given back."]


async def test_what_a_part_cost_is_stored_with_the_proposal_or_nothing_is(desk, store, monkeypatch):
    async with desk as opened:
        await opened.parts.take("T7", "Dock")
        assert [row.cost for row in await opened.parts.taken()] == [Decimal("79.96")]

        def broken(*_):
            raise WriteError("The power is gone.")

        monkeypatch.setattr("servicedesk_core.features.parts.tables.moves.keep_cost", broken)
        with pytest.raises(WriteError, match="power"):
            await opened.parts.take("T7", "Cable")
    stored = [
        store.read_blocking(lambda tx, of=of: tx.execute(select(of)).all())
        for of in (outbox.c.id, part_costs.c.write_id)
    ]
    assert stored[0] == stored[1] == [(1,)]


async def test_only_what_was_taken_is_held(desk, store):
    async with desk as opened:
        take = await opened.parts.take("T7", "Cable", quantity=Decimal("2.5"))
        assert list(await opened.parts.taken(held=True)) == []
        with pytest.raises(WriteError, match="It is proposed: only what was taken"):
            await opened.parts.give_back(take.id)
        confirmed(store, take.id)
        assert [row.quantity for row in await opened.parts.taken(held=True)] == [Decimal("2.5")]
        part = await opened.parts.give_back(take.id, quantity=1)
        confirmed(store, part.id, "m2")
        (row,) = await opened.parts.taken(held=True, ticket="T7")
        assert (row.returned, row.cost) == (1, Decimal("2.25"))
        rest = await opened.parts.give_back(take.id)
        assert {one.field: one.after for one in rest.changes}["quantity"] == "1.5", "all that is left"
        confirmed(store, rest.id, "m3")
        assert list(await opened.parts.taken(held=True)) == []
        with pytest.raises(WriteError, match="All of it is back"):
            await opened.parts.give_back(take.id)


async def test_an_edited_take_is_held_against_the_shelf_again(desk):
    async with desk as opened:
        take = await opened.parts.take("T7", "Cable", quantity=2)
        edited = await opened.writes.edit(take.id, {"quantity": Decimal("10.5")})
        assert edited.version == 2
        for wrong in ("10.6", "0", "-1"):
            with pytest.raises(WriteError, match=r"not so many|Nothing would be moved"):
                await opened.writes.edit(take.id, {"quantity": Decimal(wrong)})
        assert [row.quantity for row in await opened.parts.taken()] == [Decimal("10.5")], "it is as it was"


async def test_a_closed_ticket_is_told_and_an_unknown_one_refused(desk):
    async with desk as opened:
        assert (await opened.parts.take("T7", "Cable")).warnings == ()
        assert (await opened.parts.take("T8", "Cable")).warnings == ("The ticket T8 is closed.",)
        assert [row.ticket for row in await opened.parts.taken(ticket="8")] == ["T8"]
        for asked in (opened.parts.take("T9", "Cable"), opened.parts.taken(ticket="T9")):
            with pytest.raises(NotFoundLocallyError, match="The store has no ticket 'T9'"):
                await asked
        for asked in (opened.parts.take("T7", "Cable", stock="stok"), opened.parts.stock(connection="stok")):
            with pytest.raises(NotFoundLocallyError, match='of a connection "stok"'):
                await asked
        with pytest.raises(SettingsError, match="is no quantity"):
            await opened.parts.take("T7", "Cable", quantity=0)
        with pytest.raises(NotFoundLocallyError, match="Nothing was taken as 99"):
            await opened.parts.give_back(99)


async def test_who_sees_some_clients_moves_parts_for_their_tickets_only(desk_with, given, store):
    given(
        Company(external_id="c1", name="Mine"),
        Company(external_id="c2", name="Theirs"),
        Ticket(external_id="7", number="T7", title="a", company_ref="c1", created_at=AT),
        Ticket(external_id="8", number="T8", title="b", company_ref="c2", created_at=AT),
    )
    given(
        Part(external_id="2", name="Cable"),
        StockLevel(external_id="2a", part_ref="2", place="Drum", available=9),
        connection="stock",
    )
    people = {
        "ana": {"roles": ["service-manager"]},
        "kim": {"roles": ["service-manager"], "companies": ["c1"], "connection": "psa"},
    }
    async with desk_with(people=people, stock="Stock", psa="Source") as opened:
        ana, kim = (opened.acting_as(Actor(f"user:{name}")) for name in ("ana", "kim"))
        theirs, mine = await ana.parts.take("T8", "Cable"), await kim.parts.take("T7", "Cable")
        assert [row.ticket for row in await kim.parts.taken()] == ["T7"]
        assert [one.id for one in await kim.writes.list(everything=True)] == [mine.id]
        assert {one.field: one.after for one in mine.changes}["quantity"] == "1"
        assert [row.name for row in await kim.parts.stock()] == ["Cable"]
        assert len(await ana.parts.taken()) == 2
        confirmed(store, theirs.id)
        confirmed(store, mine.id, "m2")
        assert (await kim.parts.give_back(mine.id)).state == "proposed"
        for refused in (
            kim.parts.give_back(theirs.id),
            kim.parts.take("T8", "Cable"),
            kim.parts.taken(ticket="T8"),
            kim.parts.find("x", for_ticket="T8"),
            kim.writes.show(theirs.id),
        ):
            with pytest.raises(NotFoundLocallyError):
                await refused
