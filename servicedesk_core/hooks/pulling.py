"""What travels between the sync engine and a connector while records are pulled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from servicedesk_core.domain import ChildKey, Entity, MappingIssue


class PullMode(StrEnum):
    """Why a stream is pulled."""

    INCREMENTAL = "incremental"
    """Everything that the vendor changed since ``since``."""
    BACKFILL = "backfill"
    """Everything created in ``[since, until)``; both open for the whole stream."""
    RECONCILE = "reconcile"
    """The ids of everything that exists in the range, with stamps where that costs nothing: the evidence for deletions
    and for changes that were missed."""
    BY_IDS = "by_ids"
    """Named records; served by ``fetch_records``."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pass, or one slice of a pass, over a stream.

    Attributes:
        stream: Name of the stream.
        mode: Why it is pulled.
        since: Lower bound, inclusive: of the modification stamp (incremental), of the creation (backfill, reconcile).
        until: Upper bound, exclusive, of the creation (backfill, reconcile).
        only_open: Only tickets that are not done, whatever their age.
        without_open: What ``only_open`` would bring was read already and may be left out; to bring it again is never
            wrong. What counts as open is what the connector's present mapping says.
        partition: One of the partitions that ``plan_partitions`` named, or ``None`` for the whole range.
        resume: The ``resume`` of the last committed page of this same pass, or ``None`` at its start.
        page_size: Records wanted on a page; ``None`` = the connector's best.
        deleted_since: Incremental: list in :attr:`Page.gone` what the vendor deleted since then, where it keeps a list
            of that; ``None`` = it is not needed this time, so do not spend a request on it.
        expected: Records that ``count`` found for this same piece when it was planned; ``None`` = not counted.
    """

    stream: str
    mode: PullMode
    since: datetime | None = None
    until: datetime | None = None
    only_open: bool = False
    without_open: bool = False
    partition: str | None = None
    resume: str | None = None
    page_size: int | None = None
    deleted_since: datetime | None = None
    expected: int | None = None


_TOO_LARGE: Final = 2**64
NO_STAMPS: Final[Mapping[str, datetime]] = MappingProxyType({})


class SourceRecord(NamedTuple):
    """A record as the vendor sent it.

    Attributes:
        external_id: The vendor's id as text, unique in connection and stream.
        raw: The decoded payload, JSON types only; ``None`` on a reconcile page that only proves existence.
        stamps: Without a payload: what the vendor says of the record's age, by domain field, as :meth:`map_record`
            would give it, for example ``modified_at``. Core fetches a record whose stored instants differ.
        revision: The vendor's token of this version of the record (an ``ETag``, a ``SyncToken``), opaque to core, as
            the vendor wants it back; ``None`` where it has none, or does not say it here.
    """

    external_id: str
    raw: Mapping[str, Any] | None
    stamps: Mapping[str, datetime] = NO_STAMPS
    revision: str | None = None


def source_record(row: Any, key: str = "id") -> SourceRecord:
    """Return a row of a page as core takes it, whatever it holds.

    One that is no object, or whose id is neither text nor number, core puts into quarantine; the others of its page are
    stored. Reading the id without this helper, an odd row must not raise: the whole stream would stop, run after run.

    Args:
        row: The row, decoded.
        key: Its field with the id.
    """
    raw = row if isinstance(row, Mapping) else {"unreadable": row}
    found = raw.get(key)
    is_number = isinstance(found, int) and not isinstance(found, bool) and abs(found) < _TOO_LARGE
    return SourceRecord(str(found) if is_number or isinstance(found, str) else "", raw)


def child_record(parent: str, row: Any, key: str = "id") -> SourceRecord:
    """Return a row of a page of children whose vendor numbers them within their parent: its id is a :class:`ChildKey`.

    An odd row is treated as :func:`source_record` does.

    Args:
        parent: The parent's id, as core asked for it.
        row: The row, decoded. ``map_record`` sees nothing else, so the parent's id must stand in it.
        key: Its field with the number.
    """
    record = source_record(row, key)
    own = record.external_id
    return record._replace(external_id=str(ChildKey(parent, own)) if own else "")


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a pass, committed as a whole together with its position.

    Attributes:
        records: The records, in the vendor's order.
        resume: Where to go on after this page: opaque to core, at most 4,096 characters, starts with a version mark of
            the connector's own; ``None`` on the last page.
        last: Whether the pass (this partition of it) is complete with this page. A stream that ends without a last
            page is an incomplete pass.
        max_stamp: Newest modification stamp on the page, if the stream has one.
        requested: Records asked for, when the vendor pages by size.
        vendor_count: Records that the vendor says it sent.
        gone: Ids that the vendor itself lists as deleted.
        whole: Last page: whether the pass brought the payload of everything that the stream has, although only changes
            were asked for. What it did not bring has left the source, so it need not wait in quarantine any longer.
    """

    records: Sequence[SourceRecord]
    resume: str | None
    last: bool
    max_stamp: datetime | None = None
    requested: int | None = None
    vendor_count: int | None = None
    gone: Sequence[str] = ()
    whole: bool = False


class Mapped(NamedTuple):
    """What a raw record means.

    Attributes:
        entity: The record itself.
        also: Further records that this one states by the way (an event row names its technician), or that are a part
            of it (:attr:`StreamCapability.part_of`); stored without a raw payload.
        issues: Words that the mapping has no meaning for.
    """

    entity: Entity
    also: tuple[Entity, ...] = ()
    issues: tuple[MappingIssue, ...] = ()


class FetchStatus(StrEnum):
    """What became of one asked-for record."""

    FOUND = "found"
    MISSING = "missing"
    """The vendor answered that it has no such record, or hides it."""
    DENIED = "denied"
    FAILED = "failed"
    MERGED = "merged"
    """The vendor merged it into another record, and answers with that one."""


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """The answer for one reference; every reference gets exactly one.

    Attributes:
        ref: The id that was asked for.
        status: What became of it.
        records: The record; for a ticket's history all its rows. Of a merged one the survivor, if it came.
        reason: Why there is none, for people; no record text.
        into: Id of the survivor of a merged record.
    """

    ref: str
    status: FetchStatus
    records: tuple[SourceRecord, ...] = ()
    reason: str | None = None
    into: str | None = None
