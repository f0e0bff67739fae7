"""How attachments are read from the store: those of a ticket, and one; what is internal only for the staff."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from servicedesk_core.domain import ActorType, Attachment, NoteVisibility
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.attachments.model import AttachmentRow
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as named

_A, _N, _T = RECORDS["attachments"].c, RECORDS["notes"].c, RECORDS["tickets"].c
_CODEC = codec_of(Attachment)
_PEOPLE = ("contacts", "technicians")
_SELECTED = (named.c.name, _A.source_id, _A.external_id, *(_A[name] for name in _CODEC.names))


def of_ticket(
    tx: Tx, ticket: str, connection: str | None, scope: Scope | None, *, internal: bool
) -> tuple[AttachmentRow, ...]:
    """Return the files of a ticket, the oldest first.

    Args:
        tx: Any transaction.
        ticket: Its number, or the vendor's id.
        connection: Name of the connection; ``None`` = whichever has it.
        scope: The ticket must be in it.
        internal: Whether those are shown that clients may not see.

    Raises:
        NotFoundLocallyError: The store has no such ticket, or several connections have one.
    """
    own = select(_T.source_id, _T.external_id).where(_T.local_id == ticket_meant(tx, ticket, connection, scope))
    source_id, ref = tx.execute(own).one()
    found = _read(tx, _A.source_id == source_id, _A.ticket_ref == ref, internal=internal)
    if scope is not None:
        found = _without_foreign_authors(Sight(tx, scope), found)
    names = Names(tx)
    for _, _, one in found:
        names.want(source_id, _people(one), one.author_ref)
    return tuple(_row(name, one, names.of(source_id, _people(one), one.author_ref)) for name, _, one in found)


def meant(tx: Tx, ref: str, connection: str | None, scope: Scope | None, *, internal: bool) -> tuple[str, Attachment]:
    """Return the connection and the attachment of a vendor's id.

    Args:
        tx: Any transaction.
        ref: The vendor's id.
        connection: Name of the connection; ``None`` = whichever has it.
        scope: It must be in it.
        internal: Whether one counts that clients may not see.

    Raises:
        NotFoundLocallyError: The store has none that may be seen, or several connections have one.
    """
    chosen = [one.id for one in sources.all(tx)] if connection is None else [source_of(tx, connection, scope)]
    where = [_A.external_id == ref, _A.source_id.in_(chosen)]  # both: ids are found by an index that begins with these
    if scope is not None:
        where.append(Sight(tx, scope).require("attachments"))
    found = _read(tx, *where, internal=internal)
    if not found:
        hint = "servicedesk attachments list TICKET shows those of a ticket, as of the last sync."
        raise NotFoundLocallyError(f"The store has no attachment {ref!r}.", hint=hint)
    if len(found) > 1:
        message = f"Several connections have an attachment {ref!r}: {', '.join(name for name, *_ in found)}."
        raise NotFoundLocallyError(message, hint="Say which one you mean: --connection NAME.")
    return found[0][0], found[0][2]


def _read(tx: Tx, *where: ColumnElement[bool], internal: bool) -> list[tuple[str, int, Any]]:
    query = select(*_SELECTED).join(named, named.c.id == _A.source_id).where(_A.gone_at.is_(None), *where)
    if not internal:
        # Who may see a file on a note follows from the note as well, also when that was changed later.
        on_public = select(_N.local_id).where(
            _N.source_id == _A.source_id,
            _N.external_id == _A.note_ref,
            _N.visibility == NoteVisibility.PUBLIC,
            _N.gone_at.is_(None),
        )
        query = query.where(_A.visibility == NoteVisibility.PUBLIC, or_(_A.note_ref.is_(None), on_public.exists()))
    rows = tx.execute(query.order_by(_A.created_at, _A.local_id))
    return [(name, source_id, _CODEC.decode(ref, values)) for name, source_id, ref, *values in rows]


def _without_foreign_authors(
    sight: Sight, found: list[tuple[str, int, Attachment]]
) -> list[tuple[str, int, Attachment]]:
    by_stream = {stream: [one.author_ref or "" for *_, one in found if _people(one) == stream] for stream in _PEOPLE}
    seen = {stream: sight.refs(stream, refs) for stream, refs in by_stream.items()}
    return [
        (name, source_id, one if one.author_ref in seen[_people(one)] else one.model_copy(update={"author_ref": None}))
        for name, source_id, one in found
    ]


def _people(one: Attachment) -> str:
    return "contacts" if one.author_type is ActorType.CUSTOMER else "technicians"


def _row(connection: str, one: Attachment, author: str | None) -> AttachmentRow:
    return AttachmentRow(
        external_id=one.external_id,
        name=one.name,
        title=one.title,
        size_bytes=one.size_bytes,
        media_type=one.media_type,
        visibility=one.visibility.value,
        author_ref=one.author_ref,
        author=author,
        created_at=one.created_at,
        note_ref=one.note_ref,
        time_entry_ref=one.time_entry_ref,
        connection=connection,
    )
