"""Columns that convert what they hold, and rows that are read as dataclasses."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, select

from servicedesk_core.errors import StoreError
from servicedesk_core.store.column_types import Amount, Day, Enum, Instant, Json, Scrubbed
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.upserting import put


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Span:
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Thing:
    id: int
    span: Span
    on: date | None
    price: Decimal | None
    colour: Colour | None
    facts: dict | None
    tags: tuple[str, ...]
    said: str | None


things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("since", Instant),
    Column("until", Instant),
    Column("on", Day),
    Column("price", Amount),
    Column("colour", Enum(Colour)),
    Column("facts", Json),
    Column("labels", Json(tuple)),
    Column("said", Scrubbed),
)
ROWS = Rows(Thing, things, {"tags": "labels"})

NOW = datetime(2026, 3, 2, 9, 0, 0, 123_457, tzinfo=timezone(timedelta(hours=2)))
FULL = Thing(
    1, Span(NOW, datetime(1969, 12, 31, tzinfo=UTC)), date(2026, 3, 2), Decimal("-12.345678"), Colour.RED,
    {"a": [1, None]}, ("x", "y"), "hello",
)  # fmt: skip
EMPTY = Thing(2, Span(NOW + timedelta(seconds=1), None), None, None, None, None, (), None)


@pytest.fixture
def do(store):
    store.write_blocking(things.create)
    return store.write_blocking


def test_a_record_comes_back_as_it_was_put(do):
    for thing in (FULL, EMPTY):
        do(lambda tx, thing=thing: put(tx, things, ROWS.values(thing)))
    assert do(lambda tx: ROWS.all(tx, ROWS.select().order_by(things.c.id))) == [FULL, EMPTY]
    assert do(lambda tx: ROWS.one(tx, ROWS.select().where(things.c.id == 3))) is None


def test_a_row_that_is_there_is_overwritten(do):
    do(lambda tx: put(tx, things, ROWS.values(FULL)))
    do(lambda tx: put(tx, things, {"id": 1, "said": "other", "colour": "blue"}))
    [found] = do(lambda tx: ROWS.all(tx, ROWS.select()))
    assert (found.said, found.colour, found.price) == ("other", Colour.BLUE, FULL.price)


def test_values_are_compared_as_what_they_are(do):
    for thing in (FULL, EMPTY):
        do(lambda tx, thing=thing: put(tx, things, ROWS.values(thing)))
    c = things.c
    wanted = (c.since == NOW) & (c.on <= date(2026, 3, 2)) & (c.price < 0) & (c.colour == Colour.RED)
    assert do(lambda tx: tx.execute(select(c.id).where(wanted)).scalars().all()) == [1]
    assert do(lambda tx: tx.execute(select(func.max(c.since), func.min(c.price))).one()) == (
        EMPTY.span.since,
        FULL.price,
    )


def test_what_no_database_can_hold_is_replaced(do):
    values = {"id": 1, "labels": [], "said": "a\0b\ud800", "facts": {"k\0": ["\ud800"]}}
    do(lambda tx: put(tx, things, values))
    [found] = do(lambda tx: tx.execute(select(things.c.said, things.c.facts)))
    assert found == ("a\ufffdb\ufffd", {"k\ufffd": ["\ufffd"]})


@pytest.mark.parametrize("wrong", [{"colour": "green"}, {"price": Decimal("0.0000001")}, {"since": 5}, {"on": "2026"}])
def test_what_a_column_does_not_hold_is_refused(do, wrong):
    with pytest.raises(StoreError, match="StatementError"):
        do(lambda tx: tx.execute(things.insert(), {"id": 1, "labels": [], **wrong}))
