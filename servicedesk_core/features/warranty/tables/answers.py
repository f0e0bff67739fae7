"""Answers of sources as they come: what they changed, and what was said before."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from servicedesk_core.domain.warranty import Entitlement, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.facts import SAID_ONCE, CoverSource
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import HASH_BYTES, scrub, scrubbed
from servicedesk_core.store.cover.devices import group, key_of, numbered
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import cover_entitlements, cover_facts, cover_history

_COVERS = TypeAdapter(tuple[Entitlement, ...])
_ANSWER = ("content_hash", "raw", "product", "shipped_on", "purchased_on", "supported_until", "answered_at")
_OWN = tuple(c.name for c in cover_entitlements.columns if c.name not in ("fact_id", "number"))
_own = itemgetter(*_OWN)
_KNOWN = "SELECT device_id, origin, id, outcome, content_hash FROM cover_facts WHERE device_id IN {values}"


class _Known(NamedTuple):
    """What is stored of a source's word about a device."""

    id: int
    outcome: str
    content_hash: bytes


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
    device_ids = numbered(tx, [result.device for result in results], at)
    before = _known(tx, device_ids.values(), origin)
    said = {device_ids[key_of(result.device)]: result for result in results}
    covers = {device_id: _plain(result) for device_id, result in said.items()}
    values = {i: _values(said[i], covers[i], at, source, keep_raw=keep_raw) for i in sorted(said)}
    new = sorted(said.keys() - before.keys())
    fact_ids = {device_id: one.id for device_id, one in before.items()}
    if new:  # another process may have asked the same in the meantime
        rows = [(i, origin, *values[i].values()) for i in new]
        bulk.add(tx, cover_facts, ("device_id", "origin", *values[new[0]]), rows)
        fact_ids |= {device_id: one.id for device_id, one in _known(tx, new, origin).items()}
    told = [device_id for device_id in new if said[device_id].outcome is not LookupOutcome.FAILED]
    changed: list[int] = []
    silent = 0
    for device_id, one in sorted(before.items()):
        last = _last_said(tx, one)
        if last is None:  # so far it could only not be asked
            silent += 1
        if _is_other(last, one, values[device_id]):
            (told if last is None else changed).append(device_id)
    _overwrite(tx, [(before[i].id, values[i]) for i in sorted(before)])
    _remember(tx, [(fact_ids[i], said[i], covers[i]) for i in (*told, *changed)], at)
    group(tx, device_ids)
    return Landed(len(told), len(changed), len(before) - len(changed) - silent)


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


def _known(tx: Connection, device_ids: Collection[int], origin: str) -> dict[int, _Known]:
    rows = bulk.select_in(tx, _KNOWN, None, device_ids)
    return {row[0]: _Known(*row[2:]) for row in rows if row[1] == origin}


def _overwrite(tx: Connection, answers: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Put answers where earlier ones of the same source stand; without covers, what was known stays known."""
    found = [(i, values) for i, values in answers if values["outcome"] == LookupOutcome.FOUND]
    others = [(i, values) for i, values in answers if values["outcome"] != LookupOutcome.FOUND]
    for some, left in ((found, ()), (others, _ANSWER)):
        rows = [{"fact": i} | {f"new_{n}": v for n, v in values.items() if n not in left} for i, values in some]
        if rows:
            names = [name for name in some[0][1] if name not in left]
            change = cover_facts.update().values({name: _new(name) for name in names})
            tx.execute(change.where(cover_facts.c.id == bindparam("fact")), rows)


def _new(name: str) -> ColumnElement[Any]:
    column = cover_facts.c[name]
    given = bindparam(f"new_{name}", type_=column.type)
    return func.coalesce(given, column) if name in SAID_ONCE else given


def _last_said(tx: Connection, before: _Known) -> str | None:
    """Return the outcome of the last look-up in which a source said anything; being out of order says nothing."""
    if before.outcome != LookupOutcome.FAILED:
        return before.outcome
    c = cover_history.c
    last = select(c.outcome).where(c.fact_id == before.id).order_by(c.id.desc()).limit(1)
    return tx.execute(last).scalar_one_or_none()


def _is_other(last: str | None, before: _Known, values: dict[str, Any]) -> bool:
    """Return whether a source says something else than it last said."""
    if values["outcome"] == LookupOutcome.FAILED:
        return False
    return bool(last != values["outcome"] or (values["content_hash"] and before.content_hash != values["content_hash"]))


def _plain(result: EntitlementResult) -> list[dict[str, Any]]:
    """Return the covers as JSON has them; made once, because it costs more than storing them."""
    return list(scrubbed(_COVERS.dump_python(result.entitlements, mode="json")))


def _values(
    result: EntitlementResult, covers: Sequence[dict[str, Any]], at: int, source: CoverSource, *, keep_raw: bool
) -> dict[str, Any]:
    found = result.outcome is LookupOutcome.FOUND
    return {
        "source": source.value,
        "outcome": result.outcome.value,
        "supply": orjson.dumps(scrubbed(result.supply)).decode(),
        "reason": None if result.reason is None else scrub(result.reason),
        "product": None if result.product is None else scrub(result.product),
        "shipped_on": _text(result.shipped_on),
        "purchased_on": _text(result.purchased_on),
        "supported_until": _text(result.supported_until),
        "asked_at": at,
        "answered_at": at if found else None,
        "content_hash": _hash(result, covers) if found else b"",
        "raw": _packed(result.raw) if keep_raw and found and result.raw else None,
    }


def _packed(raw: dict[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(scrubbed(raw), default=str), 1)


def _hash(result: EntitlementResult, covers: Sequence[dict[str, Any]]) -> bytes:
    content: dict[str, Any] = {
        "entitlements": covers,
        "product": None if result.product is None else scrub(result.product),
        "shipped_on": _text(result.shipped_on),
        "purchased_on": _text(result.purchased_on),
    }
    if result.supported_until is not None:  # what most makers never say leaves their hashes as they were
        content["supported_until"] = result.supported_until.isoformat()
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()[:HASH_BYTES]


def _remember(
    tx: Connection, answers: Sequence[tuple[int, EntitlementResult, Sequence[dict[str, Any]]]], at: int
) -> None:
    said = [(i, one, covers) for i, one, covers in answers if one.outcome is not LookupOutcome.FAILED]
    found = [(i, covers) for i, one, covers in said if one.outcome is LookupOutcome.FOUND]
    if found:
        bulk.run_in(tx, "DELETE FROM cover_entitlements WHERE fact_id IN {values}", [i for i, _ in found])
    current = [(i, number, *_own(cover)) for i, covers in found for number, cover in enumerate(covers, 1)]
    bulk.add(tx, cover_entitlements, ("fact_id", "number", *_OWN), current)
    past = [
        (i, at, one.outcome.value, None if one.reason is None else scrub(one.reason), orjson.dumps(covers).decode())
        for i, one, covers in said
    ]
    bulk.add(tx, cover_history, ("fact_id", "at", "outcome", "reason", "content"), past)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
