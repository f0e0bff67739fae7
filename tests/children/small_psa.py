"""A small PSA that gives what hangs on a ticket or a company only below it, and a connector to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Company, Note, NoteVisibility, Site, StatusCategory, Ticket, TimeEntry
from servicedesk_core.errors import CursorError, MappingError, NotFoundError, UnsupportedError
from servicedesk_core.hooks import (
    Capabilities,
    ChildKey,
    FetchOutcome,
    FetchStatus,
    Mapped,
    Page,
    PullMode,
    SourceRecord,
    StreamCapability,
    VendorIdentity,
    child_record,
    source_record,
)
from servicedesk_core.http import HttpProfile, NumberedPages
from servicedesk_core.sandboxing import StandIn, json_response

ON_A_PAGE = 3
WORDS = {"Open": StatusCategory.IN_PROGRESS, "Done": StatusCategory.CLOSED}


class SmallPsa(StandIn):
    """Its actions are numbered within their ticket; one may be a note, and the time that was worked, in one.

    Attributes:
        tickets: By id.
        actions: By ticket, then by number.
        companies: By id.
        sites: By id; each names its company.
        refused: Status with which a path is refused.
        merged: By the id of a ticket, the one into which it went up.
        fails_behind: Requests after which it fails; ``None`` = it does not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC)  # by which its server dates its answers, too
        self.tickets: dict[str, dict[str, Any]] = {}
        self.actions: dict[str, dict[int, dict[str, Any]]] = {}
        self.companies: dict[str, dict[str, Any]] = {}
        self.sites: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, int] = {}
        self.merged: dict[str, str] = {}
        self.fails_behind: int | None = None

    def name_of(self, request: Any) -> str:
        return str(request.path)

    def company(self, ref: str, *sites: str) -> None:
        self.companies[ref] = {"id": ref, "name": f"Company {ref}"}
        self.sites |= {site: {"id": site, "company": ref, "name": f"Site {site}"} for site in sites}

    def ticket(self, ref: str, status: str = "Open", company: str = "c1") -> None:
        self.now += timedelta(milliseconds=1)
        self.tickets[ref] = {"id": ref, "status": status, "company": company, "changed": self.now.isoformat()}
        self.actions.setdefault(ref, {})

    def act(self, ref: str, text: str, hours: float = 0.0) -> int:
        """Add an action, which moves the ticket."""
        number = max(self.actions.get(ref, {}), default=0) + 1
        self.actions.setdefault(ref, {})[number] = {"id": number, "ticket": ref, "text": text, "hours": hours}
        self.touch(ref)
        return number

    def touch(self, ref: str) -> None:
        self.now += timedelta(milliseconds=1)
        self.tickets[ref]["changed"] = self.now.isoformat()

    def merge(self, ref: str, into: str) -> None:
        """Let a ticket go up in another, with its actions."""
        for action in self.actions.pop(ref).values():
            self.act(into, action["text"], action["hours"])
        del self.tickets[ref]
        self.merged[ref] = into

    def asked(self, *, of: str) -> list[str]:
        """Return whose children were asked for since the last look, in their order."""
        refs = [path.split("/")[2] for path in self.requests if path.startswith("/tickets/") and path.endswith(of)]
        self.requests.clear()
        return refs

    def answer(self, request: Any) -> Any:  # noqa: PLR0911  # one for each address
        if self.fails_behind is not None and self.requests.total() > self.fails_behind:
            return json_response({"message": "out of order"}, 500)
        if (status := self.refused.get(request.path)) is not None:
            return json_response({"message": "no"}, status)
        match request.segments:
            case ("tickets",):
                since = request.param("since") or ""
                rows = [row for row in self.tickets.values() if row["changed"] >= since]
                return self._page(request, sorted(rows, key=lambda row: row["id"]))
            case ("tickets", ref) if self.merged.get(ref, ref) in self.tickets:
                return json_response(self.tickets[self.merged.get(ref, ref)])
            case ("tickets", ref, "actions", number) if found := self.actions.get(ref, {}).get(int(number)):
                return json_response(found)
            case ("companies", ref) if ref in self.companies:
                return json_response(self.companies[ref])
            case ("sites", ref) if ref in self.sites:
                return json_response(self.sites[ref])
            case ("tickets", ref, "actions") if self.merged.get(ref, ref) in self.actions:
                return self._page(request, list(self.actions[self.merged.get(ref, ref)].values()))
            case ("companies",):
                return self._page(request, list(self.companies.values()))
            case ("companies", ref, "sites") if ref in self.companies:
                return self._page(request, [row for row in self.sites.values() if row["company"] == ref])
        return json_response({"message": "there is no such thing"}, 404)

    def _page(self, request: Any, rows: Sequence[dict[str, Any]]) -> Any:
        first = (int(request.param("page") or 1) - 1) * ON_A_PAGE
        return json_response(rows[first : first + ON_A_PAGE])


class SmallSettings(ConnectorSettings):
    url: str
    ends: bool = True


class Small(Connector[SmallSettings]):
    """Reads the small PSA."""

    Settings = SmallSettings

    async def open(self) -> None:
        profile = HttpProfile(
            base_url=self.ctx.settings.url,
            vendor="small",
            account=self.ctx.settings.url,
            budget=self.ctx.vendor_budget(requests=100_000),
        )
        self.http = self.ctx.http(profile)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        return Capabilities(
            vendor="Small",
            streams=(
                StreamCapability("companies", has_stamp=False),
                StreamCapability("sites", children_of="companies"),
                StreamCapability("tickets"),
                StreamCapability("notes", children_of="tickets", parallel=4, right="See actions"),
                StreamCapability("time_entries", part_of="notes"),
            ),
        )

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        return VendorIdentity("small", "tenant-1", record_urls={"notes": "https://psa.example.com/{parent}#{child}"})

    async def _pages(self, path: str, **params: Any) -> AsyncIterator[tuple[list[Any], bool]]:
        paginator = NumberedPages(page_size=ON_A_PAGE, stop="empty")
        async for page in self.http.paginate(paginator, "GET", path, params=params):
            yield list(page.items), page.last

    @hookimpl
    async def pull(self, request: Any) -> AsyncIterator[Page]:
        if request.stream not in {"companies", "tickets"}:
            raise UnsupportedError(f"There is no stream {request.stream!r}.")
        if request.resume and not request.resume.startswith("1:"):
            raise CursorError("Not ours.")
        number = int((request.resume or "1:1").removeprefix("1:"))
        news = request.mode is PullMode.INCREMENTAL and request.since
        params = {"since": request.since.isoformat()} if news else {}
        async for rows, last in self._pages(request.stream, page=number, **params):
            stamps = [datetime.fromisoformat(row["changed"]) for row in rows if "changed" in row]
            records, newest = [source_record(row) for row in rows], max(stamps, default=None)
            number += 1
            yield Page(records, None if last else f"1:{number}", last, newest)

    def key(self, parent: str, row: dict[str, Any]) -> SourceRecord:
        return child_record(parent, row)

    def ends(self, last: bool) -> bool:
        return last and self.ctx.settings.ends

    @hookimpl
    async def pull_children(self, stream: str, parent: str) -> AsyncIterator[Page]:
        path, record = {
            "notes": (f"tickets/{parent}/actions", self.key),
            "sites": (f"companies/{parent}/sites", lambda _, row: source_record(row)),
        }[stream]
        async for rows, last in self._pages(path):
            yield Page([record(parent, row) for row in rows], resume=None, last=self.ends(last))

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        for ref in refs:
            yield await self._fetch(stream, ref)

    async def _fetch(self, stream: str, ref: str) -> FetchOutcome:
        path = f"{stream}/{ref}"
        if stream == "notes":
            parent, _, number = ref.rpartition(":")  # what has no parent is at no address
            path = f"tickets/{parent}/actions/{number}"
        try:
            row = (await self.http.get(path)).json()
        except NotFoundError:
            return FetchOutcome(ref, FetchStatus.MISSING)
        record = child_record(parent, row) if stream == "notes" else source_record(row)
        if record.external_id != ref:
            return FetchOutcome(ref, FetchStatus.MERGED, (record,), into=record.external_id)
        return FetchOutcome(ref, FetchStatus.FOUND, (record,))

    def ticket_of(self, raw: Mapping[str, Any]) -> str:
        return str(raw["ticket"])

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        if raw.get("id") is None:
            raise MappingError("the record has no id")
        ref = str(raw["id"])
        if stream == "companies":
            return Mapped(Company(external_id=ref, name=raw["name"]))
        if stream == "sites":
            return Mapped(Site(external_id=ref, name=raw["name"], company_ref=raw["company"]))
        if stream == "notes":
            return self._action(raw)
        category, changed = WORDS.get(raw["status"]), datetime.fromisoformat(raw["changed"])
        company = raw["company"]
        return Mapped(
            Ticket(external_id=ref, title="x", status_category=category, modified_at=changed, company_ref=company)
        )

    def _action(self, raw: Mapping[str, Any]) -> Mapped:
        key, ticket = str(ChildKey(str(raw["ticket"]), str(raw["id"]))), self.ticket_of(raw)
        note = Note(external_id=key, ticket_ref=ticket, body=raw["text"], visibility=NoteVisibility.INTERNAL)
        if not raw["hours"]:
            return Mapped(note)
        return Mapped(note, also=(TimeEntry(external_id=key, ticket_ref=ticket, worked_s=int(raw["hours"] * 3600)),))

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        return "1"
