"""Every error the product raises, grouped by what the caller should do about it.

ServiceDeskError
├── ConfigurationError            the operator must change something
│   ├── SettingsError  SecretError  UnknownConnectorError  TenantMismatchError
│   ├── DefinitionsError → DefinitionsRefusedError
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
│   │   ├── RejectedError → WriteConflictError  RecordMovedError
│   │   └── UnsupportedError  ProtocolError  TooLargeError  WriteNotGrantedError
│   ├── OutcomeUnknownError       a write may or may not have happened: reconcile, never resend blindly
│   └── HookError                 the plugin itself misbehaved
├── SyncError
│   └── MappingError  CursorError  IncompletePassError  MassChangeError
├── WriteError                    a write of the outbox
│   └── WriteStateError  AnotherPersonError  WriteStoppedError
├── ClaimError                    a claim against a manufacturer
│   └── ClaimStateError  ClaimExistsError  ClaimIncompleteError
├── KpiError                      a figure cannot be measured
├── PeriodClosedError             the month is closed already
├── NotPermittedError             who acts may not do that on this desk
├── ServiceError                  the operating system did not take, start or remove the service
└── NotFoundLocallyError          no such record in the store

Each class carries a stable ``code`` (shown to people, documented, safe to match on) and the exit code that the
command line returns for it. Messages never hold secrets or record text,
and nothing of what others said in them can steer a terminal.
"""

from servicedesk_core.errors.configuration import ConfigurationError as ConfigurationError
from servicedesk_core.errors.configuration import DefinitionsError as DefinitionsError
from servicedesk_core.errors.configuration import DefinitionsRefusedError as DefinitionsRefusedError
from servicedesk_core.errors.configuration import DuplicateConnectorError as DuplicateConnectorError
from servicedesk_core.errors.configuration import PluginError as PluginError
from servicedesk_core.errors.configuration import PluginIncompatibleError as PluginIncompatibleError
from servicedesk_core.errors.configuration import PluginLoadError as PluginLoadError
from servicedesk_core.errors.configuration import SecretError as SecretError
from servicedesk_core.errors.configuration import SettingsError as SettingsError
from servicedesk_core.errors.configuration import TenantMismatchError as TenantMismatchError
from servicedesk_core.errors.configuration import UnknownConnectorError as UnknownConnectorError
from servicedesk_core.errors.root import ServiceDeskError as ServiceDeskError
from servicedesk_core.errors.store import LeaseError as LeaseError
from servicedesk_core.errors.store import LeaseHeldError as LeaseHeldError
from servicedesk_core.errors.store import LeaseLostError as LeaseLostError
from servicedesk_core.errors.store import NotFoundLocallyError as NotFoundLocallyError
from servicedesk_core.errors.store import StoreBusyError as StoreBusyError
from servicedesk_core.errors.store import StoreCorruptError as StoreCorruptError
from servicedesk_core.errors.store import StoreError as StoreError
from servicedesk_core.errors.store import StoreFullError as StoreFullError
from servicedesk_core.errors.store import StoreMissingError as StoreMissingError
from servicedesk_core.errors.store import StoreOutdatedError as StoreOutdatedError
from servicedesk_core.errors.store import StoreReadOnlyError as StoreReadOnlyError
from servicedesk_core.errors.store import StoreVersionError as StoreVersionError
from servicedesk_core.errors.vendors import AuthenticationError as AuthenticationError
from servicedesk_core.errors.vendors import ConnectorError as ConnectorError
from servicedesk_core.errors.vendors import HookError as HookError
from servicedesk_core.errors.vendors import NetworkError as NetworkError
from servicedesk_core.errors.vendors import NotFoundError as NotFoundError
from servicedesk_core.errors.vendors import OutcomeUnknownError as OutcomeUnknownError
from servicedesk_core.errors.vendors import PermanentError as PermanentError
from servicedesk_core.errors.vendors import PermissionDeniedError as PermissionDeniedError
from servicedesk_core.errors.vendors import ProtocolError as ProtocolError
from servicedesk_core.errors.vendors import RateLimitedError as RateLimitedError
from servicedesk_core.errors.vendors import RecordMovedError as RecordMovedError
from servicedesk_core.errors.vendors import RejectedError as RejectedError
from servicedesk_core.errors.vendors import TooLargeError as TooLargeError
from servicedesk_core.errors.vendors import TransientError as TransientError
from servicedesk_core.errors.vendors import UnsupportedError as UnsupportedError
from servicedesk_core.errors.vendors import VendorTimeoutError as VendorTimeoutError
from servicedesk_core.errors.vendors import VendorUnavailableError as VendorUnavailableError
from servicedesk_core.errors.vendors import WriteConflictError as WriteConflictError
from servicedesk_core.errors.vendors import WriteNotGrantedError as WriteNotGrantedError
from servicedesk_core.errors.work import AnotherPersonError as AnotherPersonError
from servicedesk_core.errors.work import ClaimError as ClaimError
from servicedesk_core.errors.work import ClaimExistsError as ClaimExistsError
from servicedesk_core.errors.work import ClaimIncompleteError as ClaimIncompleteError
from servicedesk_core.errors.work import ClaimStateError as ClaimStateError
from servicedesk_core.errors.work import CursorError as CursorError
from servicedesk_core.errors.work import IncompletePassError as IncompletePassError
from servicedesk_core.errors.work import KpiError as KpiError
from servicedesk_core.errors.work import MappingError as MappingError
from servicedesk_core.errors.work import MassChangeError as MassChangeError
from servicedesk_core.errors.work import NotPermittedError as NotPermittedError
from servicedesk_core.errors.work import PeriodClosedError as PeriodClosedError
from servicedesk_core.errors.work import ServiceError as ServiceError
from servicedesk_core.errors.work import SyncError as SyncError
from servicedesk_core.errors.work import WriteError as WriteError
from servicedesk_core.errors.work import WriteStateError as WriteStateError
from servicedesk_core.errors.work import WriteStoppedError as WriteStoppedError
