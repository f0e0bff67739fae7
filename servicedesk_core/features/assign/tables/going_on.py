"""How tickets that were given away went on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP
from typing import Final

import orjson
from sqlalchemy import and_

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import EventType
from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.faces import Period
from servicedesk_core.features.assign.model import By, Routing
from servicedesk_core.features.assign.rules import CENT, WHOLE
from servicedesk_core.features.assign.tables.kept import ROWS, Kept
from servicedesk_core.features.kpi import StoredFacts
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.schema import assignments, outbox

SETTLED: Final = timedelta(hours=24)
"""Who has a ticket for so long keeps it."""

_MOVES: Final = (
    f"SELECT ticket_ref, effective_at, after FROM ticket_events WHERE source_id = {{source}} "  # noqa: S608
    f"AND type = '{EventType.ASSIGNED.value}' AND gone_at IS NULL AND ticket_ref IN {{values}}"
)


@dataclass(frozen=True, slots=True)
class _Course:
    """A choice that the vendor has, and how it went on."""

    kept: Kept
    is_moved: bool
    is_repeat: bool


def routed(tx: Tx, desk: ConfiguredDesk, period: Period, by: By | None) -> Sequence[Routing]:
    """Return how the tickets went on that were given away in a period; all together, or put together.

    Args:
        tx: Any transaction.
        desk: The desk.
        period: The period.
        by: What they are put together by; by reasons only those that the first did not get.
    """
    a = assignments.c
    query = (
        ROWS.select()
        .join(outbox, and_(outbox.c.id == a.write_id, outbox.c.state.in_(AT_VENDOR)))
        .where(a.at >= period.start, a.at < period.end, a.technician_ref.is_not(None))
        .order_by(a.at, a.id)
    )
    found = [*_courses(tx, desk, period, ROWS.all(tx, query))]
    if by is None:
        return (_routing(None, found),)
    names = Names(tx)
    for one in found:
        names.want(one.kept.source_id, "technicians", one.kept.technician_ref)
    groups: dict[str, list[_Course]] = defaultdict(list)
    for one in found:
        kept = one.kept
        if by is By.REASON and kept.technician_ref == kept.recommended_ref:
            continue
        who = names.of(kept.source_id, "technicians", kept.technician_ref) or kept.technician_ref
        words = {By.TECHNICIAN: who, By.QUEUE: kept.queue or "none", By.REASON: kept.reason or "nobody said why"}
        groups[words[by] or ""].append(one)
    return tuple(_routing(word, several) for word, several in sorted(groups.items()))


def _courses(tx: Tx, desk: ConfiguredDesk, period: Period, kept: Sequence[Kept]) -> Iterator[_Course]:
    names = {one.id: one.name for one in sources.all(tx)}
    moves = _moves(tx, kept)
    repeats = StoredFacts(tx, period, people=desk.roster).repeats if kept else {}
    for one in kept:
        after = moves.get((one.source_id, one.ticket_ref), ())
        is_moved = any(one.at < at <= one.at + SETTLED and who not in {None, one.technician_ref} for at, who in after)
        yield _Course(one, is_moved, (names.get(one.source_id, ""), one.ticket_ref) in repeats)


def _moves(tx: Tx, kept: Sequence[Kept]) -> Mapping[tuple[int, str], Sequence[tuple[datetime, str | None]]]:
    """Return when tickets were given to whom, by the vendor's history, by what we saw, and by later choices."""
    found: dict[tuple[int, str], list[tuple[datetime, str | None]]] = defaultdict(list)
    refs: dict[int, set[str]] = defaultdict(set)
    for one in kept:
        refs[one.source_id].add(one.ticket_ref)
        found[one.source_id, one.ticket_ref].append((one.at, one.technician_ref))
    for source_id, wanted in refs.items():
        for ref, at, after in bulk.select_in(tx, _MOVES, source_id, sorted(wanted)):
            if at is not None:
                found[source_id, ref].append((from_us(at), orjson.loads(after or "{}").get("assignee_ref")))
    return found


def _routing(of: str | None, several: Sequence[_Course]) -> Routing:
    ranked = [one for one in several if one.kept.recommended_ref is not None]
    taken = sum(one.kept.technician_ref == one.kept.recommended_ref for one in ranked)
    effective = sum(not (one.is_moved or one.is_repeat) for one in several)
    share = WHOLE * effective / len(several) if several else None
    return Routing(
        of=of,
        given=len(several),
        taken=taken,
        changed=len(ranked) - taken,
        unranked=len(several) - len(ranked),
        reassigned=sum(one.is_moved for one in several),
        repeats=sum(one.is_repeat for one in several),
        effective=effective,
        effectiveness=None if share is None else share.quantize(CENT, ROUND_HALF_UP),
    )
