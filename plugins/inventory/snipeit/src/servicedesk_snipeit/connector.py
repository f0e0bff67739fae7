"""The connector: what core calls."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.errors import ConnectorError, UnsupportedError
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorSettings,
    FetchOutcome,
    FieldInfo,
    FindResult,
    Mapped,
    Page,
    PullRequest,
    StreamCheck,
    VendorIdentity,
    Write,
    WriteReceipt,
)
from servicedesk_core.http import together
from servicedesk_snipeit.api import Api
from servicedesk_snipeit.capabilities import capabilities
from servicedesk_snipeit.looking import found
from servicedesk_snipeit.meaning import mapped, version_of
from servicedesk_snipeit.profile import VENDOR, account_of, profile
from servicedesk_snipeit.reading import fetched, pages
from servicedesk_snipeit.settings import SnipeItSettings
from servicedesk_snipeit.writing import Mover

_PULLED = ("parts", "stock_levels")
_PAGE = "{external_id}"


class SnipeIt(Connector[SnipeItSettings]):
    """One installation of Snipe-IT as a stock of parts."""

    Settings: ClassVar[type[ConnectorSettings]] = SnipeItSettings
    _opened: Api | None = None

    async def open(self) -> None:
        """Make the client; nothing is asked."""
        settings = self.ctx.settings
        budget = self.ctx.vendor_budget(requests=settings.requests_per_minute, window_s=60.0)
        self._opened = Api(self.ctx.http(profile(settings, budget)), settings.page_size)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be read, found, taken and given back."""
        return capabilities()

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the installation by its address; that the user is shown proves the token."""
        await self._api.me()
        page = f"{self.ctx.settings.url}/{_PAGE}"
        return VendorIdentity(VENDOR, account_of(self.ctx.settings), record_urls=dict.fromkeys(_PULLED, page))

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Count the rows of each kind; without a stream, look whose the token is."""
        if not streams:
            await self._api.me()
            return ()
        try:
            total = await self._total()
        except ConnectorError as error:
            return tuple(StreamCheck(stream, readable=False, note=error.message) for stream in streams)
        return tuple(StreamCheck(stream, readable=True, visible=total) for stream in streams)

    @hookimpl
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """The installation does not describe these records."""
        _ensure(stream)
        return ()

    @hookimpl
    async def count(self, request: PullRequest) -> int | None:
        """Count the rows; models are known by their assets only, so where these are read nobody can."""
        _ensure(request.stream)
        if request.stream == "parts" and "hardware" in self.ctx.settings.kinds:
            return None
        return await self._total()

    @hookimpl
    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read the stock, kind after kind."""
        _ensure(request.stream)
        async for page in pages(self._api, self.ctx.settings.kinds, request):
            yield page

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records, one after the other."""
        for ref in refs:
            yield await fetched(self._api, stream, ref)

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what a row means."""
        return mapped(stream, raw, self.ctx.settings)

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        """Name the rules and what decides how a cost is read."""
        del stream
        return version_of(self.ctx.settings)

    @hookimpl
    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Search each kind, side by side."""
        return await found(self._api, self.ctx.settings.kinds, query, self.ctx.settings)

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Check something out or in."""
        kind = capabilities().checked(write)
        return await self._mover.send(write, str(kind.marked(write)[kind.mark_in]))

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for our mark in the item's log."""
        return await self._mover.find(write)

    async def _total(self) -> int:
        answers = await together(*(self._api.page(kind, 0, 1) for kind in self.ctx.settings.kinds))
        return sum(total for total, _ in answers)

    @property
    def _mover(self) -> Mover:
        return Mover(self._api, self.ctx.settings, self.ctx.clock)

    @property
    def _api(self) -> Api:
        if self._opened is None:
            message = "the connector was not opened"
            raise RuntimeError(message)
        return self._opened


def _ensure(stream: str) -> None:
    if stream not in _PULLED:
        hint = f"It has: {', '.join(_PULLED)}."
        raise UnsupportedError(f"The Snipe-IT connector has no stream {stream!r}.", hint=hint)
