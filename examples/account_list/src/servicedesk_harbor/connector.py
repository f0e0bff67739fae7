"""The calls to the maker."""

from collections.abc import AsyncIterator

from servicedesk_core import Connector, hookimpl
from servicedesk_core.domain.warranty import DeviceRef, EntitlementPage
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial
from servicedesk_core.hooks import Capabilities, StreamCheck, VendorIdentity, WarrantyCapability, Window
from servicedesk_core.http import HttpProfile, NumberedPages, SessionToken
from servicedesk_harbor import meaning
from servicedesk_harbor.settings import HarborSettings

PAGE = 25
"""Products on one page of the account."""


class Harbor(Connector[HarborSettings]):
    """Lists what is covered of all products of an account; the portal cannot be asked for a serial number."""

    Settings = HarborSettings

    async def open(self) -> None:
        """Make the HTTP client: it logs in, waits, and counts the three quotas of the portal."""
        settings = self.ctx.settings
        fields = {"user": settings.username, "password": settings.password}
        self.http = self.ctx.http(
            HttpProfile(
                base_url=settings.url,
                vendor="harbor",
                account=settings.username,
                auth=SessionToken(f"{settings.url}login", fields, access_at="access_token", tokens=self.ctx.tokens),
                budget=self.ctx.vendor_budget(
                    requests=1_000, window_s=3_600, further=(Window(100, 60.0),), errors=Window(10, 3_600.0)
                ),
            )
        )

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what this connector can do; core reckons with it what costs fewer requests."""
        return Capabilities(
            vendor="Harbor",
            access=("Make a user of the portal that may list products.",),
            approved_by="The owner of the portal's account.",
            warranty=WarrantyCapability(listed_per_request=PAGE, time_zone="UTC"),
        )

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Say whose the user is."""
        account = (await self.http.get("account")).json()
        return VendorIdentity(vendor="harbor", account=str(account["number"]), name=str(account["company"]))

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """A maker has no streams; whose the user is was test enough."""
        return tuple(StreamCheck(stream, readable=False, note="A maker has no records to read.") for stream in streams)

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Say whether a device is ours: its maker, and a serial number that can be one."""
        serial = normalise_serial(device.serial_number)
        if why_no_serial(serial) or maker_name(device.manufacturer) != maker_name(meaning.MAKER):
            return None
        return device.model_copy(update={"manufacturer": meaning.MAKER, "serial_number": serial})

    @hookimpl
    async def list_entitlements(self) -> AsyncIterator[EntitlementPage]:
        """List the account; the portal says how many products there are."""
        pages = NumberedPages(items_at="products", page_size=PAGE, size_param="size", total_at="total")
        async for page in self.http.paginate(pages, "GET", "products"):
            results = tuple(meaning.result_of(row) for row in page.items)
            yield EntitlementPage(results=results, last=page.last, total=page.body["total"])
