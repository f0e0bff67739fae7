"""Taking a write back: the old values again, where the vendor still shows ours."""

from dataclasses import dataclass
from typing import Any

from servicedesk_core.domain.comparing import same
from servicedesk_core.domain.writing import AT_VENDOR, Intent
from servicedesk_core.errors import WriteError, WriteStateError
from servicedesk_core.store.outbox import StoredWrite

DERIVED = {"status_category": "status", "priority": "priority_name"}
"""Meanings that are taken back by the vendor's own word, which says more."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """What taking a write back comes to.

    Attributes:
        intent: The write that restores old values.
        left: Fields that somebody changed since; they are left alone.
    """

    intent: Intent
    left: tuple[str, ...]


def reversal(write: StoredWrite, shown: dict[str, Any], *, reason: str) -> Reversal:
    """Return how a write is taken back.

    Args:
        write: A confirmed update.
        shown: Field to the value that the vendor shows now.
        reason: Why.

    Raises:
        WriteStateError: The vendor does not have it.
        WriteError: It made something new, or somebody changed all its fields since.
    """
    ensure_revertible(write)
    ours = {
        field
        for field, value in write.values.items()
        if field in write.base and field not in write.unapplied and same(shown.get(field), value)
    }
    left = tuple(field for field in write.values if field not in ours)
    if not ours:
        message = f"The vendor shows none of the values of write {write.id} any more; nothing is left to take back."
        raise WriteError(message, hint="Look at the record; change it by a new write.")
    fields = {DERIVED[f] if DERIVED.get(f) in write.base else f for f in ours}
    intent = Intent(
        connection=write.connection,
        kind=write.kind,
        aggregate=write.aggregate,
        label=write.label,
        values={field: write.base[field] for field in write.base if field in fields},
        target=write.target,
        parent=write.parent,
        base={field: shown.get(field) for field in write.base if field in fields},
        visibility=write.visibility,
        reason=reason or f"takes back write {write.id}",
        reverts=write.id,
    )
    return Reversal(intent, left)


def ensure_revertible(write: StoredWrite) -> None:
    """Make sure that a write is one that can be taken back.

    Raises:
        WriteStateError: The vendor does not have it.
        WriteError: It made something new.
    """
    if write.state not in AT_VENDOR:
        message = f"Write {write.id} is {write.state.value.replace('_', ' ')}: the vendor does not have it."
        raise WriteStateError(message, hint=f"`servicedesk writes show {write.id}` shows what can be done.")
    if write.target is None or not write.base:
        message = f"Write {write.id} made something new ({write.kind}); that cannot be taken back from here."
        hint = f"Delete or correct {write.ref or 'it'} at the vendor; mails and workflows that it set off stay."
        raise WriteError(message, hint=hint)
