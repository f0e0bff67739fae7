"""How a connector plugs in: specs, the data that travels through them, and the class to subclass."""

from servicedesk_core.addresses import is_loopback, safe_address
from servicedesk_core.hooks.capabilities import (
    Capabilities,
    FieldInfo,
    FieldValue,
    StreamCapability,
    StreamCheck,
    Support,
    VendorIdentity,
    WarrantyCapability,
    WriteCapability,
)
from servicedesk_core.hooks.connector import Connector
from servicedesk_core.hooks.context import ConnectorContext, ConnectorSettings, HttpOpener, VocabularyMapping
from servicedesk_core.hooks.fingerprint import fingerprint
from servicedesk_core.hooks.markers import API_VERSION, hookimpl
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.pulling import (
    FetchOutcome,
    FetchStatus,
    Mapped,
    Page,
    PullMode,
    PullRequest,
    SourceRecord,
    source_record,
)
from servicedesk_core.hooks.specs.announcements import Change, SyncFinished
from servicedesk_core.hooks.writing import (
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    ReconcilableBy,
    Write,
    WriteProblem,
    WriteReceipt,
)
from servicedesk_core.ports import BudgetPolicy, BudgetUse, Clock, LogSink, StateStore, Token, TokenStore

__all__ = [
    "API_VERSION",
    "BudgetPolicy",
    "BudgetUse",
    "Capabilities",
    "Change",
    "Clock",
    "Connector",
    "ConnectorContext",
    "ConnectorSettings",
    "FetchOutcome",
    "FetchStatus",
    "FieldInfo",
    "FieldValue",
    "FindResult",
    "Found",
    "HttpOpener",
    "Inconclusive",
    "ItemOutcome",
    "LogSink",
    "Mapped",
    "Page",
    "ProvenAbsent",
    "PullMode",
    "PullRequest",
    "ReconcilableBy",
    "SourceRecord",
    "StateStore",
    "StreamCapability",
    "StreamCheck",
    "Support",
    "SyncFinished",
    "Token",
    "TokenStore",
    "VendorIdentity",
    "VocabularyMapping",
    "WarrantyCapability",
    "Write",
    "WriteCapability",
    "WriteProblem",
    "WriteReceipt",
    "fingerprint",
    "hookimpl",
    "is_loopback",
    "safe_address",
    "source_record",
]
