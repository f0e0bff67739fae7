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


def broken(**hooks):
    return type("Broken", (Acme,), hooks)


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


async def awaited(outcome):
    if outcome is not None:
        await outcome
