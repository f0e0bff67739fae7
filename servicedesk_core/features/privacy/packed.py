"""Where somebody may be named although no column of text says so: files of claims, packed answers, closed figures."""

import zlib
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Text, and_, delete, select, type_coerce, update

from servicedesk_core.store.schema import claim_attachments, claims, cover_facts, kpi_figures, outbox, outbox_files

_AT_ONCE = 500
_TICKETS_AT_ONCE = 500

Tells = Callable[[str], bool]
"""Says whether a text names somebody."""


class ClaimFile(NamedTuple):
    """A file of a claim.

    Attributes:
        id: Its number.
        claim_id: Our id of the claim.
        name: File name.
        media_type: Media type.
        content: The file.
    """

    id: int
    claim_id: str
    name: str
    media_type: str
    content: bytes


class Answer(NamedTuple):
    """A manufacturer's own answer about a device.

    Attributes:
        id: Number of the fact that it proves.
        content: The answer.
    """

    id: int
    content: Any


class Figure(NamedTuple):
    """The records behind a figure of a closed month.

    Attributes:
        month: The month.
        name: Name of the figure.
        records: What it was made of, and what was left out.
    """

    month: str
    name: str
    records: Any


def files_about(tx: Connection, source_id: int, tickets: Collection[str], tells: Tells) -> Iterator[ClaimFile]:
    """Yield the files that are about somebody.

    Nobody can tell whom a photo shows or a scanned invoice names, so all files of a claim count that is for one of
    their tickets or names them; of other claims those whose name or text tells of them.

    Args:
        tx: Any transaction.
        source_id: The connection that the tickets are of.
        tickets: The vendor's ids of their tickets.
        tells: Says whether a text names them.
    """
    theirs = _claims_about(tx, source_id, tickets, tells)
    c = claim_attachments.c
    numbers = tx.execute(select(c.id).order_by(c.id)).scalars().all()
    for number in numbers:  # one at a time: a file may be large
        query = select(c.id, c.claim, claims.c.claim_id, c.name, c.media_type, c.content).join(
            claims, claims.c.id == c.claim
        )
        row = tx.execute(query.where(c.id == number)).one()
        content = bytes(row.content)
        if row.claim in theirs or tells(row.name) or tells(content.decode("utf-8", "ignore")):
            yield ClaimFile(row.id, row.claim_id, row.name, row.media_type, content)


def waiting_about(
    tx: Connection, connection: str, tickets: Collection[str], tells: Tells
) -> Iterator[tuple[int, str, bytes]]:
    """Yield number, name and content of files that go with writes and are about somebody, as those of claims are.

    What the write says of the file counts as its text.

    Args:
        tx: Any transaction.
        connection: Name of the connection that the tickets are of.
        tickets: The vendor's ids of their tickets.
        tells: Says whether a text names them.
    """
    f, o = outbox_files.c, outbox.c
    kept = select(f.write_id, o.connection, o.parent, o.new_values).join(outbox, o.id == f.write_id)
    for number, where, parent, values in tx.execute(kept.order_by(f.write_id)).all():
        content = bytes(tx.execute(select(f.content).where(f.write_id == number)).scalar_one())
        name = str(values.get("name") or "")
        is_on_theirs = where == connection and parent in tickets
        said = (str(value) for value in values.values())
        if is_on_theirs or any(map(tells, said)) or tells(content.decode("utf-8", "ignore")):
            yield number, name, content


def forget_files(tx: Connection, numbers: Collection[int]) -> None:
    """Delete files of claims; what was sent says by number and hash which they were."""
    for number in numbers:
        tx.execute(delete(claim_attachments).where(claim_attachments.c.id == number))


def answers_naming(tx: Connection, tells: Tells) -> Iterator[Answer]:
    """Yield manufacturers' answers whose text names somebody."""
    c = cover_facts.c
    after = 0
    while rows := tx.execute(
        select(c.id, c.raw).where(c.id > after, c.raw.is_not(None)).order_by(c.id).limit(_AT_ONCE)
    ).all():
        after = rows[-1].id
        for number, blob in rows:
            content = orjson.loads(zlib.decompress(blob))
            if tells(orjson.dumps(content).decode()):
                yield Answer(number, content)


def put_answer(tx: Connection, number: int, content: Any) -> None:
    """Store another text of a manufacturer's answer."""
    blob = zlib.compress(orjson.dumps(content), 1)
    tx.execute(update(cover_facts).where(cover_facts.c.id == number).values(raw=blob))


def figures_naming(tx: Connection, tells: Tells) -> Iterator[Figure]:
    """Yield figures of closed months whose records name somebody, such as a client that is called as they are."""
    c = kpi_figures.c
    keys = tx.execute(select(c.month, c.name).where(c.cases.is_not(None)).order_by(c.month, c.name)).all()
    for month, name in keys:  # one at a time: a year of tickets may stand behind one
        records = tx.execute(select(c.cases).where(c.month == month, c.name == name)).scalar_one()
        if tells(orjson.dumps(records).decode()):
            yield Figure(month, name, records)


def put_figure(tx: Connection, figure: Figure, records: Any) -> None:
    """Store other records behind a figure."""
    c = kpi_figures.c
    tx.execute(update(kpi_figures).where(c.month == figure.month, c.name == figure.name).values(cases=records))


def _claims_about(tx: Connection, source_id: int, tickets: Collection[str], tells: Tells) -> set[int]:
    """Return the numbers of claims for somebody's tickets, or whose text names them."""
    c = claims.c
    found: set[int] = set()
    refs = sorted(tickets)
    for start in range(0, len(refs), _TICKETS_AT_ONCE):
        some = refs[start : start + _TICKETS_AT_ONCE]
        own = and_(c.ticket_source_id == source_id, c.ticket_ref.in_(some))
        found.update(tx.execute(select(c.id).where(own)).scalars())
    with_files = select(claim_attachments.c.claim).where(claim_attachments.c.claim == c.id).exists()
    for number, body, progress in tx.execute(
        select(c.id, type_coerce(c.body, Text), type_coerce(c.progress, Text)).where(with_files)
    ):
        if tells(body) or tells(progress):
            found.add(number)
    return found
