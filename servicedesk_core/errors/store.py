"""The desk's own database: itself, what it holds, and who works on it."""

from servicedesk_core.errors.root import ServiceDeskError


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


class NotFoundLocallyError(ServiceDeskError):
    """The store holds no such record."""

    code = "not_found_locally"
    exit_code = 1
