"""A desk with a few odd records of every stream, on both databases."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import STREAMS
from servicedesk_core.store import records, sources
from servicedesk_core.store.fields import fields_of
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MANY = 5
ODD = {
    str: ("", "=1+1", 'a "quoted"\nline, of \\ two', "x" * 5_000, "日本 🎫"),
    bool: (True, False),
    int: (0, -1, 2**62),
    float: (0.1, -1e300),
    datetime: (datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), NOW, datetime(9999, 12, 31, tzinfo=UTC)),
    date: (date(1900, 1, 1), date(2024, 2, 29)),
    Decimal: (Decimal("-0.000001"), Decimal("9223372036854.775807"), Decimal("1.5")),
    tuple: ((), ("a", "b")),
    dict: ({}, {"a": "1", "b": None}),
}


def odd(stream, number):
    """Make a record of which every field holds something, or nothing where it may."""
    values = STREAMS[stream].blank() | {"external_id": str(number)}
    for at, field in enumerate(fields_of(STREAMS[stream])):
        kinds = tuple(field.python) if issubclass(field.python, StrEnum) else ODD[field.python]
        kinds = (*kinds, None) if field.nullable else kinds
        values[field.name] = kinds[(number + at) % len(kinds)]
    return STREAMS[stream].trusted(values)


async def put(desk, *entities):
    """Store records, as a pull would."""

    def work(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", NOW).id
        rows = [Incoming(one, None, None, "1") for one in entities]
        records.apply(tx, source, entities[0].stream, rows, mode="incremental", now=NOW)

    await desk.store.write(work)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def desk(request, tmp_path, empty_store):
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres_url")()
    else:
        shutil.copyfile(empty_store, tmp_path / "desk.db")
        url = f"sqlite:///{tmp_path / 'desk.db'}"
    settings = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, store=url, clock=FakeClock(NOW)) as opened:
        for stream in STREAMS:
            await put(opened, *(odd(stream, number) for number in range(MANY)))
        yield opened
