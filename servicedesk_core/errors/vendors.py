"""What came out of a call to a vendor."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from servicedesk_core.errors.root import ServiceDeskError
from servicedesk_core.printing import printable


class ConnectorError(ServiceDeskError):
    """Came out of a call to a vendor.

    Attributes:
        after_write: Whether it came after the vendor had taken a writing request of the same attempt: then it proves
            nothing about that one.
    """

    code = "connector"
    exit_code = 5
    after_write = False


class TransientError(ConnectorError):
    """May succeed when tried again.

    Args:
        message: See :class:`ServiceDeskError`.
        retry_after_s: Seconds the vendor asked to wait, if it said so.
        hint: See :class:`ServiceDeskError`.
        connection: See :class:`ServiceDeskError`.
        detail: See :class:`ServiceDeskError`.
    """

    code = "transient"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection=connection, detail=detail)
        self.retry_after_s = retry_after_s


class RateLimitedError(TransientError):
    """The vendor refused because of its quota, or our own share of it is used up."""

    code = "rate_limited"


class VendorUnavailableError(TransientError):
    """The vendor answered that it cannot serve now."""

    code = "vendor_unavailable"


class NetworkError(TransientError):
    """The vendor could not be reached, or the connection broke."""

    code = "network"


class VendorTimeoutError(TransientError):
    """The vendor did not answer in time."""

    code = "vendor_timeout"


class PermanentError(ConnectorError):
    """Will not succeed unchanged."""

    code = "permanent"
    exit_code = 1


class AuthenticationError(PermanentError):
    """The vendor rejected the credentials; the connection stops until it is tested again."""

    code = "authentication"
    exit_code = 4


class PermissionDeniedError(PermanentError):
    """The credentials are good but lack a right."""

    code = "permission_denied"
    exit_code = 4


class NotFoundError(PermanentError):
    """The vendor has no such record, or hides it."""

    code = "not_found"


class RejectedError(PermanentError):
    """The vendor refused the data; ``field_errors`` says which fields."""

    code = "rejected"

    def __init__(
        self,
        message: str,
        *,
        field_errors: tuple[str, ...] = (),
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection=connection, detail=detail)
        self.field_errors = tuple(map(printable, field_errors))


class WriteConflictError(RejectedError):
    """Somebody changed the record at the vendor since it was read; nothing was sent.

    Args:
        message: Names the fields, never their content.
        theirs: Domain field to the value that the vendor shows now, for the fields of the write.
            Empty where the vendor told only that it has another version: core reads the record then.
        their_modified_at: The vendor's modification stamp of that version, if it has one.
        their_revision: The vendor's token of that version, if it has one.
        hint: See :class:`ServiceDeskError`.
        connection: See :class:`ServiceDeskError`.
        detail: See :class:`ServiceDeskError`.
    """

    code = "write_conflict"

    def __init__(
        self,
        message: str,
        *,
        theirs: Mapping[str, Any] = MappingProxyType({}),
        field_errors: tuple[str, ...] = (),
        their_modified_at: datetime | None = None,
        their_revision: str | None = None,
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(
            message, field_errors=tuple(theirs) or field_errors, hint=hint, connection=connection, detail=detail
        )
        self.theirs = dict(theirs)
        self.their_modified_at = their_modified_at
        self.their_revision = their_revision


class RecordMovedError(RejectedError):
    """The record that a write is about is another one by now: merged into it, or moved; nothing was sent.

    Args:
        message: What became of it, without the id of the other one, which not everybody may see.
        into: The vendor's id of the record that stands for it now; ``None`` where nobody says.
        hint: See :class:`ServiceDeskError`.
        connection: See :class:`ServiceDeskError`.
        detail: See :class:`ServiceDeskError`.
    """

    code = "record_moved"

    def __init__(
        self,
        message: str,
        *,
        into: str | None,
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection=connection, detail=detail)
        self.into = into


class UnsupportedError(PermanentError):
    """This connector, or this vendor, cannot do that."""

    code = "unsupported"


class TooLargeError(PermanentError):
    """A file is larger than whoever asked for it takes; nothing of it was kept."""

    code = "too_large"


class ProtocolError(PermanentError):
    """The answer is not what the vendor's contract promises."""

    code = "protocol"
    exit_code = 5


class WriteNotGrantedError(PermanentError):
    """A request would change the vendor's data and no grant in the configuration allows it."""

    code = "write_not_granted"
    exit_code = 8


class OutcomeUnknownError(ConnectorError):
    """A write may or may not have happened."""

    code = "outcome_unknown"


class HookError(ConnectorError):
    """A plugin raised something unexpected, returned garbage or did not come back in time."""

    code = "hook"
    exit_code = 1
