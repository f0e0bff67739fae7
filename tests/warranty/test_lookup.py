"""A look-up over a real store: full batches, one outcome for each device, whatever a maker does."""

# the makers of the tests are tables

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core.domain import Asset
from servicedesk_core.domain.warranty import DeviceRef, Entitlement, EntitlementKind, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.errors import (
    AuthenticationError,
    NetworkError,
    PermissionDeniedError,
    RateLimitedError,
    StoreError,
    VendorUnavailableError,
)
from servicedesk_core.features.warranty.lookup.selection import Named, OfAssets
from servicedesk_core.hooks import WarrantyCapability
from servicedesk_core.store.cover.assets import AssetFilter
from servicedesk_core.testing import MemoryMaker
from tests.warranty.conftest import named, states

pytestmark = pytest.mark.slow  # many desks with much in them

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
DAY_S = 86_400


def cover(until, hardware=True):
    return Entitlement(kind=EntitlementKind.BASE, starts_on=date(2023, 1, 1), ends_on=until, covers_hardware=hardware)


def maker(own_name="dell", *, covers=None, **more):
    return type(own_name, (MemoryMaker,), {"names": (own_name,), "covers": covers or {}, **more})


async def test_every_device_gets_its_outcome(lookup):
    dell = maker(
        covers={"AA1": (cover(date(2026, 6, 1)),), "BB2": (cover(date(2026, 5, 31)),), "CC3": ()},
        ambiguous={"DD4": ("machine_type",)},
    )
    report = await lookup(named("AA1", "bb2 ", "CC3", "DD4", "EE5", "Default string"), dell)
    assert states(report) == {
        "AA1": CoverState.COVERED,
        "bb2 ": CoverState.EXPIRED,
        "CC3": CoverState.NO_HARDWARE_COVER,
        "DD4": CoverState.AMBIGUOUS,
        "EE5": CoverState.NOT_FOUND,
        "Default string": CoverState.NO_SERIAL,
    }
    rows = {row.serial_number: row for row in report.rows}
    assert rows["DD4"].reason.endswith("Supply: machine_type.")
    assert (rows["AA1"].until, rows["AA1"].days_left, rows["AA1"].source) == (TODAY, 0, "maker")
    assert report.states["covered"] == 1
    assert report.exit_code == 0


async def test_batches_are_full_across_pages_and_makers(lookup, put):
    put(
        *(
            Asset(external_id=str(n), serial_number=f"S{n}X", manufacturer="dell" if n % 2 else "lenovo")
            for n in range(1, 604)
        )
    )
    capability = WarrantyCapability(devices_per_request=100, parallel=3)
    dell, lenovo = maker("dell", capability=capability), maker("lenovo", capability=capability)
    report = await lookup(OfAssets(AssetFilter()), dell, lenovo, rows=5)
    assert sorted(len(batch) for batch in dell.asked) == [2, *[100] * 3]
    assert sorted(len(batch) for batch in lenovo.asked) == [1, *[100] * 3]
    assert (report.devices, len(report.rows), report.is_cut) == (603, 5, True)
    assert report.states == {"not_found": 603}


async def test_few_pages_are_held_for_a_maker_that_is_seldom_met(lookup, monkeypatch):
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.run.MOST_PAGES_HELD", 3)
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.selection._PAGE", 10)
    capability = WarrantyCapability(devices_per_request=40)
    serials = [f"S{n}X" for n in range(200)]
    dell = maker("dell", capability=capability, covers={serial: (cover(TODAY),) for serial in serials})
    lenovo = maker("lenovo", capability=capability, covers={"T1X": (cover(TODAY),)})
    answered = []
    for one in (dell, lenovo):
        one.spoil = staticmethod(lambda results, name=one.names[0]: answered.append(name) or results)
    devices = [DeviceRef(manufacturer="dell", serial_number=serial) for serial in [*serials, "S0X"]]
    devices.insert(0, DeviceRef(manufacturer="lenovo", serial_number="T1X"))
    report = await lookup(Named(devices), dell, lenovo, rows=0)
    assert report.states == {"covered": 202}
    assert [len(batch) for batch in lenovo.asked] == [1]
    assert answered.index("lenovo") <= 3
    assert sum(len(batch) for batch in dell.asked) == 200
    assert (report.rows, report.is_cut) == ((), True)


async def test_an_answer_that_cannot_be_stored_ends_the_look_up(lookup, monkeypatch):
    def full(*_, **__):
        raise StoreError("The disk is full.")

    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.run.MOST_PAGES_HELD", 1)
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.selection._PAGE", 2)
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.asking.answers.put", full)
    dell = maker(capability=WarrantyCapability(devices_per_request=40))
    with pytest.raises(StoreError, match="full"):
        await asyncio.wait_for(lookup(named(*(f"S{n}X" for n in range(9))), dell), 100)


async def test_a_device_of_two_assets_is_asked_for_once(lookup, put):
    put(
        Asset(external_id="1", name="PC1", serial_number="AA1", manufacturer="dell"),
        Asset(external_id="2", name="PC2", serial_number=" aa1", manufacturer="dell"),
    )
    dell = maker(covers={"AA1": (cover(date(2027, 1, 1)),)})
    report = await lookup(OfAssets(AssetFilter()), dell)
    assert [len(batch) for batch in dell.asked] == [1]
    assert [row.state for row in report.rows] == [CoverState.COVERED] * 2


async def test_a_device_named_again_before_it_was_answered_is_told_twice(lookup, monkeypatch):
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.selection._PAGE", 2)
    dell = maker(covers={"AA1": (cover(date(2027, 1, 1)),)}, capability=WarrantyCapability(devices_per_request=40))
    report = await lookup(named("AA1", "BB2", "AA1"), dell)
    assert [len(batch) for batch in dell.asked] == [2]
    assert [row.state for row in report.rows] == [CoverState.COVERED, CoverState.NOT_FOUND, CoverState.COVERED]


STRANGER = DeviceRef(manufacturer="dell", serial_number="NOBODY")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda results: results[::-1],
        lambda results: results[1:],
        lambda results: [*results, results[0]],
        lambda results: [*results[:3], results[0].model_copy(update={"device": STRANGER}), *results[3:]],
    ],
    ids=["shuffled", "missing", "doubled", "added"],
)
async def test_a_strange_answer_spoils_no_device(lookup, spoil):
    serials = [f"S{n}X" for n in range(8)]
    dell = maker(covers={serial: (cover(date(2027, 1, 1)),) for serial in serials})
    dell.spoil = staticmethod(lambda results: spoil(results) if len(results) > 1 else results)
    report = await lookup(named(*serials), dell)
    assert sorted(states(report)) == serials
    assert report.states == {"covered": 8}


async def test_a_serial_number_that_breaks_every_batch_is_the_only_error(lookup):
    serials = [f"S{n}X" for n in range(8)]
    dell = maker(covers={serial: (cover(date(2027, 1, 1)),) for serial in serials})

    def spoil(results):
        if any(result.device.serial_number == "S3X" for result in results):
            raise ZeroDivisionError
        return results

    dell.spoil = staticmethod(spoil)
    report = await lookup(named(*serials), dell)
    assert report.states == {"covered": 7, "error": 1}
    assert states(report)["S3X"] is CoverState.ERROR


async def test_refused_credentials_stop_one_maker_after_one_call(lookup):
    dell = maker("dell", capability=WarrantyCapability(devices_per_request=2), fail=[AuthenticationError("No.")] * 9)
    lenovo = maker("lenovo", covers={"LL1": (cover(date(2027, 1, 1)),)})
    devices = [DeviceRef(manufacturer="dell", serial_number=f"S{n}X") for n in range(9)]
    report = await lookup(Named([*devices, DeviceRef(manufacturer="lenovo", serial_number="LL1")]), dell, lenovo)
    assert len(dell.asked) == 1
    assert states(report)["LL1"] is CoverState.COVERED
    assert states(report)["S1X"] is CoverState.ERROR
    assert report.exit_code == AuthenticationError.exit_code
    assert report.makers[0].problem == "No."


async def test_an_outage_is_an_error_and_takes_nothing_away(lookup, clock):
    dell = maker(covers={"AA1": (cover(date(2027, 1, 1)),)})
    await lookup(named("AA1"), dell)
    clock.advance(200 * DAY_S)
    dell.fail.append(NetworkError("Unreachable."))
    report = await lookup(named("AA1", "BB2"), dell)
    assert states(report) == {"AA1": CoverState.COVERED, "BB2": CoverState.ERROR}
    assert report.rows[0].answered_at == NOW
    assert report.rows[1].reason == "Unreachable."
    clock.advance(DAY_S)
    told = (await lookup(named("BB2"), dell)).makers[0]
    assert (told.new, told.changed, told.unchanged) == (1, 0, 0)


async def test_three_failures_in_a_row_end_the_asking(lookup):
    dell = maker(capability=WarrantyCapability(devices_per_request=1), fail=[NetworkError("Unreachable.")] * 99)
    report = await lookup(named(*(f"S{n}X" for n in range(50))), dell)
    assert len(dell.asked) == 3
    assert set(states(report).values()) == {CoverState.ERROR}
    assert report.exit_code == NetworkError.exit_code


@pytest.mark.parametrize(
    ("fail", "exit_code"),
    [
        (VendorUnavailableError("Dell answers 500."), 5),
        (RateLimitedError("The quota is used up."), 5),
        (PermissionDeniedError("The key may not look up."), 4),
        (None, 5),
    ],
)
async def test_a_maker_that_answers_for_none_of_its_devices_is_a_problem(lookup, fail, exit_code):
    dell = maker(fail=[fail] if fail else [])
    if fail is None:
        failed = {"outcome": LookupOutcome.FAILED, "entitlements": (), "reason": "It is a page."}
        dell.spoil = staticmethod(lambda results: [one.model_copy(update=failed) for one in results])
    report = await lookup(named("AA1", "BB2"), dell, maker("lenovo"))
    assert report.exit_code == exit_code
    problem, nothing = (one.problem for one in report.makers)
    assert problem == (fail.message if fail else "It is a page.")
    assert nothing is None
    again = await lookup(named("AA1", "BB2"), maker(covers={"AA1": (cover(date(2027, 1, 1)),)}))
    assert again.exit_code == 0


async def test_one_device_that_cannot_be_read_is_no_problem_of_its_maker(lookup):
    def spoil(results):
        failed = {"outcome": LookupOutcome.FAILED, "entitlements": (), "reason": "Answered twice."}
        return [one.model_copy(update=failed) if one.device.serial_number == "BB2" else one for one in results]

    report = await lookup(named("AA1", "BB2"), maker(spoil=staticmethod(spoil)))
    assert (report.exit_code, report.makers[0].problem) == (0, None)
    assert report.states == {"not_found": 1, "error": 1}


async def test_fresh_answers_are_not_asked_for_again(lookup, clock):
    dell = maker(covers={"AA1": (cover(date(2027, 1, 1)),)})
    await lookup(named("AA1", "BB2"), dell)
    clock.advance(8 * DAY_S)
    report = await lookup(named("AA1", "BB2"), dell)
    assert [[d.serial_number for d in batch] for batch in dell.asked] == [["AA1", "BB2"], ["BB2"]]
    assert (report.makers[0].fresh, report.makers[0].asked) == (1, 1)
    await lookup(named("AA1"), dell, max_age=timedelta(0))
    assert len(dell.asked) == 3


async def test_a_device_that_nobody_knows_the_maker_of_is_asked_everywhere(lookup):
    dell = maker("dell", covers={"AA1": (cover(date(2027, 1, 1)),)})
    lenovo = maker("lenovo")
    report = await lookup(named("AA1", manufacturer=""), dell, lenovo)
    assert (len(dell.asked), len(lenovo.asked)) == (1, 1)
    assert [(row.state, row.origin) for row in report.rows] == [(CoverState.COVERED, "dell")]


async def test_a_named_serial_number_is_the_asset_that_has_it(lookup, put):
    put(Asset(external_id="7", name="PC7", serial_number="AA1", manufacturer="Dell"))
    dell = maker(covers={"AA1": (cover(date(2027, 1, 1)),)})
    report = await lookup(named("aa1", manufacturer=""), dell)
    assert [(row.name, row.state) for row in report.rows] == [("PC7", CoverState.COVERED)]


async def test_without_a_maker_the_list_says_so(lookup):
    report = await lookup(named("AA1"))
    assert [(row.state, row.reason) for row in report.rows] == [
        (CoverState.NOT_RECOGNISED, "No connection to a manufacturer can be asked.")
    ]


async def test_a_device_of_a_maker_that_could_not_be_opened_could_not_be_asked_for(lookup):
    failed = {"dell": AuthenticationError("Dell rejected the key.")}
    devices = [*named("AA1").devices, *named("BB2", manufacturer="lenovo").devices]
    report = await lookup(Named(devices), maker("lenovo"), failed=failed)
    assert [(row.state, row.reason) for row in report.rows] == [
        (CoverState.ERROR, "dell: Dell rejected the key."),
        (CoverState.NOT_FOUND, "No such device."),
    ]


async def test_long_answers_leave_the_loop_its_turns(lookup):
    turns = 0

    async def count():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    seen = []

    def slowly(results):
        for result in results:
            seen.append(turns)
            yield result

    dell = maker(capability=WarrantyCapability(devices_per_request=200), spoil=staticmethod(slowly))
    await lookup(named(*(f"S{n}X" for n in range(200))), dell)
    counting.cancel()
    assert seen[-1] - seen[0] >= 10
