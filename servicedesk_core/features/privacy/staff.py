"""One of our people: what the desk itself keeps of how they work. Their records are their PSA's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from servicedesk_core.domain import Technician
from servicedesk_core.features.privacy import choices
from servicedesk_core.features.privacy.tables import Mention
from servicedesk_core.store import erased_people, sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.column_types import is_text
from servicedesk_core.store.erased_people import EMAIL, NAME, TECHNICIAN, ErasedPeople, words_of
from servicedesk_core.store.schema import RECORDS, assignments, metadata, quality_reviews, scorecard_words, scorecards
from servicedesk_core.store.schema.base import STAFF

BY_ID: Final = "technician:"
"""Before a vendor's id: an id alone is that of a contact."""

_THEIRS: Final = (
    (scorecards, scorecards.c.technician),
    (scorecard_words, scorecard_words.c.technician),
    (quality_reviews, quality_reviews.c.technician_ref),
)
"""Tables of the desk that judge technicians, with whose a row is."""

_TELLING: Final = tuple(table for table in metadata.sorted_tables if table.info.get(STAFF))
"""Tables whose texts tell how people work."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A technician of one connection.

    Attributes:
        source_id: The connection.
        connection: Its name.
        record: The record.
    """

    source_id: int
    connection: str
    record: Technician


def find(tx: Connection, who: str, connection: str | None = None) -> list[Colleague]:
    """Return the technicians with an e-mail address, or with an id after :data:`BY_ID`, gone ones too."""
    table, codec = RECORDS["technicians"].c, codec_of(Technician)
    is_named = (
        table.external_id == who.removeprefix(BY_ID)
        if who.startswith(BY_ID)
        else func.lower(table.email) == who.strip().lower()
    )
    query = select(table.source_id, table.external_id, *(table[name] for name in codec.names)).where(is_named)
    names = {one.id: one.name for one in sources.all(tx) if connection in {None, one.name}}
    return [
        Colleague(source_id, names[source_id], cast("Technician", codec.decode(external_id, values)))
        for source_id, external_id, *values in tx.execute(query).all()
        if source_id in names
    ]


def mentions(tx: Connection, of: Colleague) -> Iterator[Mention]:
    """Yield their record, cards, reviews of their work, choices in which they were weighed, and what names them."""
    yield Mention("technicians", of.record.external_id, {"record": of.record})
    for table, whose in _THEIRS:
        keys = list(table.primary_key.columns)
        for row in tx.execute(select(table).where(_is_theirs(table, whose, of)).order_by(*keys)).mappings().all():
            yield Mention(table.name, _name_of(row[key] for key in keys), dict(row))
    for number, said in choices.weighing(tx, of.source_id, of.record.external_id):
        yield Mention(assignments.name, str(number), said)
    theirs: dict[Table, ColumnElement[Any]] = dict(_THEIRS)
    for table in _TELLING:
        others = [~_is_theirs(table, theirs[table], of)] if table in theirs else []
        for key, texts in _naming(tx, table, of, *others):
            yield Mention(table.name, _name_of(key), texts)


def erase(tx: Connection, of: Colleague) -> int:
    """Delete their cards with what was written beside them, and take them out of what else tells how people work.

    What a review said stays, with its ticket, and without words. From now on they get no cards.

    Returns:
        How many rows it met.
    """
    erased_people.add(tx, of.source_id, [(TECHNICIAN, of.record.external_id)])
    met = 0
    for table, whose in _THEIRS[:2]:
        met += tx.execute(delete(table).where(_is_theirs(table, whose, of))).rowcount
    told = _is_theirs(quality_reviews, quality_reviews.c.technician_ref, of)
    reviews = tx.execute(select(quality_reviews.c.id, quality_reviews.c.missed).where(told)).all()
    for number, missed in reviews:
        values = {"missed": dict.fromkeys(missed, ""), "note": None}
        tx.execute(update(quality_reviews).where(quality_reviews.c.id == number).values(**values))
    met += len(reviews)
    met += choices.forget(tx, of.source_id, of.record.external_id)
    hidden = _hidden(of)
    for table in _TELLING:
        for key, texts in list(_naming(tx, table, of)):
            clean = {name: literal(hidden.scrub_text(text, names=True), Text) for name, text in texts.items()}
            keys = zip(table.primary_key.columns, key, strict=True)
            tx.execute(update(table).where(*(column == value for column, value in keys)).values(clean))
            met += 1
    return met


def _is_theirs(table: Table, whose: ColumnElement[Any], of: Colleague) -> ColumnElement[bool]:
    return and_(table.c.source_id == of.source_id, whose == of.record.external_id)


def _naming(
    tx: Connection, table: Table, of: Colleague, *where: ColumnElement[bool]
) -> Iterator[tuple[Sequence[Any], dict[str, str]]]:
    """Yield key and texts of the rows of a table whose text names them."""
    keys = list(table.primary_key.columns)
    searched = [one for one in table.columns if is_text(one) and not (one.primary_key or one.unique)]
    texts = [type_coerce(one, Text).label(one.name) for one in searched]
    needles = [one for one in (of.record.email, _full_name(of)) if one]
    if not needles:
        return
    hidden = _hidden(of)
    named = or_(*(text.icontains(needle, autoescape=True) for text in texts for needle in needles))
    for row in tx.execute(select(*keys, *texts).where(named, *where)).all():
        found = dict(zip((text.name for text in texts), row[len(keys) :], strict=True))
        told = {name: text for name, text in found.items() if text and hidden.scrub_text(text, names=True) != text}
        if told:
            yield tuple(row[: len(keys)]), told


def _full_name(of: Colleague) -> str:
    return of.record.name if len(words_of(of.record.name)) > 1 else ""  # one word alone is any Anna


def _hidden(of: Colleague) -> ErasedPeople:
    values = [(EMAIL, (of.record.email or "").strip().casefold()), (NAME, " ".join(words_of(_full_name(of))))]
    return ErasedPeople.only(of.source_id, values)


def _name_of(key: Any) -> str:
    return "/".join(map(str, key))
