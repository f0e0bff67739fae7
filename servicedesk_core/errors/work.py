"""What a desk was asked to do and could not: a sync, a write, a claim, a service."""

from servicedesk_core.errors.root import ServiceDeskError


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
    """There is an open claim for the same device and part.

    Args:
        message: See :class:`ServiceDeskError`.
        hint: See there.
        claim_id: Our id of that claim.
    """

    code = "claim_exists"
    exit_code = 8

    def __init__(self, message: str, *, hint: str | None = None, claim_id: str = "") -> None:
        super().__init__(message, hint=hint)
        self.claim_id = claim_id


class ClaimIncompleteError(ClaimError):
    """The claim lacks something, or the manufacturer would refuse it."""

    code = "claim_incomplete"


class PeriodClosedError(ServiceDeskError):
    """The month is closed already, by somebody else or by whoever asks."""

    code = "period_closed"
    exit_code = 8


class NotPermittedError(ServiceDeskError):
    """Who acts may not do that on this desk, or not for what it is about."""

    code = "not_permitted"
    exit_code = 8


class KpiError(ServiceDeskError):
    """A figure cannot be measured: what measures it is broken."""

    code = "kpi"
    exit_code = 1


class ServiceError(ServiceDeskError):
    """The operating system did not take, start or remove the service that runs a desk."""

    code = "service"
    exit_code = 1
