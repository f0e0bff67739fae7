"""A maker that lists whole accounts is asked in the way that costs fewer requests, and a cut list proves nothing."""

from datetime import date

import pytest

from servicedesk_core.domain import Asset
from servicedesk_core.domain.warranty import Entitlement, EntitlementKind
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.errors import AuthenticationError, PermissionDeniedError, VendorUnavailableError
from servicedesk_core.features.warranty.lookup.selection import OfAssets
from servicedesk_core.hooks import WarrantyCapability
from servicedesk_core.store.cover.assets import AssetFilter
from tests.warranty.conftest import named, states
from tests.warranty.listers import Lister, ListOnly

RUNS = (Entitlement(kind=EntitlementKind.BASE, ends_on=date(2027, 1, 1), covers_hardware=True),)
SOFTWARE = (Entitlement(kind=EntitlementKind.CONTRACT, ends_on=date(2030, 1, 1), covers_hardware=False),)


def maker(base, serials, **more):
    capability = WarrantyCapability(listed_per_request=more.pop("page", 10), parallel=2)
    covers = dict.fromkeys(serials, RUNS) | more.pop("covers", {})
    return type("Forti", (base,), {"names": ("forti",), "capability": capability, "covers": covers, **more})


def serials(count, first=1):
    return [f"FG{n:04}X" for n in range(first, first + count)]


def put_assets(put, names):
    put(*(Asset(external_id=one, serial_number=one, manufacturer="forti") for one in names))


async def test_nine_hundred_devices_take_thirty_six_requests(lookup, put):
    names = serials(900)
    put_assets(put, names)
    forti = maker(Lister, names, page=25)
    report = await lookup(OfAssets(AssetFilter()), forti)
    (told,) = report.makers
    assert (told.asked, told.calls, len(forti.pages), forti.asked) == (900, 36, 36, [])
    assert report.states == {"covered": 900}
    again = await lookup(OfAssets(AssetFilter()), forti)
    assert (again.makers[0].fresh, again.makers[0].calls) == (900, 0)


@pytest.mark.parametrize(
    ("total", "wanted", "pages", "asked"),
    [
        (True, serials(1, 150), 0, 1),  # one device: nothing is cheaper than to ask
        (True, serials(4, 150), 1, 4),  # the first page tells that the list is longer than what is asked for
        (True, serials(60, 150), 20, 9),  # read on until the nine that are left cost less than ten more pages
        (True, serials(4), 1, 0),  # all on the first page: nothing more is read
        (False, serials(4, 150), 4, 4),  # of unknown length: never more than twice what asking costs
    ],
)
async def test_what_costs_fewer_requests_is_done(lookup, total, wanted, pages, asked):
    forti = maker(Lister, serials(300), tells_total=total)
    report = await lookup(named(*wanted, manufacturer="forti"), forti)
    assert set(states(report).values()) == {CoverState.COVERED}
    assert (len(forti.pages), sum(map(len, forti.asked))) == (pages, asked)
    assert report.makers[0].calls == pages + asked


async def test_what_a_list_does_not_name_is_asked_for_or_not_found(lookup):
    wanted = [*serials(30), "STRANGER1"]
    both, alone = maker(Lister, serials(30)), maker(ListOnly, serials(30))
    for forti, asked in ((both, [("STRANGER1",)]), (alone, [])):
        report = await lookup(named(*wanted, manufacturer="forti"), forti, max_age=None)
        assert states(report)["STRANGER1"] is CoverState.NOT_FOUND
        assert [tuple(one.serial_number for one in batch) for batch in forti.asked] == asked


@pytest.mark.parametrize("cut", [{"stops_after": 3}, {"cut": [2]}, {"fail": []}])
async def test_a_list_that_was_cut_off_proves_nothing(lookup, cut):
    lost = "FG0020X" if "cut" in cut else "FG0025X"
    alone, both = (maker(base, serials(30), **cut) for base in (ListOnly, Lister))
    for forti in (alone, both):
        if "fail" in cut:
            forti.fail[:] = [VendorUnavailableError("Down.")]
    first = await lookup(named(*serials(30), "STRANGER1", manufacturer="forti"), alone)
    assert states(first)[lost] is states(first)["STRANGER1"] is CoverState.ERROR
    second = await lookup(named(*serials(30), "STRANGER1", manufacturer="forti"), both, max_age=None)
    assert (states(second)[lost], states(second)["STRANGER1"]) == (CoverState.COVERED, CoverState.NOT_FOUND)


async def test_what_was_known_stays_when_a_list_is_cut_off(lookup):
    wanted = named(*serials(30), manufacturer="forti")
    await lookup(wanted, maker(ListOnly, serials(30)))
    report = await lookup(wanted, maker(ListOnly, serials(30), stops_after=1), max_age=date.resolution * 0)
    assert set(states(report).values()) == {CoverState.COVERED}


@pytest.mark.parametrize(
    ("error", "state", "problem"),
    [
        (AuthenticationError("No."), CoverState.ERROR, "No."),
        (PermissionDeniedError("Not yours."), CoverState.DENIED, None),  # that is an answer
    ],
)
async def test_a_refusal_ends_the_asking(lookup, error, state, problem):
    forti = maker(ListOnly, serials(30), fail=[error])
    report = await lookup(named(*serials(2), manufacturer="forti"), forti)
    assert set(states(report).values()) == {state}
    assert report.makers[0].problem == problem
    assert forti.pages == []


async def test_software_alone_is_no_hardware_cover_in_plain_words(lookup):
    covers = {"FG1VM": SOFTWARE, "FG2": ()}
    report = await lookup(named("FG1VM", "FG2", manufacturer="forti"), maker(ListOnly, (), covers=covers))
    assert set(states(report).values()) == {CoverState.NO_HARDWARE_COVER}
    assert [row.reason for row in report.rows] == ["Not for the hardware: another cover.", "It lists no cover."]


async def test_devices_of_one_serial_number_are_told_apart_by_what_the_list_says(lookup):
    class Twins(ListOnly):
        names = ("forti",)
        covers = dict.fromkeys(("FG1", "FG2"), RUNS)

        def _result(self, device):
            number = device.model_copy(update={"serial_number": "FG1", "product_number": device.serial_number})
            return super()._result(device).model_copy(update={"device": number})

    report = await lookup(named("FG1", manufacturer="forti"), Twins)
    (row,) = report.rows
    assert (row.state, row.supply) == (CoverState.AMBIGUOUS, ("product_number",))


async def test_few_pages_of_devices_are_held_and_the_list_is_read_once(lookup, put, monkeypatch):
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.run.MOST_PAGES_HELD", 2)
    monkeypatch.setattr("servicedesk_core.features.warranty.lookup.selection._PAGE", 10)
    put_assets(put, serials(60))
    forti = maker(ListOnly, serials(60))
    report = await lookup(OfAssets(AssetFilter()), forti)
    assert (report.states, len(forti.pages)) == ({"covered": 60}, 6)
