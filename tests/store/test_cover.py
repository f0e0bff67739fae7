"""What sources say about devices: kept, compared, never taken away by an error."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from servicedesk_core.domain import Asset, Company, Product
from servicedesk_core.domain.warranty import (
    Delivery,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, best
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.store import cover
from servicedesk_core.store.cover.assets import AssetFilter, devices_without_asset, every_asset

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
A = DeviceRef(manufacturer="dell", serial_number="AAAAAA1")
B = DeviceRef(manufacturer="dell", serial_number="BBBBBB2", machine_type="20XX")
COVER = Entitlement(
    kind=EntitlementKind.BASE,
    code="ND",
    description="Next day \x00 on site",
    starts_on=date(2025, 1, 1),
    ends_on=date(2026, 12, 31),
    delivery=Delivery.ON_SITE,
    covers_hardware=True,
)


def result(device, *covers, outcome=LookupOutcome.FOUND, **more):
    return EntitlementResult(device=device, outcome=outcome, entitlements=covers, raw={"tag": "x"}, **more)


@pytest.fixture
def put_cover(store):
    def put(*results, at=NOW, origin="maker", source=CoverSource.MAKER):
        return store.write_blocking(lambda tx: answers.put(tx, results, origin=origin, source=source, now=at))

    return put


def facts(store, *devices, origin="maker"):
    keys = {cover.key_of(device): device for device in devices}
    known = store.read_blocking(lambda tx: cover.known(tx, keys)).facts
    return {device: known[key][origin] for key, device in keys.items() if origin in known.get(key, {})}


def device_id(tx, device):
    query = text("SELECT id FROM cover_devices WHERE serial_number = :serial")
    return tx.execute(query, {"serial": device.serial_number}).scalar_one()


def test_an_answer_comes_back_as_it_was_given(store, put_cover):
    landed = put_cover(
        result(A, COVER, product="Latitude"),
        result(B, outcome=LookupOutcome.AMBIGUOUS, supply=("country",), reason="Two devices."),
    )
    assert (landed.new, landed.changed, landed.unchanged) == (2, 0, 0)
    found = facts(store, A, B, DeviceRef(manufacturer="dell", serial_number="BBBBBB2"))
    assert set(found) == {A, B}
    assert found[A].entitlements[0].ends_on == COVER.ends_on
    assert found[A].entitlements[0].description == "Next day \ufffd on site"
    assert found[A].product == "Latitude"
    assert found[A].answered_at == NOW
    assert (found[B].outcome, found[B].supply, found[B].answered_at) == (LookupOutcome.AMBIGUOUS, ("country",), None)
    assert store.read_blocking(lambda tx: answers.raw(tx, device_id(tx, A), "maker")) == {"tag": "x"}


def test_text_that_no_database_holds_spoils_no_batch(store, put_cover):
    broken = COVER.model_copy(update={"description": "next \ud800 day"})
    raw = {"tag": "\udfff"}
    put_cover(result(A, broken, product="Lati\ud800tude").model_copy(update={"raw": raw}), result(B, COVER))
    found = facts(store, A, B)
    assert (found[A].entitlements[0].description, found[A].product) == ("next \ufffd day", "Lati\ufffdtude")
    assert store.read_blocking(lambda tx: answers.raw(tx, device_id(tx, A), "maker")) == {"tag": "\ufffd"}
    assert len(found) == 2


def test_what_is_told_right_after_an_answer_is_what_is_stored(store, put_cover):
    histories = list(itertools.product(LookupOutcome, repeat=3))
    devices = [DeviceRef(manufacturer="dell", serial_number=f"S{number}X") for number in range(len(histories))]
    told = dict.fromkeys(devices)
    for number in range(3):
        at = NOW + timedelta(days=number)
        answers = []
        for device, outcomes in zip(devices, histories, strict=True):
            covers = (COVER.model_copy(update={"description": f"{number}"}),) if outcomes[number] == "found" else ()
            more = {"product": f"Model {number}", "supply": (f"field {number}",), "reason": f"No. {number}"}
            answer = result(device, *covers, outcome=outcomes[number], **more)
            answers.append(answer)
            fact = CoverFact.of(answer, source=CoverSource.MAKER, origin="maker", at=at)
            told[device] = fact.after(told[device])
        put_cover(*answers, at=at)
        assert facts(store, *devices) == told


@pytest.mark.parametrize("outcome", [LookupOutcome.FAILED, LookupOutcome.DENIED, LookupOutcome.NOT_FOUND])
def test_an_error_takes_nothing_away(store, put_cover, outcome):
    put_cover(result(A, COVER, product="Latitude"))
    put_cover(result(A, outcome=outcome, reason="Out of order."), at=NOW + timedelta(days=1))
    fact = facts(store, A)[A]
    assert (fact.outcome, fact.reason, fact.product) == (outcome, "Out of order.", "Latitude")
    assert [row.ends_on for row in fact.entitlements] == [date(2026, 12, 31)]
    assert (fact.answered_at, fact.asked_at) == (NOW, NOW + timedelta(days=1))


def test_history_has_a_row_for_each_change_and_none_for_errors(store, put_cover):
    longer = COVER.model_copy(update={"ends_on": date(2027, 12, 31)})
    for number, answer in enumerate(
        (
            result(A, COVER),
            result(A, COVER),
            result(A, outcome=LookupOutcome.FAILED),
            result(A, COVER),
            result(A, outcome=LookupOutcome.NOT_FOUND, reason="Gone."),
            result(A, outcome=LookupOutcome.FAILED),
            result(A, outcome=LookupOutcome.NOT_FOUND, reason="Gone."),
            result(A, longer),
        )
    ):
        put_cover(answer, at=NOW + timedelta(days=number))
    past = store.read_blocking(lambda tx: answers.history(tx, device_id(tx, A)))
    assert [(one.outcome, len(one.entitlements)) for one in past] == [
        (LookupOutcome.FOUND, 1),
        (LookupOutcome.NOT_FOUND, 0),
        (LookupOutcome.FOUND, 1),
    ]
    assert past[0].entitlements[0].ends_on == date(2027, 12, 31)
    assert past[0].at == NOW + timedelta(days=7)
    assert facts(store, A)[A].entitlements[0].ends_on == date(2027, 12, 31)


def test_what_is_new_and_changed_is_counted(put_cover):
    put_cover(result(A, COVER))
    other = COVER.model_copy(update={"ends_on": date(2030, 1, 1)})
    landed = put_cover(result(A, other), result(B, COVER))
    assert (landed.new, landed.changed, landed.unchanged) == (1, 1, 0)
    landed = put_cover(result(A, other), result(B, COVER))
    assert (landed.new, landed.changed, landed.unchanged) == (0, 0, 2)


def test_assets_come_with_all_that_is_known_of_them(store, put, put_cover):
    put(Company(external_id="5", name="Example Ltd"))
    put(Product(external_id="8", name="Latitude", manufacturer="Dell"))
    put(
        Asset(external_id="1", name="PC1", serial_number="AAAAAA1", product_ref="8", company_ref="5"),
        Asset(external_id="2", name="PC2", serial_number="CCCCCC3", warranty_until=date(2026, 5, 1)),
    )
    put_cover(result(A, COVER), result(B, COVER))
    put_cover(result(A, COVER), origin="spreadsheet", source=CoverSource.SPREADSHEET, at=NOW + timedelta(days=2))
    (first, second) = store.read_blocking(lambda tx: [*every_asset(tx, AssetFilter())])
    assert (first.manufacturer, first.model, first.company) == ("Dell", "Latitude", "Example Ltd")
    assert {fact.origin for fact in first.facts} == {"maker", "spreadsheet"}
    assert best(first.facts).origin == "maker"
    assert best(second.facts).source is CoverSource.PSA
    without = store.read_blocking(lambda tx: [*devices_without_asset(tx)])
    assert [one.serial_number for one in without] == ["BBBBBB2"]


def test_an_asset_whose_serial_number_was_corrected_is_another_device(store, put, put_cover):
    put(Asset(external_id="1", name="PC1", serial_number="AAAAAA1"))
    put_cover(result(A, COVER), result(B))
    (asset,) = store.read_blocking(lambda tx: [*every_asset(tx, AssetFilter())])
    sheet = A.model_copy(update={"manufacturer": "Dell Inc."})
    for devices in ([A], [sheet], [B]):
        store.write_blocking(lambda tx, d=devices: cover.link(tx, [(asset.asset_id, d)], NOW))
    found = store.read_blocking(lambda tx: cover.facts_of_assets(tx, [asset.asset_id]))
    assert [fact.entitlements for fact in found[asset.asset_id]] == [()]


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (AssetFilter(company=("example ltd",)), ["PC1"]),
        (AssetFilter(company=("5",)), ["PC1"]),
        (AssetFilter(assets=("pc2",)), ["PC2"]),
        (AssetFilter(assets=("aaaaaa1", "2")), ["PC1", "PC2"]),
        (AssetFilter(connection="elsewhere"), []),
    ],
)
def test_assets_are_chosen(store, put, chosen, names):
    put(Company(external_id="5", name="Example Ltd"))
    put(
        Asset(external_id="1", name="PC1", serial_number="AAAAAA1", company_ref="5"),
        Asset(external_id="2", name="PC2", serial_number="CCCCCC3"),
    )
    assert [one.name for one in store.read_blocking(lambda tx: [*every_asset(tx, chosen)])] == names


def test_the_public_views_show_which_source_to_believe(store, put, put_cover):
    put(Company(external_id="5", name="Example Ltd"))
    put(
        Asset(external_id="1", serial_number="aaaaaa1", manufacturer="DELL", company_ref="5", is_active=False),
        Asset(external_id="2", serial_number="CCCCCC3", warranty_until=date(2026, 5, 1)),
        Asset(external_id="3", warranty_until=date(2026, 5, 2)),
    )
    put_cover(result(A, COVER), result(B, COVER))
    put_cover(result(A, COVER), origin="spreadsheet", source=CoverSource.SPREADSHEET, at=NOW + timedelta(days=2))

    def rows(sql):
        return [tuple(row) for row in store.read_blocking(lambda tx: tx.execute(text(sql)).all())]

    told = rows(
        "SELECT asset_ref, origin, is_believed, hardware_until, is_retired FROM v_cover ORDER BY asset_ref, origin"
    )
    assert {(ref, origin, bool(best_), str(until), bool(retired)) for ref, origin, best_, until, retired in told} == {
        ("1", "maker", True, "2026-12-31", True),
        ("1", "spreadsheet", False, "2026-12-31", True),
        ("2", "psa", True, "2026-05-01", False),
        ("3", "psa", True, "2026-05-02", False),
        (None, "maker", True, "2026-12-31", False),
    }
    devices = rows("SELECT serial_number, manufacturer, company_name, source, maker_until, psa_until FROM v_devices")
    assert sorted(tuple(map(str, row)) for row in devices) == [
        ("BBBBBB2", "Dell", "None", "maker", "2026-12-31", "None"),
        ("CCCCCC3", "None", "None", "psa", "None", "2026-05-01"),
        ("None", "None", "None", "psa", "None", "2026-05-02"),
        ("aaaaaa1", "Dell", "Example Ltd", "maker", "2026-12-31", "None"),
    ]
    believed = "SELECT count(*), count(e.starts_on) FROM v_devices d JOIN v_entitlements e ON e.cover_key = d.cover_key"
    assert rows(believed) == [(4, 2)]
