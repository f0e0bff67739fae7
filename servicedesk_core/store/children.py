"""Which parents were asked for their children: each again only when it may have others than before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, delete, func, literal, or_, select, true

from servicedesk_core.store import bulk
from servicedesk_core.store.schema import RECORDS, changes, children_read
from servicedesk_core.store.upserting import put

FOUND: Final = "found"
_READ: Final = children_read.c


@dataclass(frozen=True, slots=True)
class Kinship:
    """Which records are read below which others.

    Attributes:
        source_id: The connection.
        stream: Stream of the children.
        parents: Stream of the parents.
        reference: Field of a child that names its parent.
        moved_by: Columns of a parent that differ when its children may; one that it does not have is passed over.
        scope: What else decides which children there are; another one means to ask every parent again.
    """

    source_id: int
    stream: str
    parents: str
    reference: str
    moved_by: tuple[str, ...]
    scope: str = ""

    @property
    def mark(self) -> ColumnElement[str]:
        """What a parent says of itself now."""
        columns = [RECORDS[self.parents].c[name] for name in self.moved_by if name in RECORDS[self.parents].c]
        said = (literal(",") + func.coalesce(cast(column, Text), "") for column in columns)
        return reduce(lambda one, other: one + other, said, cast(literal(self.scope), Text))

    @property
    def _asked(self) -> ColumnElement[bool]:
        """What binds a row of the table to its parent."""
        return and_(
            _READ.source_id == self.source_id,
            _READ.stream == self.stream,
            _READ.parent_ref == RECORDS[self.parents].c.external_id,
        )

    @property
    def live(self) -> ColumnElement[bool]:
        """The condition of parents that there are."""
        table = RECORDS[self.parents].c
        return (table.source_id == self.source_id) & table.gone_at.is_(None)

    @property
    def is_open(self) -> ColumnElement[bool]:
        """The condition of open parents; all, where parents are not open or done."""
        table = RECORDS[self.parents].c
        return table.is_open if "is_open" in table else true()

    def is_unread(self, *, failed_before: datetime | None = None) -> ColumnElement[bool]:
        """Return the condition of parents whose children are to be read: never asked, or changed since.

        Args:
            failed_before: Leave out those that could not be asked at this instant or later.
        """
        settled = _READ.mark == self.mark
        if failed_before is not None:
            settled = or_(settled, and_(_READ.mark.is_(None), _READ.asked_at > failed_before))
        return ~select(_READ.source_id).where(self._asked, settled).correlate(RECORDS[self.parents]).exists()

    def is_due(self, before: datetime, *, open_only: bool) -> ColumnElement[bool]:
        """Return the condition of parents that were last asked before an instant.

        Args:
            before: The instant.
            open_only: Only open ones, where parents are open or done.
        """
        due = select(_READ.source_id).where(self._asked, _READ.asked_at < before)
        found = due.correlate(RECORDS[self.parents]).exists()
        return and_(found, self.is_open) if open_only else found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a parent answered.

    Attributes:
        mark: What it said of itself; ``None`` = it is to be asked again.
        outcome: See the column of this name.
        reason: Why there is no answer.
    """

    mark: str | None
    outcome: str
    reason: str | None = None


def some(tx: Connection, kin: Kinship, condition: ColumnElement[bool], limit: int) -> dict[str, str]:
    """Return live parents that meet a condition, each with its mark: open ones first, then those that changed last."""
    table = RECORDS[kin.parents].c
    first = (table.is_open.desc(),) if "is_open" in table else ()
    query = select(table.external_id, kin.mark).where(kin.live, condition)
    order = (*first, table.changed_at.desc(), table.local_id)
    return {row[0]: row[1] for row in tx.execute(query.order_by(*order).limit(limit))}


def counts(tx: Connection, kin: Kinship) -> tuple[int, int]:
    """Return how many live parents there are, and of how many of them the children are still to be read."""
    live = select(func.count()).select_from(RECORDS[kin.parents]).where(kin.live)
    unread = live.where(kin.is_unread())
    return tx.execute(live).scalar_one(), tx.execute(unread).scalar_one()


def have_news(tx: Connection, kin: Kinship, after_seq: int) -> bool:
    """Return whether the changes feed names any of the parents after a position."""
    mine = (changes.c.entity == kin.parents) & (changes.c.source_id == kin.source_id)
    query = select(literal(1)).where(changes.c.seq > after_seq, mine).limit(1)
    return tx.execute(query).one_or_none() is not None


def note(tx: Connection, kin: Kinship, answers: Mapping[str, Answer], now: datetime) -> None:
    """Note what parents answered."""
    for parent, answer in answers.items():
        row = {"source_id": kin.source_id, "stream": kin.stream, "parent_ref": parent, "asked_at": now}
        put(tx, children_read, {**row, "mark": answer.mark, "outcome": answer.outcome, "reason": answer.reason})


def forget(tx: Connection, kin: Kinship, parents: Collection[str]) -> None:
    """Forget that parents were asked."""
    mine = (_READ.source_id == kin.source_id) & (_READ.stream == kin.stream)
    tx.execute(delete(children_read).where(mine, _READ.parent_ref.in_(parents)))


def orphaned(tx: Connection, kin: Kinship, limit: int) -> list[str]:
    """Return parents that were asked and are gone since."""
    table = RECORDS[kin.parents].c
    query = select(table.external_id).where(
        table.source_id == kin.source_id,
        table.gone_at.is_not(None),
        select(_READ.source_id).where(kin._asked).correlate(RECORDS[kin.parents]).exists(),  # noqa: SLF001
    )
    return list(tx.execute(query.limit(limit)).scalars())


def below(tx: Connection, kin: Kinship, parents: Collection[str]) -> dict[str, set[str]]:
    """Return the live children that the store holds of each parent."""
    query = (
        f"SELECT {kin.reference}, external_id FROM {RECORDS[kin.stream].name} "  # noqa: S608
        f"WHERE source_id = {{source}} AND {kin.reference} IN {{values}} AND gone_at IS NULL"
    )
    found: dict[str, set[str]] = {parent: set() for parent in parents}
    for parent, external_id in bulk.select_in(tx, query, kin.source_id, parents):
        found[parent].add(external_id)
    return found


def not_answered(tx: Connection, source_id: int) -> dict[str, int]:
    """Return, by stream of children, how many parents gave no answer the last time."""
    query = select(_READ.stream, func.count()).where(_READ.source_id == source_id, _READ.outcome != FOUND)
    return {row[0]: row[1] for row in tx.execute(query.group_by(_READ.stream))}
