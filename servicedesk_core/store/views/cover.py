"""The views of devices and of what is covered: the lists and the report of the warranty can be recounted from them."""

from servicedesk_core.domain.warranty.facts import BY_KNOWLEDGE, OF_WHOLE_DEVICES, CoverSource
from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.cover.devices import ASSET_MAKER
from servicedesk_core.store.views.columns import Column, OwnView, day, instant

_LINKED = """
    SELECT 1 FROM cover_assets ca JOIN cover_devices o ON o.id = ca.device_id WHERE o.same_as = d.same_as"""
_OF_ASSET = "'asset-' || CAST(assets.local_id AS text)"
_OF_NOBODY = "'device-' || CAST(d.same_as AS text)"
_MAKER = f"COALESCE({ASSET_MAKER}, assets.manufacturer)"

_NAMES = f"""
    SELECT {_OF_ASSET} AS device_key, assets.local_id AS asset_id, d.id AS device_id
    FROM assets JOIN cover_assets ca ON ca.asset_id = assets.local_id JOIN cover_devices o ON o.id = ca.device_id
    JOIN cover_devices d ON d.same_as = o.same_as WHERE assets.gone_at IS NULL
    UNION SELECT {_OF_NOBODY}, NULL, d.id FROM cover_devices d WHERE NOT EXISTS ({_LINKED})"""  # noqa: S608
"""By which names each device is known: an asset record with all of them, or names that no asset record has."""

_HARDWARE = "e.covers_hardware AND e.ends_on IS NOT NULL AND (e.starts_on IS NULL OR e.starts_on <= e.ends_on)"
_MAYBE_HARDWARE = "COALESCE(e.covers_hardware, TRUE)"
_OPEN = f"{_MAYBE_HARDWARE} AND e.ends_on IS NULL"
_LISTS_ALL = ", ".join(f"'{source}'" for source in sorted(OF_WHOLE_DEVICES))
_LISTED = f"""f.outcome = 'found' AND f.source IN ({_LISTS_ALL})
            OR EXISTS (SELECT 1 FROM cover_entitlements e WHERE e.fact_id = f.id)"""  # noqa: S608
_FACTS = f"""
    SELECT n.device_key, n.asset_id, 'fact-' || CAST(f.id AS text) AS cover_key, d.id AS device_id, d.manufacturer,
        d.serial_number, d.product_number, d.machine_type, f.source, f.origin, f.outcome, f.reason, f.product,
        (SELECT MAX(e.ends_on) FROM cover_entitlements e WHERE e.fact_id = f.id AND {_HARDWARE}) AS hardware_until,
        EXISTS (SELECT 1 FROM cover_entitlements e WHERE e.fact_id = f.id AND {_OPEN}) AS is_open_ended,
        EXISTS (SELECT 1 FROM cover_entitlements e WHERE e.fact_id = f.id) AS has_covers,
        NOT EXISTS (SELECT 1 FROM cover_entitlements e WHERE e.fact_id = f.id AND {_MAYBE_HARDWARE}) AND ({_LISTED})
            AS is_without_hardware_cover,
        f.shipped_on, f.purchased_on, f.supported_until, f.asked_at, f.answered_at
    FROM ({_NAMES}) n JOIN cover_facts f ON f.device_id = n.device_id JOIN cover_devices d ON d.id = f.device_id
    UNION ALL SELECT {_OF_ASSET}, assets.local_id, {_OF_ASSET}, NULL, {_MAKER}, assets.serial_number, NULL, NULL,
        '{CoverSource.PSA}', src.name, 'found', NULL, NULL, assets.warranty_until, FALSE, TRUE, FALSE, NULL,
        NULL, NULL, assets.changed_at, assets.changed_at
    FROM assets JOIN sources src ON src.id = assets.source_id
    WHERE assets.gone_at IS NULL AND assets.warranty_until IS NOT NULL"""  # noqa: S608
"""What every source says about each device, the PSA's own word included."""

_RETIRED = "COALESCE(NOT a.is_active, FALSE)"
_DEVICES = f"""
    SELECT {_OF_ASSET} AS device_key, assets.local_id AS asset_id, {_MAKER} AS manufacturer, assets.serial_number
    FROM assets WHERE assets.gone_at IS NULL
    UNION ALL SELECT {_OF_NOBODY}, NULL, NULLIF(d.manufacturer, ''), d.serial_number
    FROM cover_devices d WHERE d.same_as = d.id AND NOT EXISTS ({_LINKED})
        AND EXISTS (SELECT 1 FROM cover_facts f JOIN cover_devices o ON o.id = f.device_id WHERE o.same_as = d.id)"""  # noqa: S608
"""One row for each device."""

_UNTILS = ", ".join(
    f"MAX(CASE WHEN source = '{source}' THEN hardware_until END) AS {source}_until" for source in CoverSource
)


def _cover_columns(dialect: Dialect) -> list[Column]:
    rank = " ".join(f"WHEN '{source}' THEN {source.rank}" for source in CoverSource)
    knows = " ".join(f"WHEN '{outcome}' THEN {at}" for at, outcome in enumerate(BY_KNOWLEDGE))
    best_first = f"CASE WHEN f.has_covers THEN 0 ELSE 1 END, CASE f.source {rank} END, "
    best_first += f"CASE WHEN f.has_covers THEN 0 ELSE CASE f.outcome {knows} END END, "
    newest = "COALESCE(f.answered_at, f.asked_at) DESC, f.origin, f.cover_key"
    believed = f"ROW_NUMBER() OVER (PARTITION BY f.device_key ORDER BY {best_first}{newest}) = 1"
    return [
        Column("device_id", "f.device_id", "The desk's own number of the name that the source has for the device."),
        Column("manufacturer", "NULLIF(f.manufacturer, '')", "Its one name, however sources write it."),
        Column("serial_number", "f.serial_number", "As the source writes it."),
        Column("product_number", "NULLIF(f.product_number, '')", "The product number that was asked with."),
        Column("machine_type", "NULLIF(f.machine_type, '')", "The machine type that was asked with."),
        Column("connection", "src.name", "Connection of the asset record, if the device has one."),
        Column("asset_ref", "a.external_id", "The vendor's id of the asset record."),
        Column("company_ref", "a.company_ref", "Client of the asset record."),
        Column("source", "f.source", "Whose word it is: maker, distributor, psa, rmm, project or spreadsheet."),
        Column("origin", "f.origin", "Connection that said so, or what stands in for one."),
        Column("outcome", "f.outcome", "What the last look-up came to."),
        Column("reason", "f.reason", "Why there was no answer."),
        Column("product", "f.product", "What the source calls the device."),
        Column(
            "hardware_until",
            day("f.hardware_until", dialect),
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
        Column("is_believed", believed, "Whether this is the source to believe: one of each device."),
        Column("device_key", "f.device_key", "The device; see v_devices."),
        Column("cover_key", "f.cover_key", "This row; see v_entitlements."),
        Column("is_open_ended", "f.is_open_ended", _OPEN_ENDED),
        Column("is_retired", _RETIRED, "Whether the PSA calls the asset retired."),
        Column("is_without_hardware_cover", "f.is_without_hardware_cover", _WITHOUT),
    ]


_OPEN_ENDED = (
    "Whether the source lists a cover without an end that may be for the hardware: then hardware_until is not the end."
)

_WITHOUT = "Whether the source knows the device and lists no cover of its hardware, past or future."


def _device_columns(dialect: Dialect) -> list[Column]:
    untils = [
        Column(f"{source}_until", day(f"u.{source}_until", dialect), f"Last day of the hardware cover by {words}.")
        for source, words in _WORDS.items()
    ]
    return [
        Column("device_key", "d.device_key", "What tells the device from others; changes when sources tell more."),
        Column("asset_id", "d.asset_id", "Its asset record: local_id in v_assets; none when no PSA has one."),
        Column("connection", "src.name", "Connection of the asset record."),
        Column("asset_ref", "a.external_id", "The vendor's id of the asset record."),
        Column("name", "a.name", "What people call it."),
        Column("manufacturer", "d.manufacturer", "Its one name, however sources write it."),
        Column("serial_number", "d.serial_number", "As the asset record states it, else as the maker writes it."),
        Column("company_ref", "a.company_ref", "Client of the asset record."),
        Column("company_name", "c.name", "Name of it, from companies."),
        Column("is_retired", _RETIRED, "Whether the PSA calls it retired; the lists leave those out."),
        Column(
            "cover_key", "f.cover_key", "What is believed; see v_cover and v_entitlements. None = nobody says anything."
        ),
        Column("source", "f.source", "Whose word is believed: maker, distributor, psa, rmm, project or spreadsheet."),
        Column("origin", "f.origin", "Connection that said so, or what stands in for one."),
        Column("outcome", "f.outcome", "What the last look-up of that source came to."),
        Column("hardware_until", "f.hardware_until", "Last day of the hardware cover that is believed, included."),
        Column("is_open_ended", "f.is_open_ended", _OPEN_ENDED),
        Column("supported_until", "f.supported_until", "Last day on which the maker supports the product at all."),
        Column("answered_at", "f.answered_at", "When the believed source last knew the device."),
        *untils,
        Column("is_without_hardware_cover", "f.is_without_hardware_cover", _WITHOUT),
    ]


_WORDS = {
    CoverSource.MAKER: "the maker's word",
    CoverSource.DISTRIBUTOR: "a distributor's word",
    CoverSource.PSA: "the asset record",
    CoverSource.RMM: "an RMM's word",
    CoverSource.PROJECT: "a project's word",
    CoverSource.SPREADSHEET: "a spreadsheet",
}


def _entitlement_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("device_id", "e.device_id", "As in v_cover."),
        Column("origin", "e.origin", "Connection that said so, or what stands in for one."),
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
        Column("cover_key", "e.cover_key", "Who says so about which device; see v_cover."),
    ]


_ENTITLEMENTS = f"""
    SELECT 'fact-' || CAST(f.id AS text) AS cover_key, f.device_id, f.origin, e."number", e.kind, e.code, e.description,
        e.starts_on, e.ends_on, e.delivery, e.covers_hardware, e.contract_number, e.vendor_status
    FROM cover_entitlements e JOIN cover_facts f ON f.id = e.fact_id
    UNION ALL SELECT {_OF_ASSET}, NULL, src.name, 1, 'base', NULL, NULL, NULL, assets.warranty_until, NULL, TRUE, NULL,
        NULL
    FROM assets JOIN sources src ON src.id = assets.source_id
    WHERE assets.gone_at IS NULL AND assets.warranty_until IS NOT NULL"""  # noqa: S608

_ASSET = "LEFT JOIN assets a ON a.local_id = {0}.asset_id LEFT JOIN sources src ON src.id = a.source_id"
_UNTIL = f"SELECT device_key, {_UNTILS} FROM ({_FACTS}) facts GROUP BY device_key"  # noqa: S608
_COMPANY = "LEFT JOIN companies c ON c.source_id = a.source_id AND c.external_id = a.company_ref"

VIEWS = {
    "v_cover": OwnView(
        "What one source says about the cover of one device, the PSA's own word included.",
        _cover_columns,
        f"FROM ({_FACTS}) f {_ASSET.format('f')}",
    ),
    "v_devices": OwnView(
        "A device: an asset record, or what was looked up or imported and belongs to none, with the cover to believe.",
        _device_columns,
        f"FROM ({_DEVICES}) d {_ASSET.format('d')} {_COMPANY} "
        "LEFT JOIN v_cover f ON f.device_key = d.device_key AND f.is_believed "
        f"LEFT JOIN ({_UNTIL}) u ON u.device_key = d.device_key",
    ),
    "v_entitlements": OwnView(
        "One cover that a source lists for a device.", _entitlement_columns, f"FROM ({_ENTITLEMENTS}) e"
    ),
}
