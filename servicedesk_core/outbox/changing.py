"""What a change of a record comes to: only what it does not show already, based on what it shows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.domain.comparing import same
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.outbox.reverting import DERIVED
from servicedesk_core.outbox.values import Fields, known
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.outbox import StoredWrite

_KEEP = ("status",)
"""Kept beside a meaning, so that a write is refused when the word changed, and can be taken back to it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a record.

    Attributes:
        values: Field to new value.
        base: Field to the value that the record shows.
        base_modified_at: The vendor's stamp of the record.
        base_revision: The vendor's token of that version of it, if it has one.
    """

    values: dict[str, Any]
    base: dict[str, Any]
    base_modified_at: datetime | None
    base_revision: str | None = None


def change_of(
    label: str, record: Entity, wanted: Mapping[str, Any], revision: str | None, *, again: Collection[str] = ()
) -> Change:
    """Return the change that makes a record show what is wanted.

    Args:
        label: What people call the record.
        record: The record as the store has it.
        wanted: Field to value, as JSON has it.
        revision: The vendor's token of the version that the store has.
        again: Fields that are written also where it shows them, because it does not tell what is missing behind them.

    Raises:
        WriteError: It shows all of that already.
    """
    shown = record.model_dump(mode="json")
    values = {field: value for field, value in wanted.items() if field in again or not same(value, shown.get(field))}
    if not values:
        raise WriteError(f"{label} shows that already; nothing is to be changed.", hint="`servicedesk sync`, if not.")
    based_on = [*values, *(field for field in _KEEP if "status_category" in values)]
    base = {field: shown.get(field) for field in based_on}
    return Change(values, base, getattr(record, "modified_at", None), revision)


def edited(tx: Tx, write: StoredWrite, fields: Fields) -> Intent:
    """Return what a write becomes with other fields: like a new proposal, based on what the store shows now.

    Args:
        tx: Any transaction.
        write: The write.
        fields: Field to its new value; ``None`` takes it out of a new record, and empties it in one that is there.

    Raises:
        WriteError: A field is unknown, a value does not fit, nothing would be different or is left to be changed, or
            writes of this kind belong to something that has an editing of its own.
        NotFoundLocallyError: The store does not hold the record any more.
    """
    stream = write.kind.partition(".")[0]
    if stream not in STREAMS:
        raise WriteError(f"{write.kind} cannot be edited here.", hint="`servicedesk claims edit` changes a claim.")
    wanted = known(fields, STREAMS[stream], none_takes_out=write.target is None)
    replaced = {other for pair in DERIVED.items() for other in pair if set(pair) & wanted.keys()}
    values = {field: value for field, value in write.values.items() if field not in replaced} | wanted
    change = Change({field: value for field, value in values.items() if value is not None}, {}, None)
    if write.target is not None:
        source = sources.get(tx, write.connection)
        record = records.load(tx, source.id, stream, [write.target]).get(write.target)
        if record is None:
            message = f"The store does not hold {write.label} any more."
            raise NotFoundLocallyError(message, hint=f"`servicedesk writes discard {write.id}`.")
        revision = records.revision_of(tx, source.id, stream, write.target)
        change = change_of(write.label, record, values, revision)
    if (change.values, change.base) == (write.values, write.base):
        raise WriteError(f"Write {write.id} has these values already.", hint="Name the field that is to be different.")
    return Intent(
        connection=write.connection,
        kind=write.kind,
        aggregate=write.aggregate,
        label=str(change.values.get("title", write.label)) if write.kind == "tickets.create" else write.label,
        values=change.values,
        target=write.target,
        parent=write.parent,
        base=change.base,
        base_modified_at=change.base_modified_at,
        base_revision=change.base_revision,
        visibility=write.visibility,
        reason=write.reason,
    )
