"""What a call that failed means: the server tells its own errors with HTTP 200."""

from typing import Any, NoReturn

from servicedesk_core.errors import (
    OutcomeUnknownError,
    PermissionDeniedError,
    ProtocolError,
    RejectedError,
    WriteConflictError,
)

_LONGEST = 400


class WarningError(RejectedError):
    """The server asks whether this is meant, and has done nothing.

    Args:
        name: Of the warning; by it the question is answered.
        message: The question.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(
            f"Tryton asks before it does this: {message} Nothing was done.",
            hint=(
                f"If it is always meant, add {self.kind_of(name)!r} to answered_warnings of the connection; "
                "else do it in Tryton."
            ),
        )
        self.name = name
        self.kind = self.kind_of(name)

    @staticmethod
    def kind_of(name: str) -> str:
        """Return what kind of warning it is: the beginning of its name is of the records that it is about."""
        return name.partition(".")[2] or name


def fail(error: Any, method: str, *, writes: bool) -> NoReturn:
    """Raise what an error of the server means.

    Args:
        error: As the answer has it: a word of the protocol and what belongs to it, or any other failure.
        method: That was called.
        writes: Whether it may have changed something.

    Raises:
        WarningError: A question; nothing was done.
        WriteConflictError: Somebody changed the record meanwhile; nothing was done.
        RejectedError: A write was refused.
        PermissionDeniedError: A read was: reading has no rules but rights.
        OutcomeUnknownError: A write failed within the server.
        ProtocolError: A read did.
    """
    match error:
        case ["UserWarning", [str(name), str(message), *_]]:
            raise WarningError(name, message[:_LONGEST])
        case ["UserError", [str(message), *_]] if writes:
            raise RejectedError(f"Tryton refused it: {message[:_LONGEST]}")
        case ["UserError", [str(message), *_]]:
            raise PermissionDeniedError(f"Tryton does not let the user read that: {message[:_LONGEST]}")
        case ["ConcurrencyException", *_]:
            raise WriteConflictError("Somebody changed the record in Tryton at the same time. Nothing was done.")
        case _ if writes:
            raise OutcomeUnknownError(
                "Tryton failed while it was at work.", hint="It is looked up before it is sent again.", detail=method
            )
    raise ProtocolError(
        "Tryton failed to answer a question.",
        hint="A module that the connector knows may be of another version there.",
        detail=method,
    )
