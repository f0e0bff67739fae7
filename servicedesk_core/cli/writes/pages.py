"""How writes look in a terminal, and which exit code they come to."""

from typing import TYPE_CHECKING, Any

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.tables import Narrow
from servicedesk_core.cli.shell.wording import field_value
from servicedesk_core.wording import field_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicedesk_core.outbox.outcomes import SendOutcome
    from servicedesk_core.outbox.views import FieldChange, WriteView

WARNING = "Workflow rules, SLA events and mails of the vendor may fire; they cannot be taken back."
_NARROW = Narrow(
    cut={"Target": 20, "Fields": 18},
    wraps=frozenset({"Problem"}),
    spare=("By", "Proposed", "Fields"),
)
_SHORT = 60
"""Characters of a field in a list; the rest is in "writes show"."""

_FEW = 3
"""Fields of a write in a list."""

_CODES = {
    "confirmed": exit_codes.OK,
    "discarded": exit_codes.OK,
    "rejected": exit_codes.ERROR,
    "in_doubt": exit_codes.VENDOR,
    "sending": exit_codes.BUSY,
    "queued": exit_codes.VENDOR,
    "proposed": exit_codes.REFUSED,
}
_BY_ERROR = {
    "permission_denied": exit_codes.AUTHENTICATION,
    "authentication": exit_codes.AUTHENTICATION,
    "write_not_granted": exit_codes.REFUSED,
    "write_stopped": exit_codes.REFUSED,
    "write_conflict": exit_codes.REFUSED,
    "lease_held": exit_codes.BUSY,
}


def exit_code(writes: "Sequence[WriteView]") -> int:
    """Return what the command line returns for writes that should have been sent: the worst of them."""
    codes = [
        _CODES[write.state]
        if write.state in {"confirmed", "discarded"}
        else _BY_ERROR.get(write.error_code or "", _CODES[write.state])
        for write in writes
    ]
    return max(codes, default=exit_codes.OK)


def show_write(cli: Cli, write: "WriteView") -> None:
    """Print a write with everything that somebody who approves it must know."""
    public = "the manufacturer reads it" if write.kind.startswith("claims.") else "PUBLIC: the client can read it"
    visible = {"public": public, "internal": "internal: the staff only"}
    pairs: list[tuple[str, object]] = [
        ("Write", f"{write.id:,}"),
        ("State", _state(write)),
        ("What", write.kind),
        ("Target", write.label),
        ("Tenant", f"{write.tenant or '?'} ({write.environment}), connection {write.connection}"),
        ("Visible", visible.get(write.visibility or "")),
        ("Reason", write.reason),
        ("Proposed", f"{cli.plain(write.proposed_at)} by {write.proposed_by}"),
        ("Decided", f"{cli.plain(write.decided_at)} by {write.decided_by}" if write.decided_by else None),
        ("Takes back", f"write {write.reverts}" if write.reverts else None),
        ("Waits for", f"write {write.waits_for}, which goes first" if write.waits_for else None),
        ("Not before", write.next_at if write.state in {"queued", "in_doubt"} else None),
        ("Vendor's id", write.ref),
        ("Problem", write.error),
        ("What to do", write.hint),
        ("Could be", write.candidates or None),
        ("Warning", write.warnings or None),
    ]
    cli.facts(pairs)
    is_conflict = any(change.theirs is not None for change in write.changes)
    columns = ("Field", "As it was read", "Wanted", *(("The vendor shows",) if is_conflict else ()))
    rows = [
        (
            field_name(change.field),
            _value(change.field, change.before, change.before_name),
            _value(change.field, change.after, change.after_name),
            *((_value(change.field, change.theirs, change.theirs_name),) if is_conflict else ()),
        )
        for change in write.changes
    ]
    cli.table(columns, rows)


def show_list(cli: Cli, writes: "Sequence[WriteView]", *, empty: str = "") -> None:
    """Print writes, one on a line; ``empty`` is said when there are none."""
    columns = ("No.", "State", "What", "Target", "Fields", "Proposed", "By", "Problem")
    rows = [
        (
            str(write.id),
            _state(write),
            write.kind,
            write.label,
            _fields(write.changes),
            write.proposed_at,
            write.proposed_by,
            write.error,
        )
        for write in writes
    ]
    cli.table(columns, rows, empty=empty, narrow=_NARROW)


def show_outcomes(cli: Cli, outcomes: "Sequence[SendOutcome]") -> None:
    """Print what became of the writes of each connection."""
    if not outcomes:
        cli.say("Nothing is to be sent or settled.")
        return
    columns = ("Connection", "Confirmed", "Refused", "In doubt", "Waiting", "Held", "Doubts settled")
    rows = [
        (
            o.connection,
            len(o.confirmed),
            len(o.rejected),
            len(set(o.in_doubt) - set(o.settled)),
            len(o.waiting),
            len(o.held),
            len(o.settled),
        )
        for o in outcomes
    ]
    cli.table(columns, rows)


def tell(cli: Cli, write: "WriteView", *, asks_another: bool = False) -> None:
    """Say what became of a write, and what can be done next; with four eyes another person does it."""
    match write.state:
        case "proposed":
            who = "Another person sends it" if asks_another else "To send it"
            cli.say(f"{WARNING}\nNothing was sent. {who}: servicedesk writes approve {write.id}")
        case "confirmed":
            back = f" To take it back: servicedesk writes revert {write.id}" if write.target else ""
            cli.say(f"Write {write.id} is done; the vendor's id is {write.ref}.{back}")
        case "queued" | "sending":
            problem = f" {write.error}" if write.error else ""
            hint = f" {write.hint}" if write.hint else ""
            cli.say(f"Write {write.id} waits.{problem}{hint} `servicedesk writes run` goes on with it.")
        case "in_doubt":
            cli.say(
                f"Write {write.id} is in doubt: {write.error or 'its fate is unknown.'} It is not sent again before it "
                f"is certain. `servicedesk writes run` looks again; `servicedesk writes resolve {write.id}` decides."
            )
        case "rejected":
            cli.say(f"Write {write.id} was refused: {write.error} {write.hint or ''}".rstrip())
        case _:
            cli.say(f"Write {write.id} is discarded.")


def _state(write: "WriteView") -> str:
    return str(write.state).replace("_", " ")


def _value(field: str, value: Any, name: str | None) -> str:
    if value is None or value == "":
        return "(nothing)"
    return f"{name} ({value})" if name else field_value(field, value)


def _fields(changes: "Sequence[FieldChange]") -> str:
    more = f", and {len(changes) - _FEW} more" if len(changes) > _FEW else ""
    return ", ".join(_short(change) for change in changes[:_FEW]) + more


def _short(change: "FieldChange") -> str:
    text = f"{field_name(change.field)}={change.after_name or field_value(change.field, change.after)}"
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
