"""The views of what is covered."""

from servicedesk_core.domain.warranty.facts import BY_KNOWLEDGE, CoverSource
from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.views.columns import Column, OwnView, day, instant


def _cover_columns(dialect: Dialect) -> list[Column]:
    ends = "SELECT MAX(e.ends_on) FROM cover_entitlements e WHERE e.fact_id = f.id AND e.covers_hardware"
    rank = " ".join(f"WHEN '{source}' THEN {source.rank}" for source in CoverSource)
    has_covers = "EXISTS (SELECT 1 FROM cover_entitlements e WHERE e.fact_id = f.id)"
    best_first = f"CASE WHEN {has_covers} THEN 0 ELSE 1 END, CASE f.source {rank} END, "
    knows = " ".join(f"WHEN '{outcome}' THEN {at}" for at, outcome in enumerate(BY_KNOWLEDGE))
    best_first += f"CASE WHEN {has_covers} THEN 0 ELSE CASE f.outcome {knows} END END, "
    newest = "COALESCE(f.answered_at, f.asked_at) DESC, f.origin"
    believed = f"ROW_NUMBER() OVER (PARTITION BY d.id, a.local_id ORDER BY {best_first}{newest}) = 1"
    return [
        Column("device_id", "d.id", "The desk's own number of the device."),
        Column("manufacturer", "d.manufacturer", "As the maker's connector writes it."),
        Column("serial_number", "d.serial_number", "As the maker's connector writes it."),
        Column("product_number", "NULLIF(d.product_number, '')", "The product number that was asked with."),
        Column("machine_type", "NULLIF(d.machine_type, '')", "The machine type that was asked with."),
        Column("connection", "src.name", "Connection of the asset record, if the device has one."),
        Column("asset_ref", "a.external_id", "The vendor's id of the asset record."),
        Column("company_ref", "a.company_ref", "Client of the asset record."),
        Column("source", "f.source", "Whose word it is: maker, distributor, project or spreadsheet."),
        Column("origin", "f.origin", "Connection that said so, or what stands in for one."),
        Column("outcome", "f.outcome", "What the last look-up came to."),
        Column("reason", "f.reason", "Why there was no answer."),
        Column("product", "f.product", "What the source calls the device."),
        Column(
            "hardware_until",
            day(f"({ends})", dialect),
            "Last day of the hardware cover, in the maker's zone, included.",
        ),
        Column("shipped_on", day("f.shipped_on", dialect), "Day on which the maker shipped it."),
        Column("purchased_on", day("f.purchased_on", dialect), "Day on which it was bought, where the maker knows."),
        Column(
            "supported_until",
            day("f.supported_until", dialect),
            "Last day on which the maker supports the product at all.",
        ),
        Column("asked_at", instant("f.asked_at", dialect), "When the source was last asked."),
        Column("answered_at", instant("f.answered_at", dialect), "When it last knew the device."),
        Column("is_believed", believed, "Whether this is the source to believe among those that were asked."),
    ]


def _entitlement_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("device_id", "f.device_id", "The desk's own number of the device; see v_cover."),
        Column("origin", "f.origin", "Connection that said so, or what stands in for one."),
        Column("number", 'e."number"', "Place in the source's list, from 1."),
        Column("kind", "e.kind", "Where the cover comes from: base, extended, upgrade, contract or other."),
        Column("code", "e.code", "The maker's code of the service level."),
        Column("description", "e.description", "The maker's words."),
        Column("starts_on", day("e.starts_on", dialect), "First covered day."),
        Column("ends_on", day("e.ends_on", dialect), "Last covered day, included."),
        Column("delivery", "e.delivery", "How the maker serves the device."),
        Column("covers_hardware", "e.covers_hardware", "Whether it is for the hardware; NULL = nobody says."),
        Column("contract_number", "e.contract_number", "The contract."),
        Column("vendor_status", "e.vendor_status", "The maker's own word."),
    ]


_COVER = (
    "FROM cover_facts f JOIN cover_devices d ON d.id = f.device_id "
    "LEFT JOIN cover_assets ca ON ca.device_id = d.id "
    "LEFT JOIN assets a ON a.local_id = ca.asset_id AND a.gone_at IS NULL "
    "LEFT JOIN sources src ON src.id = a.source_id"
)


VIEWS = {
    "v_cover": OwnView(
        "What one source says about the cover of one device; a device of several asset records has a row for each.",
        _cover_columns,
        _COVER,
    ),
    "v_entitlements": OwnView(
        "One cover that a source lists for a device.",
        _entitlement_columns,
        "FROM cover_entitlements e JOIN cover_facts f ON f.id = e.fact_id",
    ),
}
