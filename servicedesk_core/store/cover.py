"""Cover in the store: what each source last said about a device, and how that changed."""

import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from servicedesk_core.domain.warranty import (
    Delivery,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource
from servicedesk_core.store.codec import HASH_BYTES, scrub
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import (
    cover_assets,
    cover_devices,
    cover_entitlements,
    cover_facts,
    cover_history,
)

_KEY = ("manufacturer", "serial_number", "product_number", "machine_type", "country")
_ANSWER = ("content_hash", "raw", "product", "shipped_on", "purchased_on", "supported_until", "answered_at")
_OWN = tuple(c.name for c in cover_entitlements.columns if c.name not in ("fact_id", "number"))


@dataclass(frozen=True, slots=True)
class Landed:
    """What storing answers did.

    Attributes:
        new: Devices of which this source had said nothing before.
        changed: Devices of which it says something else now.
        unchanged: Devices of which it says the same.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """What a source said once.

    Attributes:
        origin: The source.
        at: Since when it said so.
        outcome: What the look-up came to.
        reason: Why there was no cover, if it said.
        entitlements: The covers.
    """

    origin: str
    at: datetime
    outcome: LookupOutcome
    reason: str | None
    entitlements: tuple[Entitlement, ...] = field(default=())


def put(
    tx: Connection,
    results: Sequence[EntitlementResult],
    *,
    origin: str,
    source: CoverSource,
    now: datetime,
    keep_raw: bool = True,
) -> Landed:
    """Store what a source answered.

    An answer without covers never takes earlier covers away: only the outcome, the reason and the time are new.

    Args:
        tx: A write transaction.
        results: The answers, one for each device.
        origin: Name of the connection, or what stands in for one.
        source: Whose word it is.
        now: When it was said.
        keep_raw: Whether the vendor's own answer is kept.
    """
    at = to_us(now)
    device_ids = _devices(tx, [result.device for result in results], at)
    before = _known(tx, device_ids.values(), origin)
    said = {device_ids[_key(result.device)]: result for result in results}
    new = [device_id for device_id in said if device_id not in before]
    if new:
        rows = [_values(said[i], at, keep_raw=keep_raw) for i in new]
        common = {"origin": origin, "source": source.value}
        make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
        tx.execute(  # another process may have asked the same in the meantime
            make(cover_facts).on_conflict_do_nothing(),
            [{"device_id": i, **common, **row} for i, row in zip(new, rows, strict=True)],
        )
    fact_ids = {device_id: row["id"] for device_id, row in _known(tx, device_ids.values(), origin).items()}
    changed = []
    for device_id, row in before.items():
        values = _values(said[device_id], at, keep_raw=keep_raw)
        if _is_other(tx, row, values):
            changed.append(device_id)
        if said[device_id].outcome is not LookupOutcome.FOUND:  # what was known stays known
            values = {name: value for name, value in values.items() if name not in _ANSWER}
        tx.execute(cover_facts.update().where(cover_facts.c.id == row["id"]).values(source=source.value, **values))
    _remember(tx, [(fact_ids[i], said[i]) for i in (*new, *changed)], at)
    told = [device_id for device_id in new if said[device_id].outcome is not LookupOutcome.FAILED]
    return Landed(len(told), len(changed), len(before) - len(changed))


def forget_raws(tx: Connection, origin: str, before: datetime) -> int:
    """Forget a source's own answers that are older than an instant; what was understood of them stays.

    Args:
        tx: A write transaction.
        origin: The source.
        before: Answers from before this instant are forgotten.

    Returns:
        How many were forgotten.
    """
    c = cover_facts.c
    old = cover_facts.update().where(c.origin == origin, c.raw.is_not(None), c.answered_at < to_us(before))
    return tx.execute(old.values(raw=None)).rowcount


def facts(tx: Connection, devices: Collection[DeviceRef], origin: str) -> dict[DeviceRef, CoverFact]:
    """Return what one source last said about devices.

    Args:
        tx: Any transaction.
        devices: Which.
        origin: The source.
    """
    if not devices:
        return {}
    wanted = {_key(device): device for device in devices}
    joined = cover_facts.join(cover_devices, cover_devices.c.id == cover_facts.c.device_id)
    query = (
        select(cover_facts, *(cover_devices.c[name] for name in _KEY))
        .select_from(joined)
        .where(cover_facts.c.origin == origin, _among(wanted))
    )
    rows = {key: row for row in tx.execute(query).mappings() if (key := tuple(row[name] for name in _KEY)) in wanted}
    covers = _covers(tx, [row["id"] for row in rows.values()])
    return {wanted[key]: _fact(row, covers.get(row["id"], ())) for key, row in rows.items()}


def all_facts(tx: Connection, devices: Collection[DeviceRef]) -> dict[DeviceRef, tuple[CoverFact, ...]]:
    """Return what every source says about devices, by the device as its maker's connector writes it."""
    if not devices:
        return {}
    wanted = {_key(device): device for device in devices}
    columns = (cover_devices.c.id, *(cover_devices.c[name] for name in _KEY))
    ids = {row[0]: tuple(row[1:]) for row in tx.execute(select(*columns).where(_among(wanted)))}
    found = facts_of_devices(tx, [i for i, key in ids.items() if key in wanted])
    return {wanted[ids[i]]: facts for i, facts in found.items()}


def facts_of_devices(tx: Connection, device_ids: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return everything that is said about devices, by the desk's own number of each."""
    if not device_ids:
        return {}
    rows = tx.execute(select(cover_facts).where(cover_facts.c.device_id.in_(device_ids))).mappings().all()
    covers = _covers(tx, [row["id"] for row in rows])
    found: dict[int, tuple[CoverFact, ...]] = {}
    for row in rows:
        found[row["device_id"]] = (*found.get(row["device_id"], ()), _fact(row, covers.get(row["id"], ())))
    return found


def facts_of_serial(tx: Connection, device: DeviceRef) -> tuple[CoverFact, ...]:
    """Return everything that is said about a device under its serial number, whatever else a source stated of it.

    What the device states and the source does too must be the same.
    """
    c = cover_devices.c
    stated = [
        c[name].in_(("", value)) for name in ("manufacturer", "product_number", "machine_type")
        if (value := getattr(device, name))
    ]  # fmt: skip
    ids = tx.execute(select(c.id).where(c.serial_number == scrub(device.serial_number), *stated)).scalars().all()
    found = facts_of_devices(tx, ids)
    return tuple(fact for number in ids for fact in found.get(number, ()))


def facts_of_assets(tx: Connection, asset_ids: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return what looked-up and imported sources say about assets, by the desk's own number of each.

    What the PSA itself says stands in the asset record; :func:`psa_fact` makes it comparable.
    """
    if not asset_ids:
        return {}
    query = select(cover_assets.c.asset_id, cover_assets.c.device_id).where(cover_assets.c.asset_id.in_(asset_ids))
    links = tx.execute(query).all()
    by_device = facts_of_devices(tx, {device_id for _, device_id in links})
    found: dict[int, tuple[CoverFact, ...]] = {}
    for asset_id, device_id in links:
        found[asset_id] = (*found.get(asset_id, ()), *by_device.get(device_id, ()))
    return found


def psa_fact(origin: str, until: date | None, seen_at: datetime) -> CoverFact | None:
    """Return what the PSA says of an asset as a fact, or ``None`` when it says nothing.

    Args:
        origin: Name of the connection.
        until: The last covered day in the asset record.
        seen_at: When the desk last saw the record change.
    """
    if until is None:
        return None
    cover = Entitlement(kind=EntitlementKind.BASE, ends_on=until, covers_hardware=True)
    return CoverFact(
        source=CoverSource.PSA,
        origin=origin,
        outcome=LookupOutcome.FOUND,
        entitlements=(cover,),
        asked_at=seen_at,
        answered_at=seen_at,
    )


def history(tx: Connection, device_id: int) -> tuple[PastAnswer, ...]:
    """Return how the answers about a device changed, the newest first."""
    query = (
        select(cover_facts.c.origin, cover_history)
        .select_from(cover_history.join(cover_facts, cover_facts.c.id == cover_history.c.fact_id))
        .where(cover_facts.c.device_id == device_id)
        .order_by(cover_history.c.id.desc())
    )
    return tuple(
        PastAnswer(
            origin=row["origin"],
            at=from_us(row["at"]),
            outcome=LookupOutcome(row["outcome"]),
            reason=row["reason"],
            entitlements=tuple(Entitlement.model_validate(one) for one in orjson.loads(row["content"])),
        )
        for row in tx.execute(query).mappings()
    )


def raw(tx: Connection, device_id: int, origin: str) -> Any:
    """Return the vendor's own last answer about a device, or ``None``."""
    query = select(cover_facts.c.raw).where(cover_facts.c.device_id == device_id, cover_facts.c.origin == origin)
    blob = tx.execute(query).scalar_one_or_none()
    return None if blob is None else orjson.loads(zlib.decompress(blob))


def link(tx: Connection, recognised: Sequence[tuple[int, str, Collection[DeviceRef]]], now: datetime) -> None:
    """Remember which devices assets are, and forget those of another serial number: serial numbers get corrected.

    Args:
        tx: A write transaction.
        recognised: Asset, its serial number as all sources should spell it, and the devices that it is.
        now: The current instant.
    """
    device_ids = _devices(tx, [device for _, _, devices in recognised for device in devices], to_us(now))
    right = {(asset_id, device_ids[_key(device)]) for asset_id, _, devices in recognised for device in devices}
    serials = {(asset_id, serial) for asset_id, serial, _ in recognised}
    serials |= {(asset_id, device.serial_number) for asset_id, _, devices in recognised for device in devices}
    c = cover_assets.c
    query = (
        select(c.asset_id, c.device_id, cover_devices.c.serial_number)
        .select_from(cover_assets.join(cover_devices, cover_devices.c.id == c.device_id))
        .where(c.asset_id.in_([asset_id for asset_id, _, _ in recognised]))
    )
    there = {(row[0], row[1]): row[2] for row in tx.execute(query)}
    if new := right - set(there):
        make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
        rows = [{"asset_id": asset_id, "device_id": device_id, "at": to_us(now)} for asset_id, device_id in sorted(new)]
        tx.execute(make(cover_assets).on_conflict_do_nothing(), rows)
    for (asset_id, device_id), serial in there.items():
        if (asset_id, serial) not in serials:
            tx.execute(delete(cover_assets).where(c.asset_id == asset_id, c.device_id == device_id))


def _key(device: DeviceRef) -> tuple[str, ...]:
    return tuple(scrub(getattr(device, name) or "") for name in _KEY)


def _among(keys: Iterable[tuple[str, ...]]) -> ColumnElement[bool]:
    """Return what finds devices through the index: the serial number; a few of others come with them."""
    return cover_devices.c.serial_number.in_({key[1] for key in keys})


def _devices(tx: Connection, devices: Sequence[DeviceRef], at: int) -> dict[tuple[str, ...], int]:
    """Return the numbers of devices; new ones get one."""
    if not devices:
        return {}
    keys = list(dict.fromkeys(_key(device) for device in devices))
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    rows = [dict(zip(_KEY, key, strict=True)) | {"created_at": at} for key in keys]
    tx.execute(make(cover_devices).on_conflict_do_nothing(), rows)
    columns = (cover_devices.c.id, *(cover_devices.c[name] for name in _KEY))
    found = {tuple(row[1:]): row[0] for row in tx.execute(select(*columns).where(_among(keys)))}
    return {key: found[key] for key in keys}


def _known(tx: Connection, device_ids: Collection[int], origin: str) -> dict[int, Any]:
    c = cover_facts.c
    query = select(c.id, c.device_id, c.outcome, c.content_hash).where(
        and_(c.device_id.in_(device_ids), c.origin == origin)
    )
    return {row["device_id"]: row for row in tx.execute(query).mappings()}


def _is_other(tx: Connection, before: Any, values: dict[str, Any]) -> bool:
    """Return whether a source says something else than before; being out of order says nothing."""
    if values["outcome"] == LookupOutcome.FAILED:
        return False
    said = before["outcome"]
    if said == LookupOutcome.FAILED:
        c = cover_history.c
        last = select(c.outcome).where(c.fact_id == before["id"]).order_by(c.id.desc()).limit(1)
        said = tx.execute(last).scalar_one_or_none()
    return bool(
        said != values["outcome"] or (values["content_hash"] and before["content_hash"] != values["content_hash"])
    )


def _values(result: EntitlementResult, at: int, *, keep_raw: bool) -> dict[str, Any]:
    found = result.outcome is LookupOutcome.FOUND
    return {
        "outcome": result.outcome.value,
        "supply": orjson.dumps(result.supply).decode(),
        "reason": None if result.reason is None else scrub(result.reason),
        "product": None if result.product is None else scrub(result.product),
        "shipped_on": _text(result.shipped_on),
        "purchased_on": _text(result.purchased_on),
        "supported_until": _text(result.supported_until),
        "asked_at": at,
        "answered_at": at if found else None,
        "content_hash": _hash(result) if found else b"",
        "raw": zlib.compress(orjson.dumps(result.raw, default=str), 1) if keep_raw and found and result.raw else None,
    }


def _hash(result: EntitlementResult) -> bytes:
    content = result.model_dump(mode="json", include={"entitlements", "product", "shipped_on", "purchased_on"})
    if result.supported_until is not None:  # what most makers never say leaves their hashes as they were
        content["supported_until"] = result.supported_until.isoformat()
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()[:HASH_BYTES]


def _remember(tx: Connection, answers: Sequence[tuple[int, EntitlementResult]], at: int) -> None:
    said = [(i, one) for i, one in answers if one.outcome is not LookupOutcome.FAILED]
    rows = {i: [row.model_dump(mode="json") for row in one.entitlements] for i, one in said}
    found = [i for i, one in said if one.outcome is LookupOutcome.FOUND]
    if found:
        tx.execute(delete(cover_entitlements).where(cover_entitlements.c.fact_id.in_(found)))
    numbered = [
        {"fact_id": i, "number": number} | {name: _stored(row[name]) for name in _OWN}
        for i in found
        for number, row in enumerate(rows[i], 1)
    ]
    if numbered:
        tx.execute(insert(cover_entitlements), numbered)
    past = [
        {
            "fact_id": i,
            "at": at,
            "outcome": one.outcome.value,
            "reason": None if one.reason is None else scrub(one.reason),
            "content": scrub(orjson.dumps(rows[i]).decode()),
        }
        for i, one in said
    ]
    if past:
        tx.execute(insert(cover_history), past)


def _stored(value: Any) -> Any:
    return scrub(value) if isinstance(value, str) else value


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _covers(tx: Connection, fact_ids: Collection[int]) -> dict[int, tuple[Entitlement, ...]]:
    if not fact_ids:
        return {}
    c = cover_entitlements.c
    found: dict[int, tuple[Entitlement, ...]] = {}
    query = select(cover_entitlements).where(c.fact_id.in_(fact_ids)).order_by(c.fact_id, c.number)
    for row in tx.execute(query).mappings():
        one = _entitlement(row)
        found[row["fact_id"]] = (*found.get(row["fact_id"], ()), one)
    return found


def _entitlement(row: Any) -> Entitlement:
    """Return a stored cover; nothing is validated again, which would cost more than all the rest of a list."""
    return Entitlement.model_construct(
        kind=EntitlementKind(row["kind"]),
        code=row["code"],
        description=row["description"],
        starts_on=_date(row["starts_on"]),
        ends_on=_date(row["ends_on"]),
        delivery=None if row["delivery"] is None else Delivery(row["delivery"]),
        covers_hardware=row["covers_hardware"],
        contract_number=row["contract_number"],
        vendor_status=row["vendor_status"],
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _fact(row: Any, covers: tuple[Entitlement, ...]) -> CoverFact:
    return CoverFact.model_construct(
        source=CoverSource(row["source"]),
        origin=row["origin"],
        outcome=LookupOutcome(row["outcome"]),
        entitlements=covers,
        supply=tuple(orjson.loads(row["supply"])),
        reason=row["reason"],
        product=row["product"],
        supported_until=_date(row["supported_until"]),
        asked_at=from_us(row["asked_at"]),
        answered_at=optional_instant(row["answered_at"]),
    )
