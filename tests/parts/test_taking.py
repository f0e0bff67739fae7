"""What is taken from where: words become a place, and what others are just taking counts as gone."""

from decimal import Decimal

import pytest

from servicedesk_core.domain import Part, StockLevel
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.parts.tables import moves
from servicedesk_core.features.parts.taking import source_of
from servicedesk_core.store import outbox
from tests.parts.conftest import NOW


@pytest.fixture
def meant(store, given):
    given(
        Part(
            external_id="1", name="Dock", manufacturer_part_number="WD19S-130W", upc="884116392842", is_serialized=True
        ),
        Part(external_id="2", name="Cable", number="C-7"),
        Part(external_id="3", name="Cable", number="C-8"),
        Part(external_id="4", name="Laptop"),
        StockLevel(external_id="1a", part_ref="1", place="Store", available=3),
        StockLevel(external_id="1b", part_ref="1", place="Van", available=1),
        StockLevel(external_id="2a", part_ref="2", place="Store", available=1),
        StockLevel(external_id="3a", part_ref="3", place="Store"),
        StockLevel(external_id="4a", part_ref="4", serial_number="S1", available=1),
        StockLevel(external_id="4b", part_ref="4", serial_number="S2", available=1),
        connection="stock",
    )

    def of(word, quantity=1, **more):
        asked = {"connection": None, "place": None, "serial": None} | more
        return store.read_blocking(lambda tx: source_of(tx, word, Decimal(quantity), **asked)).level.external_id

    return of


def taking(store, level, quantity):
    values = {"quantity": str(quantity), "part_name": "x", "ticket_number": "T1"}
    intent = Intent("stock", moves.TAKE, f"stock_levels:{level}", "x", values, parent=level)
    return store.write_blocking(lambda tx: outbox.propose(tx, intent, actor="user:ana", now=NOW)).id


def test_a_part_is_known_by_every_one_of_its_names(meant):
    for word in ("1", "wd19s 130w", "0884116392842", "dock"):
        assert meant(word, 2) == "1a", word
    assert meant("C-7") == "2a"
    assert meant("laptop", serial="s2") == "4b"


def test_what_is_not_clear_is_asked_and_never_guessed(meant):
    with pytest.raises(NotFoundLocallyError, match="several parts") as caught:
        meant("cable")
    assert "2 (Cable), 3 (Cable)" in caught.value.hint
    with pytest.raises(WriteError, match="several places") as caught:
        meant("dock")
    assert "Store, Van" in caught.value.hint
    with pytest.raises(WriteError, match="several pieces"):
        meant("laptop")
    with pytest.raises(NotFoundLocallyError, match='No stock has a part "dok"') as missed:
        meant("dok")
    assert "Dock" in missed.value.message
    with pytest.raises(NotFoundLocallyError, match='No stock has a part "WD19S"') as near:
        meant("WD19S")
    assert "1 (Dock)" in near.value.hint
    with pytest.raises(NotFoundLocallyError, match="does not lie there"):
        meant("dock", place="Roof")


def test_what_others_are_just_taking_counts_as_gone(meant, store):
    assert meant("C-7") == "2a"
    taking(store, "2a", 1)
    with pytest.raises(WriteError, match="not so many of Cable: 1 in Store, 1 of them being taken"):
        meant("C-7")
    assert meant("C-8", 99) == "3a", "where nobody counts, the stock itself decides"


def test_of_several_markets_none_is_guessed(meant, given):
    def part(number, name="Keyboard"):
        ref = name + number
        there = StockLevel(external_id=f"{ref} there", part_ref=ref, place="Store", available=0)
        given(Part(external_id=ref, name=ref, manufacturer_part_number=number), there, connection="stock")

    part("QK7#ABA")
    with pytest.raises(WriteError, match="0 in Store"):
        meant("qk-7#aba")
    with pytest.raises(WriteError, match="not so many of KeyboardQK7#ABA"):
        meant("QK7")
    part("QK7#ABD")
    with pytest.raises(NotFoundLocallyError, match="several parts"):
        meant("QK7")
    with pytest.raises(NotFoundLocallyError, match="No stock has"):
        meant("QK7#UUF")
