"""Every error the product raises, grouped by what the caller should do about it.

ServiceDeskError
├── ConfigurationError            the operator must change something
│   ├── SettingsError  SecretError  UnknownConnectorError  TenantMismatchError
│   └── PluginError
│       └── PluginLoadError  PluginIncompatibleError  DuplicateConnectorError
├── StoreError                    the desk's own database
│   ├── StoreMissingError  StoreBusyError  StoreFullError  StoreReadOnlyError  StoreCorruptError
│   └── StoreVersionError → StoreOutdatedError
├── LeaseError                    another process holds, or took over, this job
│   └── LeaseHeldError  LeaseLostError
├── ConnectorError                came out of a call to a vendor
│   ├── TransientError            try again later (``retry_after_s``)
│   │   └── RateLimitedError  VendorUnavailableError  NetworkError  VendorTimeoutError
│   ├── PermanentError            do not try again unchanged
│   │   ├── AuthenticationError  PermissionDeniedError  NotFoundError
│   │   ├── RejectedError → WriteConflictError
│   │   └── UnsupportedError  ProtocolError  WriteNotGrantedError
│   ├── OutcomeUnknownError       a write may or may not have happened: reconcile, never resend blindly
│   └── HookError                 the plugin itself misbehaved
├── SyncError
│   └── MappingError  CursorError  IncompletePassError  MassChangeError
├── WriteError                    a write of the outbox
│   └── WriteStateError  WriteStoppedError
├── ClaimError                    a claim against a manufacturer
│   └── ClaimStateError  ClaimExistsError  ClaimIncompleteError
├── ServiceError                  the operating system did not take, start or remove the service
└── NotFoundLocallyError          no such record in the store

Each class carries a stable ``code`` (shown to people, documented, safe to match on) and the exit code that the
command line returns for it. Messages never hold secrets or record text,
and nothing of what others said in them can steer a terminal.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from servicedesk_core.printing import printable


class ServiceDeskError(Exception):
    """Root of all errors of the product.

    Args:
        message: One sentence for a person: what is wrong.
        hint: What to do next, as an imperative sentence.
        connection: Name of the configured connection concerned, if any.
        detail: Facts for the log (status, route, ids); no secrets, no record text.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        self.message = printable(message)
        self.hint = None if hint is None else printable(hint)
        self.connection = connection
        self.detail = None if detail is None else printable(detail)
        super().__init__(self.message)

    def __str__(self) -> str:
        where = f"[{self.connection}] " if self.connection else ""
        return f"{where}{self.message}" + (f" {self.hint}" if self.hint else "")


class ConfigurationError(ServiceDeskError):
    """The operator must change a setting, a secret or an installation."""

    code = "configuration"
    exit_code = 2


class SettingsError(ConfigurationError):
    """A setting is missing, unknown or malformed."""

    code = "settings"


class SecretError(ConfigurationError):
    """A secret reference could not be resolved; names every place tried, never a value."""

    code = "secret"


class UnknownConnectorError(ConfigurationError):
    """No installed plugin offers the connector that a connection names."""

    code = "unknown_connector"


class TenantMismatchError(ConfigurationError):
    """A connection now points at another vendor tenant, or mixes sandbox and live."""

    code = "tenant_mismatch"


class PluginError(ConfigurationError):
    """A plugin cannot be used."""

    code = "plugin"


class PluginLoadError(PluginError):
    """A plugin failed while it was imported or registered."""

    code = "plugin_load"


class PluginIncompatibleError(PluginError):
    """A plugin was written for another version of the plugin API."""

    code = "plugin_incompatible"


class DuplicateConnectorError(PluginError):
    """Two installed distributions offer the same connector id."""

    code = "duplicate_connector"


class StoreError(ServiceDeskError):
    """The desk's own database could not do what was asked."""

    code = "store"
    exit_code = 6


class StoreMissingError(StoreError):
    """There is no store yet, and what was asked for must not make one."""

    code = "store_missing"


class StoreVersionError(StoreError):
    """The store's schema is newer or older than this program can use."""

    code = "store_version"


class StoreOutdatedError(StoreVersionError):
    """The store's schema is older than this program's: ``servicedesk store upgrade`` brings it up to date."""

    code = "store_outdated"


class StoreBusyError(StoreError):
    """The store stayed locked by another process for the whole waiting time."""

    code = "store_busy"
    exit_code = 7


class StoreFullError(StoreError):
    """The disk, or the database's quota, is full."""

    code = "store_full"


class StoreReadOnlyError(StoreError):
    """The store may not be written by this account."""

    code = "store_read_only"


class StoreCorruptError(StoreError):
    """The file is damaged, or is not a store at all."""

    code = "store_corrupt"


class LeaseError(ServiceDeskError):
    """Another process owns the work."""

    code = "lease"
    exit_code = 7


class LeaseHeldError(LeaseError):
    """The job runs elsewhere at this moment."""

    code = "lease_held"


class LeaseLostError(LeaseError):
    """This process was overtaken; what it still wanted to commit was refused."""

    code = "lease_lost"


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
        their_modified_at: The vendor's modification stamp of that version, if it has one.
        hint: See :class:`ServiceDeskError`.
        connection: See :class:`ServiceDeskError`.
        detail: See :class:`ServiceDeskError`.
    """

    code = "write_conflict"

    def __init__(
        self,
        message: str,
        *,
        theirs: Mapping[str, Any],
        their_modified_at: datetime | None = None,
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message, field_errors=tuple(theirs), hint=hint, connection=connection, detail=detail)
        self.theirs = dict(theirs)
        self.their_modified_at = their_modified_at


class UnsupportedError(PermanentError):
    """This connector, or this vendor, cannot do that."""

    code = "unsupported"


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


class SyncError(ServiceDeskError):
    """A pull could not be completed."""

    code = "sync"
    exit_code = 3


class MappingError(SyncError):
    """A record or a row does not fit the domain model; the record goes to quarantine."""

    code = "mapping"


class CursorError(SyncError):
    """A saved position is not understood any more."""

    code = "cursor"


class IncompletePassError(SyncError):
    """A stream stopped without an explicit last page; nothing was concluded from it."""

    code = "incomplete_pass"


class MassChangeError(SyncError):
    """More records would be marked deleted than the guard allows."""

    code = "mass_change"
    exit_code = 8


class WriteError(ServiceDeskError):
    """A write of the outbox cannot be made, or not now."""

    code = "write"


class WriteStateError(WriteError):
    """The write is not in a state that allows it; somebody may have decided at the same time."""

    code = "write_state"


class AnotherPersonError(WriteError):
    """The desk asks for four eyes: whoever proposed or edited a write does not approve it."""

    code = "another_person"
    exit_code = 8


class WriteStoppedError(WriteError):
    """Sending stopped and asks: too many writes in a short time, a loop is suspected, or sending is switched off."""

    code = "write_stopped"
    exit_code = 8


class ClaimError(ServiceDeskError):
    """A claim against a manufacturer cannot be made, sent or changed like this."""

    code = "claim"


class ClaimStateError(ClaimError):
    """The claim stands where this is not possible, or somebody else changed it meanwhile."""

    code = "claim_state"


class ClaimExistsError(ClaimError):
    """There is an open claim for the same device and part."""

    code = "claim_exists"
    exit_code = 8


class ClaimIncompleteError(ClaimError):
    """The claim lacks something, or the manufacturer would refuse it."""

    code = "claim_incomplete"


class NotFoundLocallyError(ServiceDeskError):
    """The store holds no such record."""

    code = "not_found_locally"
    exit_code = 1


class ServiceError(ServiceDeskError):
    """The operating system did not take, start or remove the service that runs a desk."""

    code = "service"
    exit_code = 1
