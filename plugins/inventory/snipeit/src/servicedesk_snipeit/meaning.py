"""What rows mean: parts, how many lie where, what was taken, and what is offered."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain import MappingIssue, Part, StockLevel, StockMove
from servicedesk_core.domain.parts import PartOffer
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped, fingerprint, unmarked
from servicedesk_snipeit.settings import KINDS, SnipeItSettings
from servicedesk_snipeit.values import Row, amount, name, number, text

VERSION: Final = "1"
_REF: Final = re.compile(r"(components|accessories|consumables|hardware|models)/([1-9]\d*)")
_MOVE: Final = re.compile(r"(components|accessories|consumables|hardware)/([1-9]\d*)/([1-9]\d*)")
_NOTE: Final = re.compile(r"^(?P<ticket>.*?) x(?P<quantity>\d+)\b.*\[ref:", re.DOTALL)
MODEL_FIELDS: Final = ("model", "model_number", "manufacturer", "category")
"""Fields of an asset that say what it is; the rest is of the one piece."""

_DEPLOYABLE: Final = "deployable"
_PLACES: Final = ("location", "rtd_location")


def ref_of(row: Row) -> str:
    """Return our id of a row: its kind and its number there.

    Raises:
        MappingError: It has none.
    """
    ref = f"{row.get('kind')}/{row.get('id')}"
    if not _REF.fullmatch(ref):
        message = "A row has no kind or no id."
        raise MappingError(message)
    return ref


def split(ref: str | None) -> tuple[str, str] | None:
    """Return kind and number of our id of a part or stock level; ``None`` when it is none."""
    found = _REF.fullmatch(ref or "")
    return (found[1], found[2]) if found else None


def split_move(ref: str | None) -> tuple[str, str, str] | None:
    """Return kind, number of the item and number of the log entry of our id of a move; ``None`` when it is none."""
    found = _MOVE.fullmatch(ref or "")
    return (found[1], found[2], found[3]) if found else None


def model_row(asset: Row) -> dict[str, Any]:
    """Return an asset's model as a part: only what is the same for all of its pieces."""
    model = asset.get("model")
    number_of = model.get("id") if isinstance(model, Mapping) else None
    return {"kind": "models", "id": number_of} | {field: asset.get(field) for field in MODEL_FIELDS}


def mapped(stream: str, row: Row, settings: SnipeItSettings) -> Mapped:
    """Return what a row means.

    Raises:
        MappingError: It cannot be understood.
    """
    try:
        if stream == "parts":
            part, issues = part_of(row, settings)
            return Mapped(part, issues=issues)
        if stream == "stock_levels":
            return Mapped(_level(row))
        return Mapped(_move(row))
    except ValueError as error:
        message = "A row holds a value that is none."
        raise MappingError(message) from error


def version_of(settings: SnipeItSettings) -> str:
    """Name the rules, and the settings that decide what a cost means."""
    return fingerprint([VERSION, settings.currency, settings.decimal_separator])


def part_of(row: Row, settings: SnipeItSettings) -> tuple[Part, tuple[MappingIssue, ...]]:
    """Return a row as a part, and what in it could not be read.

    Raises:
        MappingError: It has no id.
        ValueError: A number in it is none.
    """
    ref = ref_of(row)
    issues: tuple[MappingIssue, ...] = ()
    try:
        cost = amount(row.get("purchase_cost"), settings.decimal_separator) if settings.currency else None
    except ValueError:
        cost, issues = None, (MappingIssue(kind="unreadable_cost", field="unit_cost", value="decimal_separator"),)
    is_model = row.get("kind") == "models"
    entity = Part(
        external_id=ref,
        name=(name(row.get("model")) if is_model else text(row.get("name"))) or ref,
        number=text(row.get("item_no")),
        manufacturer=name(row.get("manufacturer")),
        manufacturer_part_number=text(row.get("model_number")),
        kind="asset" if is_model else str(row["kind"]).removesuffix("s").replace("accessorie", "accessory"),
        category=name(row.get("category")),
        minimum=number(row.get("min_amt")),
        unit_cost=cost,
        currency=settings.currency if cost is not None else None,
        is_serialized=is_model or None,
    )
    return entity, issues


def is_ready(asset: Row) -> bool:
    """Return whether an asset lies on the shelf: it may be handed out, and nobody has it."""
    label = asset.get("status_label")
    meta = label.get("status_meta") if isinstance(label, Mapping) else None
    return meta == _DEPLOYABLE and not asset.get("assigned_to")


def _level(row: Row) -> StockLevel:
    ref, is_asset = ref_of(row), row.get("kind") == "hardware"
    return StockLevel(
        external_id=ref,
        part_ref=ref_of(model_row(row)) if is_asset else ref,
        place=next((place for field in _PLACES if (place := name(row.get(field)))), None),
        available=Decimal(is_ready(row)) if is_asset else number(row.get("remaining")),
        on_hand=Decimal(1) if is_asset else number(row.get("qty")),
        serial_number=text(row.get("serial")),
    )


def _move(row: Row) -> StockMove:
    item, target = row.get("item"), row.get("target")
    kind, note = row.get("kind"), text(row.get("note")) or ""
    if kind not in KINDS or not isinstance(item, Mapping) or not row.get("id"):
        message = "An entry of the log names no item."
        raise MappingError(message)
    told = _NOTE.match(note)
    return StockMove(
        external_id=f"{kind}/{item.get('id')}/{row['id']}",
        stock_level_ref=f"{kind}/{item.get('id')}",
        part_name=name(item),
        quantity=Decimal(told["quantity"]) if told else None,
        serial_number=text(item.get("serial")),
        ticket_number=told["ticket"] or None if told else None,
        holder=f"{target.get('type')}:{target.get('id')}" if isinstance(target, Mapping) else None,
        note=unmarked(note) or None,
    )


def offers(rows: Iterable[Row], settings: SnipeItSettings) -> tuple[PartOffer, ...]:
    """Return rows as offers; assets of one model are one offer with a place each. An odd row is no offer."""
    by_part: dict[str, tuple[Part, list[StockLevel]]] = {}
    for row in rows:
        try:
            level = _level(row)
            part, _ = part_of(model_row(row) if row.get("kind") == "hardware" else row, settings)
        except (MappingError, ValueError):
            continue
        by_part.setdefault(part.external_id, (part, []))[1].append(level)
    return tuple(PartOffer.of(part, levels, part.external_id) for part, levels in by_part.values())
