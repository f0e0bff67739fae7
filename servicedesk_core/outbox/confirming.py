"""What is kept of a write that its vendor has, whether it answered or was asked later. Pure."""

from typing import Any

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.outbox.senders import Sent
from servicedesk_core.store.outbox import StoredWrite


def confirmation(write: StoredWrite, sent: Sent) -> tuple[WriteState, dict[str, Any]]:
    """Return where a write stands that its vendor has, and the facts that are kept of it, by column."""
    facts: dict[str, Any] = {"ref": sent.ref or write.target, "warnings": (*write.warnings, *sent.warnings)}
    facts |= dict.fromkeys(("error", "error_code", "hint"))
    if not sent.refused:
        return WriteState.CONFIRMED, facts
    return WriteState.PARTLY_APPLIED, facts | _left_out(write, sent)


def _left_out(write: StoredWrite, sent: Sent) -> dict[str, Any]:
    """Return what is kept of a write that the vendor took in part; what a person may do about the rest is the hint."""
    reasons = "; ".join(f"{field}: {reason.rstrip('.')}" for field, reason in sent.refused.items())
    done = [field for field in write.values if field not in sent.refused]
    error = f"The vendor applied {', '.join(done) or 'nothing'}, and not {', '.join(sent.refused)} ({reasons})."
    again = (
        f"`servicedesk writes retry {write.id}` sends the rest again, `servicedesk writes edit {write.id}` changes it, "
        if write.target is not None
        else f"Propose the rest by itself, or as a change of {sent.ref}; "
    )
    return {
        "error_code": WriteState.PARTLY_APPLIED.value,
        "error": error,
        "hint": f"{again}`servicedesk writes discard {write.id}` leaves it.",
        "unapplied": dict(sent.refused),
    } | ({"base_revision": sent.revision} if sent.revision else {})
