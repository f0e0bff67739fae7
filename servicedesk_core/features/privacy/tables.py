"""One person in the whole store: where they are named, and taking them out."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import orjson
from sqlalchemy import ColumnElement, Connection, Table, Text, delete, func, literal, or_, select, type_coerce, update

from servicedesk_core.domain import STREAMS, Contact, Entity
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.features.privacy import packed
from servicedesk_core.store import bulk, erased_people, quarantine, sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.column_types import is_text
from servicedesk_core.store.erased_people import (
    CONTACT,
    EMAIL,
    ERASED,
    NAME,
    PHONE,
    TICKET,
    ErasedPeople,
    digits_of,
    words_of,
)
from servicedesk_core.store.fields import to_json, to_us
from servicedesk_core.store.outbox import files as outbox_files
from servicedesk_core.store.quarantine import QuarantinedRecord
from servicedesk_core.store.raws import Unpacker, pack, remember_shapes
from servicedesk_core.store.schema import (
    RECORDS,
    changes,
    metadata,
    outbox,
    progress,
    record_issues,
    record_revisions,
    seen,
)
from servicedesk_core.store.schema import quarantine as quarantine_table
from servicedesk_core.store.schema.base import NAMES, TELLS

_AT_ONCE: Final = 1_000
_ERASE: Final = "erase"
"""What brought a change: the mode that the changes feed tells."""

LEFT_ALONE: Final[Mapping[str, str]] = {
    **dict.fromkeys(RECORDS, "Each record is cleaned by what its stream says of it."),
    **dict.fromkeys(("quarantine", "seen", "record_issues", "record_revisions"), "Dealt with by themselves."),
    **dict.fromkeys(("audit", "audit_checkpoints", "suppressed"), "Keyed digests of texts, and who works at the desk."),
    **dict.fromkeys(("tokens", "webhook_endpoints"), "Secrets of connections."),
    **dict.fromkeys(("leases", "consumers", "progress", "sources", "store_meta"), "How the desk itself runs."),
    "raw_shapes": "Names of the fields of payloads.",
    "staged": "What waits for a pull to end; none runs while somebody is erased.",
}
"""Tables in which no text is searched for a person, each with why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of one connection.

    Attributes:
        source_id: The connection.
        connection: Its name.
        contact: The record.
        tickets: The vendor's ids of the tickets that are theirs.
    """

    source_id: int
    connection: str
    contact: Contact
    tickets: frozenset[str]

    @property
    def name(self) -> str:
        """First and last name."""
        return " ".join(filter(None, (self.contact.first_name, self.contact.last_name)))

    def values(self) -> list[tuple[str, str]]:
        """Return kind and value of everything that tells who they are."""
        contact = self.contact
        words = words_of(self.name)
        found = [(CONTACT, contact.external_id), *((TICKET, ref) for ref in sorted(self.tickets))]
        found += [(EMAIL, contact.email.strip().casefold())] if contact.email else []
        found += [(PHONE, digits_of(p)) for p in (contact.phone, contact.mobile_phone) if p]
        if len(words) > 1:  # one word alone is any Anna
            last = len(words_of(contact.last_name or "")) or 1
            found += [(NAME, " ".join(words)), (NAME, " ".join((*words[-last:], *words[:-last])))]
        return found

    def needles(self) -> list[str]:
        """Return what is looked for in text."""
        contact = self.contact
        words = [self.name, f"{contact.last_name}, {contact.first_name}"] if len(words_of(self.name)) > 1 else []
        return [n for n in (contact.email, contact.phone, contact.mobile_phone, *words) if n and len(n) > 3]  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where somebody is named.

    Attributes:
        where: Stream or table.
        id: The vendor's id of the record, or the number of the row.
        content: The record, or the columns that name them.
    """

    where: str
    id: str
    content: Any


def find(tx: Connection, who: str, connection: str | None = None) -> list[Person]:
    """Return the contacts with an id or an e-mail address, gone ones too."""
    table, codec = RECORDS["contacts"].c, codec_of(Contact)
    query = select(table.source_id, table.external_id, *(table[name] for name in codec.names)).where(
        or_(table.external_id == who, func.lower(table.email) == who.strip().lower())
    )
    if connection is not None:
        query = query.where(table.source_id == sources.get(tx, connection).id)
    names = {source.id: source.name for source in sources.all(tx)}
    people = []
    tickets = RECORDS["tickets"].c
    for source_id, external_id, *values in tx.execute(query).all():
        own = select(tickets.external_id).where(tickets.source_id == source_id, tickets.contact_ref == external_id)
        contact = cast("Contact", codec.decode(external_id, values))
        people.append(Person(source_id, names[source_id], contact, frozenset(tx.execute(own).scalars())))
    return people


def mentions(tx: Connection, person: Person) -> Iterator[Mention]:
    """Yield everything that the store holds of a person: records about them, text that names them, payloads."""
    hidden = _hidden(person)
    unpacker = Unpacker(tx)
    for stream, entity in STREAMS.items():
        after = 0
        while rows := _rows(tx, person.source_id, stream, after):
            after = rows[-1][0]
            for row in rows:
                record, raw = _decoded(entity, row, unpacker)
                if _is_theirs(person, record) or hidden.cleaned(record)[1] or _tells(hidden, raw):
                    yield Mention(stream, record.external_id, {"record": record, "payload": raw})
    for kept in _quarantined(tx, person):
        yield Mention("quarantine", str(kept.id), {"stream": kept.stream, "payload": kept.raw})
    for file in packed.files_about(tx, person.source_id, person.tickets, _names(hidden)):
        told = {"claim": file.claim_id, "name": file.name, "media_type": file.media_type}
        told["content_base64"] = b64encode(file.content).decode()
        yield Mention("claim_attachments", str(file.id), told)
    for number, name, content in packed.waiting_about(tx, person.connection, person.tickets, _names(hidden)):
        yield Mention("outbox_files", str(number), {"name": name, "content_base64": b64encode(content).decode()})
    for answer in packed.answers_naming(tx, _names(hidden)):
        yield Mention("cover_facts", str(answer.id), {"payload": answer.content})
    for figure in packed.figures_naming(tx, _names(hidden)):
        naming = [record for record in figure.records if hidden.scrub(record, names=True) != record]
        yield Mention("kpi_figures", f"{figure.month}/{figure.name}", {"records": naming})
    for table in _other_tables():
        for key, texts in _texts_with(tx, table, person):
            yield Mention(table.name, "/".join(map(str, key)), texts)


def unfinished_about(tx: Connection, person: Person) -> list[int]:
    """Return the numbers of writes that name a person and are not finished: they would be sent with other words."""
    ids = [int(key[0]) for key, _ in _texts_with(tx, outbox, person)]
    states = [state.value for state in UNFINISHED]
    return list(tx.execute(select(outbox.c.id).where(outbox.c.id.in_(ids), outbox.c.state.in_(states))).scalars())


def suppress(tx: Connection, person: Person) -> None:
    """Keep a person out from now on."""
    erased_people.add(tx, person.source_id, person.values())


def erase_records(tx: Connection, source_id: int, stream: str, after: int, at: datetime) -> tuple[int | None, int]:
    """Take everybody who is suppressed out of some records of a stream, and tell the changes feed of each.

    Args:
        tx: A write transaction.
        source_id: The connection.
        stream: The stream.
        after: The desk's own number of the record after which it begins.
        at: The present instant.

    Returns:
        How far it came, ``None`` = to the end, and how many records it met.
    """
    hidden = erased_people.load(tx, source_id)
    entity, table = STREAMS[stream], RECORDS[stream]
    codec, unpacker = codec_of(entity), Unpacker(tx)
    rows = _rows(tx, source_id, stream, after)
    changed: list[bulk.Row] = []
    told: list[bulk.Told] = []
    packs = []
    gone: list[int] = []
    for row in rows:
        record, raw = _decoded(entity, row, unpacker)
        if isinstance(record, Contact) and hidden.is_contact(record.external_id, record.email):
            gone.append(row[0])
            told.append(bulk.Told(stream, row[0], source_id, ERASED, "erased", "desk", _ERASE, to_us(at)))
            continue
        clean, is_told = hidden.cleaned(record)
        if not is_told and not _tells(hidden, raw):
            continue
        kept = None
        if raw is not None and not hidden.is_about(record):
            kept = pack(hidden.scrub(raw, names=False))
            packs.append(kept)
        encoded = codec.encode(clean)
        changed.append((*encoded.values, encoded.row_hash, kept.blob if kept else None, row[0]))
        if fields := [name for name in codec.names if getattr(clean, name) != getattr(record, name)]:
            ids = stream, row[0], source_id, record.external_id
            told.append(bulk.Told(*ids, "changed", "desk", _ERASE, to_us(at), to_json(fields)))
    remember_shapes(tx, packs)
    bulk.update(tx, table, (*codec.names, "row_hash", "raw"), changed)
    for statement in (
        f"DELETE FROM {stream} WHERE local_id IN {{values}}",  # noqa: S608
        f"DELETE FROM changes WHERE entity = '{stream}' AND local_id IN {{values}}",  # noqa: S608
    ):
        bulk.run_in(tx, statement, gone)
    forget = f"UPDATE changes SET states = NULL WHERE entity = '{stream}' AND local_id IN {{values}}"  # noqa: S608
    bulk.run_in(tx, forget, [row[-1] for row in changed])
    bulk.append_changes(tx, told)
    return (rows[-1][0] if len(rows) == _AT_ONCE else None), len(changed) + len(gone)


def erase_rest(tx: Connection, person: Person) -> int:
    """Take a person out of the quarantine, the outbox and whatever else holds text; return how many rows it met."""
    met = 0
    own = (quarantine_table.c.source_id == person.source_id) & (quarantine_table.c.stream == "contacts")
    met += tx.execute(
        delete(quarantine_table).where(own, quarantine_table.c.external_id == person.contact.external_id)
    ).rowcount
    for table in (record_issues, record_revisions):  # the vendor's id alone says that there was such a person
        own = (table.c.source_id == person.source_id) & (table.c.stream == "contacts")
        tx.execute(delete(table).where(own, table.c.external_id == person.contact.external_id))
    told = [row.id for row in _quarantined(tx, person)]
    tx.execute(update(quarantine_table).where(quarantine_table.c.id.in_(told)).values(raw=None))
    met += len(told)
    passes_of = select(progress.c.pass_id).where(
        progress.c.source_id == person.source_id, progress.c.stream == "contacts"
    )
    tx.execute(delete(seen).where(seen.c.pass_id.in_(passes_of), seen.c.external_id == person.contact.external_id))
    mine = (changes.c.source_id == person.source_id) & (changes.c.entity == "contacts")
    tx.execute(delete(changes).where(mine, changes.c.external_id == person.contact.external_id))
    hidden = _hidden(person)
    files = [file.id for file in packed.files_about(tx, person.source_id, person.tickets, _names(hidden))]
    waiting = [number for number, *_ in packed.waiting_about(tx, person.connection, person.tickets, _names(hidden))]
    for number in waiting:  # a write that lost its file is refused when its turn comes
        outbox_files.forget(tx, number)
    packed.forget_files(tx, files)  # before the text below is cleaned: it tells whose they are
    answers = list(packed.answers_naming(tx, _names(hidden)))
    for answer in answers:
        packed.put_answer(tx, answer.id, hidden.scrub(answer.content, names=True))
    figures = list(packed.figures_naming(tx, _names(hidden)))
    for figure in figures:
        packed.put_figure(tx, figure, hidden.scrub(figure.records, names=True))
    met += len(files) + len(waiting) + len(answers) + len(figures)
    for table in _other_tables():
        keys = list(table.primary_key.columns)
        for key, texts in list(_texts_with(tx, table, person)):
            clean = {name: literal(hidden.scrub_text(value, names=True), Text) for name, value in texts.items()}
            this = [c == k for c, k in zip(keys, key, strict=True)]
            if any(table.c[name].info.get(NAMES) for name in texts):
                tx.execute(delete(table).where(*this))
            else:
                tx.execute(update(table).where(*this).values({**clean, **_blinded(tx, table, this)}))
            met += 1
    return met


def _blinded(tx: Connection, table: Table, this: Sequence[ColumnElement[bool]]) -> dict[str, str]:
    """Return digests of a row that a guess of who somebody is would lead to, as they are kept from now on."""
    columns = [column for column in table.columns if column.info.get(TELLS)]
    if not columns:
        return {}
    row = tx.execute(select(*columns).where(*this)).one()
    kept = erased_people.blinded(tx, row)
    return {column.name: kept[value] for column, value in zip(columns, row, strict=True)}


def _hidden(person: Person) -> ErasedPeople:
    return ErasedPeople.only(person.source_id, person.values())


def _names(hidden: ErasedPeople) -> packed.Tells:
    return lambda text: hidden.scrub_text(text, names=True) != text


def _is_theirs(person: Person, record: Entity) -> bool:
    return isinstance(record, Contact) and record.external_id == person.contact.external_id


def _tells(hidden: ErasedPeople, raw: Any) -> bool:
    return raw is not None and hidden.scrub(raw, names=False) != raw


def _rows(tx: Connection, source_id: int, stream: str, after: int) -> Sequence[Sequence[Any]]:
    table, codec = RECORDS[stream].c, codec_of(STREAMS[stream])
    query = (
        select(table.local_id, table.external_id, table.raw, *(table[name] for name in codec.names))
        .where(table.source_id + 0 == source_id, table.local_id > after)
        .order_by(table.local_id)
        .limit(_AT_ONCE)
    )
    return tx.execute(query).all()


def _decoded(entity: type[Entity], row: Sequence[Any], unpacker: Unpacker) -> tuple[Entity, Any]:
    _, external_id, blob, *values = row
    return codec_of(entity).decode(external_id, values), None if blob is None else unpacker.unpack(blob)


def _quarantined(tx: Connection, person: Person) -> list[QuarantinedRecord]:
    hidden = _hidden(person)
    found: list[QuarantinedRecord] = []
    for row in quarantine.each(tx, person.source_id):
        is_own = row.stream == "contacts" and row.external_id == person.contact.external_id
        text = "" if row.raw is None else orjson.dumps(row.raw, default=str).decode()
        if is_own or (
            row.raw is not None and (hidden.scrub_text(text, names=True) != text or _points(row.raw, person))
        ):
            found.append(row)
    return found


def _points(raw: Any, person: Person) -> bool:
    """Whether a payload refers to the contact, in a field that is called so."""
    if isinstance(raw, dict):
        return any(
            ("contact" in key.casefold() and str(value) == person.contact.external_id) or _points(value, person)
            for key, value in raw.items()
        )
    return isinstance(raw, list) and any(_points(item, person) for item in raw)


def _other_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in LEFT_ALONE]


def _texts_with(tx: Connection, table: Table, person: Person) -> Iterator[tuple[tuple[Any, ...], dict[str, str]]]:
    """Yield key and text columns of rows whose text names a person."""
    keys = list(table.primary_key.columns)
    searched = [c for c in table.columns if is_text(c) and (c.info.get(NAMES) or not (c.primary_key or c.unique))]
    texts = [type_coerce(c, Text).label(c.name) for c in searched]
    needles = person.needles()
    if not texts or not needles or not keys:
        return
    hidden = _hidden(person)
    named = or_(*(c.icontains(needle, autoescape=True) for c in texts for needle in needles))
    for row in tx.execute(select(*keys, *texts).where(named)).all():
        found = dict(zip((c.name for c in texts), row[len(keys) :], strict=True))
        told = {n: v for n, v in found.items() if v is not None and hidden.scrub_text(v, names=True) != v}
        if told:
            yield tuple(row[: len(keys)]), told
