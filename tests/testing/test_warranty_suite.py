"""The warranty suite passes a connector that keeps the contract, and fails one that breaks it."""

# ruff: noqa: RUF012  # the connectors of the tests are tables

from datetime import date

import pytest
from pydantic import SecretStr

from servicedesk_core.domain.warranty import DeviceRef, Entitlement, EntitlementKind, PartInfo, PartLevel
from servicedesk_core.errors import AuthenticationError
from servicedesk_core.hooks import ConnectorSettings, hookimpl
from servicedesk_core.testing import MemoryMaker, WarrantyLookupSuite, opened
from servicedesk_core.testing.suites.warranty_lookup import Misbehaviour
from tests.warranty.listers import ListOnly

SECRET = "the-secret-of-a-test"


class Settings(ConnectorSettings):
    key: SecretStr = SecretStr(SECRET)


def cover(until, hardware=True):
    return Entitlement(kind=EntitlementKind.BASE, starts_on=date(2023, 1, 1), ends_on=until, covers_hardware=hardware)


class Acme(MemoryMaker):
    names = ("acme", "acme inc.", "acme corporation")
    covers = {
        "AC1": (cover(date(2026, 12, 31)), cover(date(2099, 1, 1), hardware=False)),
        "AC2": (cover(date(2024, 1, 1)),),
        "AC3": (cover(date(2026, 1, 1)),),
        "AC4": (cover(date(2099, 1, 1), hardware=False),),
    }
    ambiguous = {"AC3": ("machine_type",)}
    parts = {"AC1": (PartInfo(number="P1", level=PartLevel.AS_BUILT),)}


class Rejected(Acme):
    fail = [AuthenticationError("No.")]


class TestAcme(WarrantyLookupSuite):
    covered = DeviceRef(manufacturer="ACME Inc.", serial_number="AC1")
    covered_on = date(2026, 6, 1)
    expired = DeviceRef(manufacturer="acme", serial_number="AC2")
    expired_on = date(2026, 6, 1)
    unknown = DeviceRef(manufacturer="acme", serial_number="AC9999")
    ambiguous = DeviceRef(manufacturer="acme", serial_number="AC3")
    clear = DeviceRef(manufacturer="acme", serial_number="AC3", machine_type="20XX")
    software_only = DeviceRef(manufacturer="acme", serial_number="AC4")
    spellings = ("Acme", "ACME Corporation")

    @pytest.fixture
    async def connector(self, monkeypatch):
        async with opened(Acme, ConnectorSettings()) as acme:
            yield acme

    @pytest.fixture
    async def rejected(self):
        Rejected.fail[:] = [AuthenticationError("No.")]
        async with opened(Rejected, ConnectorSettings()) as acme:
            yield acme

    @pytest.fixture
    def misbehave(self, monkeypatch):
        async def fault(kind):
            if kind is Misbehaviour.SHUFFLED:
                monkeypatch.setattr(Acme, "spoil", staticmethod(lambda results: results[::-1]))

        return fault

    def devices(self, count):
        return [DeviceRef(manufacturer="acme", serial_number=f"N{number}X") for number in range(count)]


class Account(ListOnly):
    names = Acme.names
    covers = {**Acme.covers, **{f"M{number}": (cover(date(2026, 12, 31)),) for number in range(30)}}


class TestAccount(TestAcme):
    """A maker that can only be read as a list keeps all promises of the suite but those about asking."""

    ambiguous = None

    @pytest.fixture
    async def connector(self):
        async with opened(Account, ConnectorSettings()) as acme:
            yield acme

    @pytest.fixture
    async def rejected(self):
        async with opened(
            type("Refused", (Account,), {"fail": [AuthenticationError("No.")]}), ConnectorSettings()
        ) as acme:
            yield acme

    @pytest.fixture
    def cut_list(self, monkeypatch):
        async def cut():
            monkeypatch.setattr(Account, "cut", [2])

        return cut


def broken(**hooks):
    return type("Broken", (Acme,), hooks)


def lister(**hooks):
    return type("Broken", (Account,), hooks)


def said_otherwise(results):
    hardware = {"covers_hardware": True}
    return [
        one.model_copy(update={"entitlements": tuple(c.model_copy(update=hardware) for c in one.entitlements)})
        for one in results
    ]


@pytest.mark.parametrize(
    ("connector", "test", "message"),
    [
        (
            broken(spoil=staticmethod(lambda results: [*results, results[0]])),
            "test_one_bad_serial_number_spoils_nothing",
            "exactly one result",
        ),
        (
            broken(spoil=staticmethod(lambda results: results[1:])),
            "test_a_covered_device_is_found_with_the_vendors_own_answer",
            "exactly one result",
        ),
        (
            broken(covers={**Acme.covers, "AC4": (cover(date(2099, 1, 1)),)}),
            "test_software_is_no_cover_of_the_hardware",
            "said to cover the hardware",
        ),
        (
            broken(
                spoil=staticmethod(lambda found: [one.model_copy(update={"raw": {"auth": SECRET}}) for one in found])
            ),
            "test_no_secret_stands_in_an_answer",
            "a secret stands in the payload",
        ),
        (
            lister(spoil=staticmethod(said_otherwise)),
            "test_a_list_says_what_the_vendor_says_of_each_device",
            "said to cover the hardware",
        ),
        (
            lister(
                spoil=staticmethod(lambda found: [one.model_copy(update={"raw": {"auth": SECRET}}) for one in found])
            ),
            "test_a_list_says_what_the_vendor_says_of_each_device",
            "a secret stands in the payload",
        ),
        (
            lister(stops_after=2),
            "test_a_list_ends_with_its_last_page_and_names_each_device_once",
            "one page is the last",
        ),
        (
            lister(cut=[2]),
            "test_a_list_ends_with_its_last_page_and_names_each_device_once",
            "there are more devices than were listed",
        ),
        (
            broken(recognise=hookimpl(lambda self, device: device)),
            "test_recognise_leaves_other_makers_alone",
            "None",
        ),
    ],
)
async def test_a_broken_connector_fails_the_suite(connector, test, message):
    async with opened(connector, Settings()) as instance:
        with pytest.raises(AssertionError, match=message):
            await awaited(getattr(TestAcme(), test)(instance))


async def test_a_list_that_takes_a_cut_page_for_whole_fails_the_suite(monkeypatch):
    """The vendor leaves a device out, and the connector neither notices nor passes on how many there are."""
    monkeypatch.setattr(Account, "tells_total", False)

    async def cut():
        monkeypatch.setattr(Account, "cut", [2])

    async with opened(Account, Settings()) as instance:
        with pytest.raises(AssertionError, match="taken for the whole account"):
            await TestAccount().test_a_list_that_lacks_devices_is_not_complete(instance, cut)


async def awaited(outcome):
    if outcome is not None:
        await outcome
