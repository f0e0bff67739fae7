"""Pulling: what to read, in which order, how far it got, and what follows from it."""

from servicedesk_core.sync.connection import Announcer, Calls, Connection
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.estimate import StreamEstimate, SyncPlan
from servicedesk_core.sync.guard import MassChangeGuard
from servicedesk_core.sync.options import Limits, SyncMode, SyncOptions
from servicedesk_core.sync.report import ProgressCallback, StreamReport, StreamState, SyncReport

__all__ = [
    "Announcer",
    "Calls",
    "Connection",
    "Limits",
    "MassChangeGuard",
    "ProgressCallback",
    "StreamEstimate",
    "StreamReport",
    "StreamState",
    "SyncEngine",
    "SyncMode",
    "SyncOptions",
    "SyncPlan",
    "SyncReport",
]
