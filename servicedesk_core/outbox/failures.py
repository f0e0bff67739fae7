"""What an error of an attempt means for the write."""

from dataclasses import dataclass

from servicedesk_core.domain import STREAMS
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProtocolError,
    RecordMovedError,
    RejectedError,
    ServiceDeskError,
    TransientError,
    WriteNotGrantedError,
)

_ADVICE: dict[type[ServiceDeskError], str] = {
    PermissionDeniedError: "Give the API user the right at the vendor, then `servicedesk writes retry {id}`.",
    NotFoundError: "The record is gone or hidden at the vendor: `servicedesk writes discard {id}`.",
    RecordMovedError: "Propose it for that record, if it is meant; `servicedesk writes discard {id}` leaves it.",
    WriteNotGrantedError: 'Add "{kind}" to `writes` of the connection, then `servicedesk writes retry {id}`.',
    PermanentError: "Mend the cause, then `servicedesk writes retry {id}`; or `servicedesk writes discard {id}`.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed attempt means.

    Attributes:
        state: Where the write goes: ``rejected``, ``queued`` (it certainly was not done) or ``in_doubt``.
        code: Code of the error.
        error: What is wrong, for people.
        hint: What to do about it.
        retry_after_s: What the vendor wants to be waited.
        is_vendor_wide: Whether everything of this kind had better wait too.
        stops: Whether nothing more can be sent over this connection now.
        moved_to: The vendor's id of the record that stands now for the one that it is about.
    """

    state: WriteState
    code: str
    error: str
    hint: str | None = None
    retry_after_s: float | None = None
    is_vendor_wide: bool = False
    stops: bool = False
    moved_to: str | None = None


def failure_of(error: BaseException, *, number: int, kind: str) -> Failure:
    """Say what an error that came out of sending means.

    Whatever does not prove that nothing was done is a doubt: time-outs, faults of a plugin, garbage in the answer, a
    cancelled task.

    Args:
        error: What was raised.
        number: Number of the write.
        kind: Its kind.
    """
    if not isinstance(error, ServiceDeskError):
        return Failure(
            WriteState.IN_DOUBT, "outcome_unknown", f"Sending ended without a result ({type(error).__name__})."
        )
    if isinstance(error, ConnectorError) and error.after_write:
        told = f"The vendor took a request of this write, and then: {error.message}"
        return Failure(WriteState.IN_DOUBT, error.code, told, error.hint)
    if isinstance(error, AuthenticationError):
        return Failure(WriteState.QUEUED, error.code, error.message, error.hint, stops=True)
    if isinstance(error, TransientError):
        wait_s = error.retry_after_s
        return Failure(WriteState.QUEUED, error.code, error.message, error.hint, wait_s, is_vendor_wide=True)
    if isinstance(error, PermanentError) and not isinstance(error, ProtocolError):
        advice = next(text for cls, text in _ADVICE.items() if isinstance(error, cls))
        fields = tuple(getattr(error, "field_errors", ()))
        message = error.message + (f" ({'; '.join(fields)})" if fields else "")
        is_record = isinstance(error, RejectedError) and kind.partition(".")[0] in STREAMS
        edit = f"`servicedesk writes edit {number}` gives it other values." if is_record else None
        hint = " ".join(filter(None, (error.hint, edit, advice.format(id=number, kind=kind))))
        into = error.into if isinstance(error, RecordMovedError) else None
        return Failure(WriteState.REJECTED, error.code, message, hint, moved_to=into)
    return Failure(WriteState.IN_DOUBT, error.code, error.message, error.hint)
