"""What a maker's list of a whole account must be, as part of the warranty suite."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import date

import orjson
import pytest

from servicedesk_core.domain.warranty import DeviceRef, EntitlementPage, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.listing import Listing
from servicedesk_core.errors import ConnectorError
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.skipping import implements, require
from servicedesk_core.testing.suites.truths import assert_hides_secrets


async def pages_listed(connector: AnyConnector) -> list[EntitlementPage]:
    """Read a list to its end."""
    stream = connector.list_entitlements()
    assert isinstance(stream, AsyncGenerator), "list_entitlements must be an async generator, so that core can close it"
    async with aclosing(stream) as running:
        pages = [page async for page in running]
    assert all(isinstance(page, EntitlementPage) for page in pages)
    return pages


def is_complete(pages: list[EntitlementPage]) -> bool:
    """Return whether core would take a list for complete."""
    found = {result.device for page in pages for result in page.results}
    total = next((page.total for page in reversed(pages) if page.total is not None), 0)
    return bool(pages) and pages[-1].last and len(found) >= total


def answers(pages: list[EntitlementPage], *devices: DeviceRef) -> dict[DeviceRef, EntitlementResult]:
    """Return what core makes of a list, for a maker that cannot be asked for devices."""
    listing = Listing()
    for page in pages:
        listing.add(page.results)
    missing = LookupOutcome.NOT_FOUND if is_complete(pages) else LookupOutcome.FAILED
    return {
        one: listing.answer(one, is_whole=is_complete(pages))
        or EntitlementResult(device=one, outcome=missing, reason="The list does not name it.")
        for one in devices
    }


class AccountListTruths:
    """Part of :class:`servicedesk_core.testing.WarrantyLookupSuite`: of ``list_entitlements``."""

    covered: DeviceRef
    covered_on: date | None
    software_only: DeviceRef | None

    @pytest.fixture
    def cut_list(self) -> Callable[[], Awaitable[None]] | None:
        """Return a function that makes the vendor leave devices out of the next page of its list, without a word.

        Override it to have that tested.
        """
        return None

    async def test_a_list_ends_with_its_last_page_and_names_each_device_once(self, connector: AnyConnector) -> None:
        """Pages of the declared size, of which the last one alone says so; every device as ``recognise`` writes it."""
        require(connector, "recognise", "list_entitlements")
        capability = connector.describe_capabilities().warranty
        assert capability is not None
        pages = await pages_listed(connector)
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True], (
            "one page is the last: the last one"
        )
        assert max(len(page.results) for page in pages) <= capability.listed_per_request, (
            "a page is larger than declared"
        )
        devices = [result.device for page in pages for result in page.results]
        assert len(devices) == len(set(devices)), "a device is listed twice"
        assert all(connector.recognise(one) == one for one in devices), (
            "recognise would write a listed device otherwise"
        )
        assert is_complete(pages), "the vendor says that there are more devices than were listed"

    async def test_a_list_says_what_the_vendor_says_of_each_device(self, connector: AnyConnector) -> None:
        """Cover with the vendor's own answer; software is none of the hardware; asking says the same."""
        require(connector, "recognise", "list_entitlements")
        given = [one for one in (self.covered, self.software_only) if one is not None]
        devices = [known for one in given if (known := connector.recognise(one)) is not None]
        results = list(answers(await pages_listed(connector), *devices).values())
        assert all(one.outcome is LookupOutcome.FOUND for one in results), "the list lacks a device of the account"
        assert all(one.raw and orjson.loads(orjson.dumps(one.raw)) == one.raw for one in results), (
            "raw keeps the answer"
        )
        if self.covered_on is not None:
            assert results[0].covered_on(self.covered_on) is True
        software = results[1].entitlements if self.software_only is not None else ()
        assert all(one.covers_hardware is False for one in software), (
            "a cover of software is said to cover the hardware"
        )
        for one in results:
            await assert_hides_secrets(connector, one.raw, "the vendor's list")
        if implements(connector, "find_entitlements"):
            asked = {one.device: one async for one in connector.find_entitlements(devices)}
            assert all(asked[one.device].entitlements == one.entitlements for one in results), "asking says otherwise"

    async def test_a_list_that_lacks_devices_is_not_complete(
        self, connector: AnyConnector, cut_list: Callable[[], Awaitable[None]] | None
    ) -> None:
        """What a cut list does not name may be covered all the same: it is an error, or its total tells."""
        require(connector, "recognise", "list_entitlements")
        if cut_list is None:
            pytest.skip("override the fixture cut_list to have this tested")
        before = {result.device for page in await pages_listed(connector) for result in page.results}
        await cut_list()
        try:
            pages = await pages_listed(connector)
        except ConnectorError:
            return
        lost = before - {result.device for page in pages for result in page.results}
        assert not lost or not is_complete(pages), f"a list without {len(lost)} devices is taken for the whole account"
