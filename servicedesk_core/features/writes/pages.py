"""How a write looks in a terminal, what is said of it, and which exit code it comes to."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from servicedesk_core import errors
from servicedesk_core.faces import Terminal
from servicedesk_core.faces.terminal import Spelled
from servicedesk_core.outbox.views import WriteDetail, WriteView
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.people import actor_in_words
from servicedesk_core.wording import field_name, field_value, kind_in_words

WARNING = "Workflow rules, SLA events and mails of the vendor may fire; they cannot be taken back."
_SETTLED: Final = {"confirmed", "discarded"}
_BY_STATE: Final[dict[str, type[errors.ServiceDeskError]]] = {
    "rejected": errors.WriteError,
    "partly_applied": errors.WriteError,
    "in_doubt": errors.OutcomeUnknownError,
    "sending": errors.LeaseHeldError,
    "queued": errors.VendorUnavailableError,
    "proposed": errors.WriteStoppedError,
}
_BY_ERROR: Final[dict[str, type[errors.ServiceDeskError]]] = {
    "permission_denied": errors.PermissionDeniedError,
    "authentication": errors.AuthenticationError,
    "write_not_granted": errors.WriteNotGrantedError,
    "write_stopped": errors.WriteStoppedError,
    "write_conflict": errors.WriteStoppedError,
    "lease_held": errors.LeaseHeldError,
}
"""Whose exit code a write comes to; one that met somebody else's change was refused for safety too."""


class SendingDesk(Protocol):
    """A desk with an outbox."""

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


def exit_code(writes: Sequence[WriteView]) -> int:
    """Return what the command line returns for writes that should have been sent: the worst of them."""
    return max((code_of(write.state, write.error_code) for write in writes), default=0)


def code_of(state: str, error_code: str | None) -> int:
    """Return the same for one write: where it stands, and the code of what it met."""
    return 0 if state in _SETTLED else _BY_ERROR.get(error_code or "", _BY_STATE[state]).exit_code


def write(terminal: Terminal, found: WriteView) -> None:
    """Print a write with everything that somebody who approves it must know."""
    by = terminal.plain(_actor(found.decided_by)) if found.decided_by else ""
    decided = f"{terminal.plain(found.decided_at)} by {by}" if by else None
    pairs: list[tuple[str, object]] = [
        ("Write", f"{found.id:,}" + (f", version {found.version}" if found.version > 1 else "")),
        ("State", _state(found)),
        ("What", Spelled(found.kind, kind_in_words(found.kind))),
        ("Target", found.label),
        ("Tenant", f"{found.tenant or '?'} ({found.environment}), connection {found.connection}"),
        ("Visible", readers(found)),
        ("Reason", found.reason),
        ("Proposed", f"{terminal.plain(found.proposed_at)} by {terminal.plain(_actor(found.proposed_by))}"),
        ("Decided", decided),
        ("Takes back", f"write {found.reverts}" if found.reverts else None),
        ("Waits for", f"write {found.waits_for}, which goes first" if found.waits_for else None),
        ("Followed by", ", ".join(f"write {number}" for number in found.followed_by) or None),
        ("Not before", found.next_at if found.state in {"queued", "in_doubt"} else None),
        ("Vendor's id", found.ref),
        ("Record is now", found.moved_to),
        ("Problem", found.error),
        ("What to do", found.hint),
        ("Could be", found.candidates or None),
        ("Warning", found.warnings or None),
    ]
    terminal.facts(pairs)
    is_conflict = any(change.theirs is not None for change in found.changes)
    is_part = any(change.refused for change in found.changes)
    more = (("The vendor shows",) if is_conflict else ()) + (("Applied",) if is_part else ())
    columns = ("Field", "As it was read", "Wanted", *more)
    rows = [
        (
            field_name(change.field),
            _value(change.field, change.before, change.before_name),
            _value(change.field, change.after, change.after_name),
            *((_value(change.field, change.theirs, change.theirs_name),) if is_conflict else ()),
            *((f"no: {change.refused}" if change.refused else "yes",) if is_part else ()),
        )
        for change in found.changes
    ]
    terminal.table(columns, rows)


def readers(found: WriteView) -> str | None:
    """Return who can read what is written; ``None`` = nobody said."""
    public = "the manufacturer reads it" if found.kind.startswith("claims.") else "PUBLIC: the client can read it"
    return {"public": public, "internal": "internal: the staff only"}.get(found.visibility or "")


def detail(terminal: Terminal, found: WriteDetail) -> None:
    """Print a write with everything that happened to it."""
    write(terminal, found.write)
    if found.act:
        said = (("Act", found.act), ("Why", found.reasons), ("Not chosen", found.rejected or None))
        terminal.facts(said)
    rows = [(e.at, e.before, e.after, _actor(e.actor), e.attempt or None, e.why) for e in found.history]
    terminal.table(("When", "From", "To", "By", "Attempt", "Why"), rows, title="History")


def warning(desk: SendingDesk, write: WriteView) -> str:
    """Return what is said before a write is sent; nothing where none would be."""
    return WARNING if write.state == "proposed" and not desk.outbox.asks_another else ""


def told(desk: SendingDesk, write: WriteView) -> str:
    """Return what became of a write, and the command that goes on; with four eyes another person does it."""
    said, number = standing(write), write.id
    if write.state in {"queued", "sending", "partly_applied", "rejected"}:
        said = " ".join(filter(None, (said, write.hint)))
    match write.state:
        case "proposed":
            who = "Another person sends it" if desk.outbox.asks_another else "To send it"
            version = f"@{write.version}" if write.version > 1 else ""
            return f"{WARNING}\n{said} {who}: servicedesk writes approve {number}{version}"
        case "confirmed" if write.target:
            return f"{said} To take it back: servicedesk writes revert {number}"
        case "queued" | "sending":
            return f"{said} `servicedesk writes run` goes on with it."
        case "in_doubt":
            return f"{said} `servicedesk writes run` looks again; `servicedesk writes resolve {number}` decides."
        case _:
            return said


def standing(write: WriteView) -> str:
    """Return where a write stands, in a sentence or two, without what to do about it."""
    match write.state:
        case "proposed":
            return "Nothing was sent."
        case "confirmed":
            return f"Write {write.id} was approved and sent, and is done; the vendor's id is {write.ref}."
        case "queued" | "sending":
            return " ".join(filter(None, (f"Write {write.id} waits.", write.error)))
        case "in_doubt":
            why = write.error or "its fate is unknown."
            return f"Write {write.id} is in doubt: {why} It is not sent again before it is certain."
        case "partly_applied" | "rejected":
            what = "was refused:" if write.state == "rejected" else "is done in part."
            return f"Write {write.id} {what} {write.error}"
        case _:
            return f"Write {write.id} is discarded."


def _actor(actor: str) -> Spelled:
    return Spelled(actor, actor_in_words(actor))


def _state(write: WriteView) -> str:
    return str(write.state).replace("_", " ")


def _value(field: str, value: Any, name: str | None) -> str:
    if value is None or value == "":
        return "(nothing)"
    return f"{name} ({value})" if name else field_value(field, value)
