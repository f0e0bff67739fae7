"""Records to rows and back: nothing is lost, and what a database cannot hold never fails a batch."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk_core.domain import (
    STREAMS,
    Contract,
    ContractService,
    Entity,
    EventSource,
    EventType,
    Survey,
    Ticket,
    TicketEvent,
)
from servicedesk_core.errors import MappingError
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import fields_of, from_us, to_us

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | INT64 | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
INSTANTS = st.datetimes(  # bounds without a zone: the library adds one
    datetime(2, 1, 1),  # noqa: DTZ001
    datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
BY_PYTHON = {
    str: TEXT,
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: INSTANTS,
    date: st.dates(),
    Decimal: st.decimals(-(10**11), 10**11, places=6),
    tuple: st.lists(TEXT, max_size=3).map(tuple),
}
BY_NAME = {
    "currency": st.from_regex(r"[A-Z]{3}", fullmatch=True),
    "skills": st.dictionaries(TEXT, st.integers(1, 5), max_size=3),
    "exchange_rate": st.decimals(Decimal("0.000001"), 10**11, places=6),
    "custom_fields": st.dictionaries(TEXT, st.none() | TEXT, max_size=3),
    "before": st.dictionaries(TEXT, JSON, max_size=3),
    "after": st.dictionaries(TEXT, JSON, max_size=3),
    "source_seq": INT64,
    "units": INT64,
}


def _values(field):
    if field.name in BY_NAME:
        values = BY_NAME[field.name]
    elif issubclass(field.python, StrEnum):
        values = st.sampled_from(list(field.python))
    elif field.python is int:
        values = st.integers(0, 2**63 - 1)
    else:
        values = BY_PYTHON[field.python]
    return st.none() | values if field.nullable else values


def records_of(entity):
    ids = TEXT.filter(bool)
    return st.builds(entity, external_id=ids, **{field.name: _values(field) for field in fields_of(entity)})


@pytest.mark.parametrize("entity", STREAMS.values(), ids=lambda e: e.stream)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_every_record_comes_back_as_it_was(entity, data):
    record = data.draw(records_of(entity))
    codec = codec_of(entity)
    encoded = codec.encode(record)
    again = codec.decode(record.external_id, encoded.values)
    assert again == record
    assert {type(v) for v in encoded.values} <= {type(None), str, int, float}, "nothing the drivers must adapt"
    assert codec.encode(again) == encoded
    assert codec.hash_of([record.external_id, *encoded.values]) == encoded.row_hash


@given(INSTANTS)
def test_instants_are_exact_to_the_microsecond(instant):
    assert from_us(to_us(instant)) == instant


def test_the_same_content_has_the_same_hash_whatever_the_zone():
    utc = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rome = utc.astimezone(timezone(timedelta(hours=1)))
    one, other = (codec_of(Ticket).encode(Ticket(external_id="1", created_at=at)) for at in (utc, rome))
    assert one == other
    assert codec_of(Ticket).encode(Ticket(external_id="2", created_at=utc)).row_hash != one.row_hash


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud83db"])
def test_text_that_a_database_cannot_hold_is_replaced(bad):
    record = Ticket.model_construct(**dict(Ticket(external_id="1")) | {"title": bad, "custom_fields": {bad: bad}})
    encoded = codec_of(Ticket).encode(record)
    again = codec_of(Ticket).decode("1", encoded.values)
    assert again.title == "a\ufffdb"
    assert again.custom_fields == {"a\ufffdb": "a\ufffdb"}
    assert all("\x00" not in v and "\\u0000" not in v for v in encoded.values if isinstance(v, str))


def test_a_backslash_that_only_looks_like_nul_is_kept():
    record = Ticket(external_id="1", title=r"C:\u0000")
    assert codec_of(Ticket).decode("1", codec_of(Ticket).encode(record).values) == record


@pytest.mark.parametrize(
    "record",
    [
        Ticket(external_id="a\x00b"),
        Ticket(external_id="1", estimated_s=2**63),
        ContractService(external_id="1", contract_ref="1", units=-(2**63) - 1),
        TicketEvent(
            external_id="1",
            ticket_ref="1",
            type=EventType.ACTIVITY,
            source=EventSource.IMPORTED,
            effective_at=datetime(2026, 1, 1, tzinfo=UTC),
            after={"n": 2**64},
        ),
        Contract.model_construct(
            **dict(Contract(external_id="1", name="x")) | {"estimated_cost": Decimal("0.0000001")}
        ),
    ],
    ids=["nul in id", "seconds", "units", "inside json", "seven decimals"],
)
def test_what_does_not_fit_is_refused_for_this_record_only(record):
    with pytest.raises(MappingError):
        codec_of(type(record)).encode(record)


def test_a_number_that_is_none_is_stored_as_nothing():
    record = Survey(external_id="1", rating=float("nan"))
    assert codec_of(Survey).decode("1", codec_of(Survey).encode(record).values).rating is None


def test_the_classes_of_all_streams_are_found_by_the_name_that_they_give_themselves():
    assert all(entity.stream == stream for stream, entity in STREAMS.items())
    assert {one for one in _below(Entity) if hasattr(one, "stream")} == {*STREAMS.values()}


def _below(kind):
    for one in kind.__subclasses__():
        if one.__module__.startswith("servicedesk_core."):
            yield one
            yield from _below(one)
