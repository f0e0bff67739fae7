"""A scripted vendor in memory, with the façade that the engine calls."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from servicedesk_core.domain import Company, MappingIssue, Note, StatusCategory, Technician, Ticket
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import (
    Capabilities,
    FetchOutcome,
    FetchStatus,
    Mapped,
    Page,
    PullMode,
    PullRequest,
    SourceRecord,
    StreamCapability,
    VendorIdentity,
)
from servicedesk_core.ports import BudgetUse

STREAMS = (
    StreamCapability("notes", has_created=True, needs=("tickets",), page_size=500, ids_per_request=100),
    StreamCapability("companies", page_size=500, ids_per_request=100),
    StreamCapability("technicians", has_stamp=False, page_size=500, ids_per_request=100),
    StreamCapability(
        "tickets",
        has_created=True,
        has_open=True,
        needs=("companies", "technicians"),
        page_size=500,
        ids_per_request=100,
    ),
)

STATUS = {"New": StatusCategory.NEW, "Doing": StatusCategory.IN_PROGRESS, "Complete": StatusCategory.CLOSED}


def iso(at: datetime) -> str:
    return at.isoformat()


class FakeVendor:
    """Tables, edits and a log of requests."""

    def __init__(self, clock: Any, page_size: int = 50) -> None:
        self.clock = clock
        self.page_size = page_size
        self.tables: dict[str, dict[str, dict[str, Any]]] = {s.stream: {} for s in STREAMS}
        self.requests: list[PullRequest] = []
        self.fetched: list[tuple[str, tuple[str, ...]]] = []
        self.before_page: Callable[[PullRequest, int], None] = lambda request, number: None
        self.change_page: Callable[[PullRequest, int, Page], Page | None] = lambda request, number, page: page
        self.capabilities = Capabilities("Fake", STREAMS)
        self.partitions: dict[str, tuple[str, ...]] = {}
        self.version = "1"
        self.counts = True
        self.closed = 0
        self.opened = 0
        self._next = 0

    def put(self, stream: str, external_id: str | None = None, **values: Any) -> str:
        now = self.clock.now()
        if external_id is None:
            self._next += 1
            external_id = f"{self._next:06}"
        old = self.tables[stream].get(external_id, {"id": external_id, "created": iso(now)})
        self.tables[stream][external_id] = {**old, "modified": iso(now), **values}
        return external_id

    def delete(self, stream: str, external_id: str) -> None:
        del self.tables[stream][external_id]

    def ticket(self, external_id: str | None = None, **values: Any) -> str:
        known = external_id is not None and external_id in self.tables["tickets"]
        return self.put("tickets", external_id, **({} if known else {"title": "A ticket", "status": "New"}) | values)


@dataclass
class FakeCalls:
    """The façade over the fake vendor."""

    vendor: FakeVendor
    hidden: frozenset[str] = frozenset()
    account: str = "tenant-1"
    told: list[Any] = field(default_factory=list)

    def implements(self, hook: str) -> bool:
        return hook not in self.hidden

    def describe_capabilities(self) -> Capabilities:
        return self.vendor.capabilities

    async def vendor_identity(self) -> VendorIdentity:
        self.vendor.before_page(PullRequest("", PullMode.BY_IDS), -1)
        return VendorIdentity("fake", self.account, "Fake tenant")

    async def usage(self) -> BudgetUse | None:
        return BudgetUse(ours=10, total=5_000, allowed=10_000)

    async def plan_partitions(self, request: PullRequest) -> tuple[str, ...]:
        return self.vendor.partitions.get(request.stream, ())

    async def count(self, request: PullRequest) -> int | None:
        return len(self._rows(request)) if self.vendor.counts else None

    def _rows(self, request: PullRequest) -> list[dict[str, Any]]:
        rows = []
        for key, row in sorted(self.vendor.tables[request.stream].items()):
            if (request.only_open or request.without_open) and request.only_open is (row.get("status") == "Complete"):
                continue
            bound = row["modified" if request.mode is PullMode.INCREMENTAL else "created"]
            if request.since is not None and datetime.fromisoformat(bound) < request.since:
                continue
            if request.until is not None and datetime.fromisoformat(bound) >= request.until:
                continue
            if request.partition is not None and int(key[-1]) % 2 != int(request.partition):
                continue
            rows.append(row)
        return rows

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        vendor = self.vendor
        vendor.requests.append(request)
        vendor.opened += 1
        after = (request.resume or "v1:").removeprefix("v1:")
        number = 0
        try:
            while True:
                vendor.before_page(request, number)
                rows = [row for row in self._rows(request) if row["id"] > after]
                chunk, rest = rows[: vendor.page_size], rows[vendor.page_size :]
                bare = request.mode is PullMode.RECONCILE
                stamps = [datetime.fromisoformat(row["modified"]) for row in chunk]
                page: Page | None = Page(
                    records=[
                        SourceRecord(row["id"], None, {"modified_at": datetime.fromisoformat(row["modified"])})
                        if bare
                        else SourceRecord(row["id"], dict(row))
                        for row in chunk
                    ],
                    resume=f"v1:{chunk[-1]['id']}" if rest else None,
                    last=not rest,
                    max_stamp=max(stamps, default=None),
                )
                page = vendor.change_page(request, number, page)
                if page is None:
                    return
                yield page
                if page.last:
                    return
                after = (page.resume or "v1:").removeprefix("v1:")
                number += 1
        finally:
            vendor.closed += 1

    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        self.vendor.fetched.append((stream, tuple(refs)))
        for ref in refs:
            row = self.vendor.tables[stream].get(ref)
            if row is None:
                yield FetchOutcome(ref, FetchStatus.MISSING)
            else:
                yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, dict(row)),))

    async def fetch_history(self, ticket_refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        for ref in ticket_refs:
            rows = self.vendor.tables[ref].values() if ref in self.vendor.tables else ()
            yield FetchOutcome(ref, FetchStatus.FOUND, tuple(SourceRecord(r["id"], r) for r in rows))

    def mapping_version(self, stream: str) -> str:
        return self.vendor.version

    def mapper(self, stream: str) -> Callable[[Mapping[str, Any]], Mapped]:
        return MAPPERS[stream]


def _stamp(raw: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(raw[name]) if raw.get(name) else None


def _ticket(raw: Mapping[str, Any]) -> Mapped:
    if raw.get("broken"):
        msg = "the ticket cannot be understood"
        raise MappingError(msg)
    status = raw.get("status")
    issues = () if status in STATUS else (MappingIssue(kind="unmapped_status", field="status", value=str(status)),)
    return Mapped(
        Ticket(
            external_id=raw["id"],
            title=raw.get("title", ""),
            description=raw.get("description"),
            status=status,
            status_category=STATUS.get(str(status)),
            assignee_ref=raw.get("assignee"),
            company_ref=raw.get("company"),
            created_at=_stamp(raw, "created"),
            modified_at=_stamp(raw, "modified"),
        ),
        issues=issues,
    )


MAPPERS: dict[str, Callable[[Mapping[str, Any]], Mapped]] = {
    "companies": lambda raw: Mapped(
        Company(external_id=raw["id"], name=raw.get("name", "Example"), modified_at=_stamp(raw, "modified"))
    ),
    "technicians": lambda raw: Mapped(Technician(external_id=raw["id"], name=raw.get("name", "Somebody"))),
    "notes": lambda raw: Mapped(
        Note(
            external_id=raw["id"],
            ticket_ref=raw["ticket"],
            body=raw.get("body"),
            modified_at=_stamp(raw, "modified"),
        )
    ),
    "tickets": _ticket,
}

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def ago(days: float) -> str:
    return iso(START - timedelta(days=days))
