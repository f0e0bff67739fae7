"""What one run is asked to do, and the engine's limits."""

from dataclasses import dataclass
from enum import StrEnum

from servicedesk_core.store.leases import TTL_S


class SyncMode(StrEnum):
    """What to read."""

    AUTO = "auto"
    """What each stream needs now: its backfill, what changed, a sweep or a reconciliation that is due."""
    FULL = "full"
    """Everything again, as on the first day."""
    RECONCILE = "reconcile"
    """What changed, and all ids, to find what was deleted."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """One run.

    Attributes:
        mode: What to read.
        streams: Only these streams; empty = all that the connection wants.
        dry_run: Read and map, but write nothing.
        accept_mass_change: Apply deletions that the mass-change guard would hold back.
    """

    mode: SyncMode = SyncMode.AUTO
    streams: tuple[str, ...] = ()
    dry_run: bool = False
    accept_mass_change: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and spans that trade speed against memory and latency.

    Attributes:
        batch_rows: Most records in one commit.
        batch_bytes: Most raw payload in one commit, as JSON.
        pages_ahead: Pages fetched while others are stored.
        gather_s: How long a commit waits for further pages after its first.
        streams: Streams pulled side by side.
        lease_ttl_s: How long a lease lasts without renewal.
        fetch_batch: References asked for in one call of ``fetch_records``.
        dangling: Most dangling references fetched at the end of one run.
        ask_again_s: How long a reference that the vendor does not have is not asked for again.
    """

    batch_rows: int = 1_000
    batch_bytes: int = 16_000_000
    pages_ahead: int = 2
    gather_s: float = 0.25
    streams: int = 3
    lease_ttl_s: float = TTL_S
    fetch_batch: int = 500
    dangling: int = 2_000
    ask_again_s: float = 7 * 86_400.0


DEFAULT_OPTIONS = SyncOptions()
DEFAULT_LIMITS = Limits()
