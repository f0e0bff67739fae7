"""How far a store is, and what it is all judged by: whatever is held of it depends on both."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import func, select

from servicedesk_core.config.people import Colleague
from servicedesk_core.domain import StatusCategory
from servicedesk_core.features.parts import promised_days
from servicedesk_core.features.tickets import OPEN
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.meta import STORE_ID
from servicedesk_core.store.schema import (
    RECORDS,
    audit,
    changes,
    consumers,
    definitions,
    sla_evaluation,
    store_meta,
)

_T = RECORDS["tickets"].c
_D = definitions.c
_JUDGING = "sla"


class Stamp(NamedTuple):
    """How far a store is.

    Attributes:
        by: What all is judged by: the store, its definitions, those of them that hold, the people, the zone.
        head: Position of the newest change.
        settled: Up to which change clocks were judged.
        acts: Number of the newest record of the audit trail.
        is_settled: Whether clocks are not just being judged anew, all of them.
    """

    by: tuple[Any, ...]
    head: int
    settled: int
    acts: int
    is_settled: bool

    def goes_on_from(self, before: "Stamp") -> bool:
        """Whether only records changed since."""
        return self.by == before.by

    def has_moved_from(self, before: "Stamp") -> bool:
        """Whether anything happened since."""
        return (self.head, self.settled, self.acts) != (before.head, before.settled, before.acts)


def stamp(tx: Tx, at: datetime, zone: tzinfo, persons: Mapping[str, Colleague]) -> Stamp:
    """Return how far the store is that a transaction sees, and what all is judged by at an instant."""
    store, head, acts, judged, version, holding, *evaluation = tx.execute(_query(at)).one()
    under = tuple(evaluation)
    is_settled = evaluation[2] is None
    known = tuple((one.id, one.name) for one in sources.all(tx))
    settled = head if judged is None else min(head, judged)
    return Stamp((store, version, holding, under, known, zone, dict(persons)), head, settled, acts, is_settled)


def _query(at: datetime) -> Any:
    e = sla_evaluation.c
    return select(
        select(store_meta.c.value).where(store_meta.c.key == STORE_ID).scalar_subquery(),
        select(func.coalesce(func.max(changes.c.seq), 0)).scalar_subquery(),
        select(func.coalesce(func.max(audit.c.seq), 0)).scalar_subquery(),
        select(consumers.c.seq).where(consumers.c.name == _JUDGING).scalar_subquery(),
        select(func.coalesce(func.max(_D.version), 0)).scalar_subquery(),
        select(func.count()).select_from(definitions).where(_D.effective_from <= at).scalar_subquery(),
        *(select(one).scalar_subquery() for one in (e.definitions, e.turned_at, e.done_through, e.at)),
    )


def part_days(tx: Tx) -> Mapping[int, date]:
    """Return when the parts shall be here that are ordered for open tickets which wait for one, by their numbers."""
    query = select(_T.local_id, _T.source_id, _T.external_id, _T.created_at)
    waiting = tx.execute(query.where(*OPEN, _T.status_category == StatusCategory.WAITING_PARTS.value)).all()
    if not waiting:
        return {}
    names = {one.id: one.name for one in sources.all(tx)}
    ids = {(names[source], ref): local_id for local_id, source, ref, _ in waiting}
    created = {(names[source], ref): None if at is None else from_us(at) for _, source, ref, at in waiting}
    return {ids[key]: day for key, day in promised_days(tx, created).items()}
