"""What every connector that looks up cover must do, as tests that its author subclasses.

::

    class TestAcmeLookup(WarrantyLookupSuite):
        covered = DeviceRef(manufacturer="Acme Inc.", serial_number="AC1234")
        covered_on = date(2026, 1, 1)
        unknown = DeviceRef(manufacturer="Acme", serial_number="AC9999")

        @pytest.fixture
        async def connector(self, vendor_url):
            async with opened(Acme, AcmeSettings(url=vendor_url, token=SecretStr("letmein"))) as acme:
                yield acme

A test of a hook that the connector does not implement, or of something that the subclass does not give, skips itself
and says so.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

import orjson
import pytest

from servicedesk_core.domain.warranty import (
    DeviceRef,
    EntitlementResult,
    LookupOutcome,
    PartInfo,
)
from servicedesk_core.errors import AuthenticationError, NotFoundError
from servicedesk_core.hooks import WarrantyCapability
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.http import HttpFactory
from servicedesk_core.testing.suites.account_lists import AccountListTruths, answers, pages_listed
from servicedesk_core.testing.suites.skipping import implements, require
from servicedesk_core.testing.suites.truths import assert_hides_secrets

PLACEHOLDERS = ("", " ", "To be filled by O.E.M.", "Default string", "None", "N/A", "0000000", "System Serial Number")
SUPPLIES = frozenset({"product_number", "machine_type", "country"})
AUTH_REQUESTS = 2
"""A refused token may be asked for once more; a third time is how accounts get locked."""


class Misbehaviour(StrEnum):
    """What a vendor's answer to a batch can look like although nothing is wrong with the request."""

    SHUFFLED = "shuffled"
    MISSING = "missing"
    DOUBLED = "doubled"
    ADDED = "added"


def _http(connector: AnyConnector) -> HttpFactory:
    http = connector.ctx.http
    assert isinstance(http, HttpFactory), "give the connector the HTTP kit's own factory, so that requests are counted"
    return http


def _capability(connector: AnyConnector) -> WarrantyCapability:
    described = connector.describe_capabilities().warranty
    assert described is not None, "describe_capabilities().warranty says how many devices one request asks for"
    return described


def _recognised(connector: AnyConnector, *devices: DeviceRef) -> list[DeviceRef]:
    found = [connector.recognise(device) for device in devices]
    for given, known in zip(devices, found, strict=True):
        assert known is not None, f"recognise refuses a device that the test calls its own: {given!r}"
    return [device for device in found if device is not None]


def _require_look_up(connector: AnyConnector) -> None:
    require(connector, "recognise")
    if not implements(connector, "list_entitlements"):
        require(connector, "find_entitlements")


async def _ask(connector: AnyConnector, devices: Sequence[DeviceRef]) -> dict[DeviceRef, EntitlementResult]:
    """Ask, and hold the answer against the one rule that everything else rests on; read a list where nobody can ask."""
    if not implements(connector, "find_entitlements"):
        return answers(await pages_listed(connector), *devices)
    stream = connector.find_entitlements(devices)
    assert isinstance(stream, AsyncGenerator), "find_entitlements must be an async generator, so that core can close it"
    results: list[EntitlementResult] = []
    async with aclosing(stream) as running:
        async for result in running:
            assert isinstance(result, EntitlementResult)
            results.append(result)
    assert _sorted(r.device for r in results) == _sorted(devices), "exactly one result for each device that was asked"
    return {result.device: result for result in results}


def _sorted(devices: Iterable[DeviceRef]) -> list[str]:
    return sorted(device.model_dump_json() for device in devices)


class WarrantyLookupSuite(AccountListTruths):
    """Subclass it in a test file; give it a ``connector`` fixture and devices that the vendor behind it knows.

    Devices are written as another source would write them; the suite passes them through ``recognise`` itself.

    Attributes:
        covered: A device with cover.
        covered_on: A day on which its hardware is covered; ``None`` when the vendor's answer does not tell.
        expired: A device whose cover has ended.
        expired_on: A day after its end.
        unknown: A well-formed device that the vendor does not know.
        ambiguous: A device whose serial number alone is not enough.
        clear: The same with what was missing.
        software_only: A device with cover for software alone, where the vendor sells such.
        foreign: A device of somebody else.
        spellings: Ways in which other sources write the manufacturer's name.
        token_requests: How many requests the vendor's log-in takes.
    """

    covered: DeviceRef
    covered_on: date | None = None
    expired: DeviceRef | None = None
    expired_on: date | None = None
    unknown: DeviceRef
    ambiguous: DeviceRef | None = None
    clear: DeviceRef | None = None
    software_only: DeviceRef | None = None
    foreign = DeviceRef(manufacturer="Somebody Else Ltd.", serial_number="FOREIGN0001")
    spellings: tuple[str, ...] = ()
    token_requests = 1

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    async def rejected(self) -> AnyConnector | None:
        """Return a connector whose credentials the vendor refuses; override it to have that tested."""
        return None

    @pytest.fixture
    def misbehave(self) -> Callable[[Misbehaviour], Awaitable[None]] | None:
        """Return a function that makes the vendor answer the next batch wrongly; override it to have that tested."""
        return None

    def devices(self, count: int) -> Sequence[DeviceRef]:
        """Return so many different devices of this manufacturer, known or not; override it to test batches.

        Args:
            count: How many; more than one request can ask for.
        """
        del count
        pytest.skip("override devices() to have batches tested")

    # recognise

    def test_the_capability_is_complete(self, connector: AnyConnector) -> None:
        """Numbers are positive, the zone exists, and ``wants`` names fields of a device."""
        _require_look_up(connector)
        capability = _capability(connector)
        assert capability == connector.describe_capabilities().warranty
        assert capability.devices_per_request >= 1
        assert capability.parallel >= 1
        assert (capability.listed_per_request > 0) == implements(connector, "list_entitlements")
        assert set(capability.wants) <= SUPPLIES
        ZoneInfo(capability.time_zone)

    def test_recognise_is_pure(self, connector: AnyConnector) -> None:
        """The same answer each time, for its own answer too, and no request."""
        require(connector, "recognise")
        before = _http(connector).requests_sent
        (known,) = _recognised(connector, self.covered)
        assert connector.recognise(self.covered) == known
        assert connector.recognise(known) == known, "recognise does not accept what it gave back"
        assert _http(connector).requests_sent == before

    def test_recognise_takes_serial_numbers_as_people_write_them(self, connector: AnyConnector) -> None:
        """Blanks around a serial number and lower case make no other device."""
        require(connector, "recognise")
        (known,) = _recognised(connector, self.covered)
        for serial in (f"  {self.covered.serial_number}\t", self.covered.serial_number.lower()):
            assert connector.recognise(self.covered.model_copy(update={"serial_number": serial})) == known, serial

    def test_recognise_takes_every_spelling_of_the_manufacturer(self, connector: AnyConnector) -> None:
        """All spellings lead to one name."""
        require(connector, "recognise")
        (known,) = _recognised(connector, self.covered)
        for name in (*self.spellings, known.manufacturer.upper(), f" {known.manufacturer} "):
            found = connector.recognise(self.covered.model_copy(update={"manufacturer": name}))
            assert found == known, f"{name!r} is not recognised as {known.manufacturer!r}"

    def test_recognise_leaves_other_makers_alone(self, connector: AnyConnector) -> None:
        """Somebody else's device is not asked for here, not even with one of our serial numbers."""
        require(connector, "recognise")
        assert connector.recognise(self.foreign) is None
        foreign = self.covered.model_copy(update={"manufacturer": self.foreign.manufacturer})
        assert connector.recognise(foreign) is None

    @pytest.mark.parametrize("serial", PLACEHOLDERS)
    def test_recognise_refuses_placeholders(self, connector: AnyConnector, serial: str) -> None:
        """What firmware writes where a serial number is missing is no serial number."""
        require(connector, "recognise")
        device = DeviceRef.model_construct(**self.covered.model_dump() | {"serial_number": serial})
        assert connector.recognise(device) is None

    # find_entitlements

    async def test_a_covered_device_is_found_with_the_vendors_own_answer(self, connector: AnyConnector) -> None:
        """The outcome, the covers and the raw answer, which survives JSON."""
        _require_look_up(connector)
        devices = _recognised(connector, self.covered)
        result = (await _ask(connector, devices))[devices[0]]
        assert result.outcome is LookupOutcome.FOUND
        assert result.entitlements
        assert result.raw, "raw keeps the vendor's answer"
        assert orjson.loads(orjson.dumps(result.raw)) == result.raw
        if self.covered_on is not None:
            assert result.covered_on(self.covered_on) is True

    async def test_an_expired_device_is_found_and_not_covered(self, connector: AnyConnector) -> None:
        """Expired is not the same as not found."""
        _require_look_up(connector)
        if self.expired is None or self.expired_on is None:
            pytest.skip("give expired and expired_on to have this tested")
        devices = _recognised(connector, self.expired)
        result = (await _ask(connector, devices))[devices[0]]
        assert result.outcome is LookupOutcome.FOUND
        assert result.covered_on(self.expired_on) is False

    async def test_software_is_no_cover_of_the_hardware(self, connector: AnyConnector) -> None:
        """A subscription that still runs repairs nothing."""
        _require_look_up(connector)
        if self.software_only is None:
            pytest.skip("give software_only to have it tested that a subscription is no warranty")
        devices = _recognised(connector, self.software_only)
        found = (await _ask(connector, devices))[devices[0]].entitlements
        assert found, "software_only has no cover at all"
        assert all(one.covers_hardware is False for one in found), "a cover of software is said to cover the hardware"

    async def test_no_secret_stands_in_an_answer(self, connector: AnyConnector) -> None:
        """Answers are stored and exported: no credential of the connection is in them."""
        _require_look_up(connector)
        devices = _recognised(connector, self.covered)
        result = (await _ask(connector, devices))[devices[0]]
        await assert_hides_secrets(connector, result.raw, "the vendor's answer")

    async def test_an_unknown_device_is_not_found_and_says_why(self, connector: AnyConnector) -> None:
        """An empty answer never stands for "not covered"."""
        _require_look_up(connector)
        devices = _recognised(connector, self.unknown)
        result = (await _ask(connector, devices))[devices[0]]
        assert result.outcome is LookupOutcome.NOT_FOUND
        assert result.entitlements == ()
        assert result.reason
        assert devices[0].serial_number not in result.reason, "reasons hold no record text"

    async def test_an_ambiguous_device_says_what_to_supply(self, connector: AnyConnector) -> None:
        """Ambiguous names the missing fields; with them the device is clear."""
        _require_look_up(connector)
        if self.ambiguous is None:
            pytest.skip("give ambiguous to have this tested")
        devices = _recognised(connector, self.ambiguous)
        result = (await _ask(connector, devices))[devices[0]]
        assert result.outcome is LookupOutcome.AMBIGUOUS
        assert result.supply
        assert set(result.supply) <= SUPPLIES
        if self.clear is not None:
            devices = _recognised(connector, self.clear)
            assert (await _ask(connector, devices))[devices[0]].outcome is not LookupOutcome.AMBIGUOUS

    async def test_one_bad_serial_number_spoils_nothing(self, connector: AnyConnector) -> None:
        """Among unknown and ambiguous ones a device gets the answer that it gets alone."""
        _require_look_up(connector)
        others = [device for device in (self.unknown, self.expired, self.ambiguous) if device is not None]
        devices = _recognised(connector, self.covered, *others)
        alone = (await _ask(connector, devices[:1]))[devices[0]]
        for order in (devices, devices[::-1]):
            together = await _ask(connector, order)
            assert together[devices[0]].entitlements == alone.entitlements
            assert together[devices[1]].outcome is LookupOutcome.NOT_FOUND

    async def test_nothing_asked_is_nothing_sent(self, connector: AnyConnector) -> None:
        """No devices, no request."""
        require(connector, "find_entitlements")
        before = _http(connector).requests_sent
        assert await _ask(connector, []) == {}
        assert _http(connector).requests_sent == before

    async def test_batches_are_full_and_within_the_limit(self, connector: AnyConnector) -> None:
        """*n* devices take ⌈n / devices_per_request⌉ requests, apart from the log-in."""
        require(connector, "recognise", "find_entitlements")
        size = _capability(connector).devices_per_request
        devices = _recognised(connector, *self.devices(2 * size + 1))
        before = _http(connector).requests_sent
        await _ask(connector, devices)
        assert _http(connector).requests_sent - before <= 3 + self.token_requests
        before = _http(connector).requests_sent
        await _ask(connector, devices[:size])
        assert _http(connector).requests_sent - before <= 1, "a full batch is one request"

    @pytest.mark.parametrize("fault", list(Misbehaviour))
    async def test_a_strange_answer_still_gives_one_result_for_each_device(
        self,
        connector: AnyConnector,
        misbehave: Callable[[Misbehaviour], Awaitable[None]] | None,
        fault: Misbehaviour,
    ) -> None:
        """Rows in another order, missing, doubled or added: answers are matched by device, never by position."""
        require(connector, "recognise", "find_entitlements")
        if misbehave is None:
            pytest.skip("override the fixture misbehave to have this tested")
        devices = _recognised(connector, self.covered, *self.devices(3))
        devices = list(dict.fromkeys(devices))
        expected = await _ask(connector, devices)
        await misbehave(fault)
        results = await _ask(connector, devices)
        changed = [one for one in devices if results[one].outcome is not expected[one].outcome]
        if fault is Misbehaviour.MISSING:
            assert all(results[d].outcome in (LookupOutcome.FAILED, LookupOutcome.NOT_FOUND) for d in changed)
        else:
            assert changed == []
            assert all(results[one].entitlements == expected[one].entitlements for one in devices)

    # access

    async def test_refused_credentials_stop_at_once(self, rejected: AnyConnector | None) -> None:
        """One clear error, and no second or third try that would lock the account."""
        if rejected is None:
            pytest.skip("override the fixture rejected to have this tested")
        _require_look_up(rejected)
        devices = _recognised(rejected, self.covered)
        with pytest.raises(AuthenticationError):
            await _ask(rejected, devices)
        assert _http(rejected).requests_sent <= AUTH_REQUESTS

    async def test_looking_up_needs_no_grant(self, connector: AnyConnector) -> None:
        """The HTTP kit refuses what would write; without any grant everything here goes through."""
        _require_look_up(connector)
        assert _http(connector).grants == frozenset(), "give the suite a connector without grants"
        await _ask(connector, _recognised(connector, self.covered))

    # find_service_parts

    async def test_parts_are_listed_for_a_known_device(self, connector: AnyConnector) -> None:
        """A tuple of parts; a device that the maker does not know has none, or is not found."""
        require(connector, "recognise", "find_service_parts")
        known, unknown = _recognised(connector, self.covered, self.unknown)
        parts = await connector.find_service_parts(known)
        assert isinstance(parts, tuple)
        assert all(isinstance(part, PartInfo) for part in parts)
        with suppress(NotFoundError):
            assert await connector.find_service_parts(unknown) == ()
