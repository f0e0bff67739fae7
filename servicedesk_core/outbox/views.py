"""A write as people and programs see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from servicedesk_core.domain import REFERENCES, STREAMS
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Column, Page
from servicedesk_core.people import actor_in_words
from servicedesk_core.store import Tx, outbox, sources
from servicedesk_core.store.outbox import StoredWrite, WriteEvent, automatic
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.ownership import own_writes
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.wording import field_name, field_value, kind_in_words

_SHORT = 60
"""Characters of a field in a list."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a write.

    Attributes:
        field: Name of the field.
        before: The value that was read; ``None`` for a new record.
        after: The value that is wanted.
        theirs: The value that the vendor showed instead, when the write was refused for it.
        refused: Why the vendor left this field out, when it took others of the write.
        before_name: What people call it, when it is the id of something.
        after_name: Likewise.
        theirs_name: Likewise.
    """

    field: str
    before: Any
    after: Any
    theirs: Any = None
    before_name: str | None = None
    after_name: str | None = None
    theirs_name: str | None = None
    refused: str | None = None

    def __str__(self) -> str:
        text = f"{field_name(self.field)}={self.after_name or field_value(self.field, self.after)}"
        return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


@dataclass(frozen=True, slots=True)
class WriteView:
    """A write of the outbox."""

    id: Annotated[int, Column("Its number.", "No.", leads="writes.show")]
    version: Annotated[int, Column("What an approval is of: 1 as proposed, one more for each edit.", shown=False)]
    state: Annotated[WriteState, Column("Where it stands.")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    environment: Annotated[str, Column("`live` or `sandbox`.", shown=False)]
    tenant: Annotated[str, Column("The tenant behind the connection, as the vendor calls it.", shown=False)]
    kind: Annotated[str, Column("What is written and how; the grant that it needs.", "What", words=kind_in_words)]
    label: Annotated[str, Column("What people call the target.", "Target", cut=20)]
    target: Annotated[str | None, Column("The vendor's id of the record; `None` for a new one.", shown=False)]
    parent: Annotated[str | None, Column("The vendor's id of the parent record.", shown=False)]
    visibility: Annotated[str | None, Column("`internal` or `public` where that matters.", shown=False)]
    changes: Annotated[tuple[FieldChange, ...], Column("Its fields.", "Fields", cut=18, spare=3)]
    reason: Annotated[str, Column("Why, as the proposer gave it.", shown=False)]
    proposed_by: Annotated[str, Column("Who wanted it.", "By", spare=1, words=actor_in_words)]
    proposed_at: Annotated[datetime, Column("When.", "Proposed", spare=2)]
    decided_by: Annotated[str | None, Column("Who approved or discarded it last.", shown=False, words=actor_in_words)]
    decided_at: Annotated[datetime | None, Column("When.", shown=False)]
    attempts: Annotated[int, Column("How often sending began.", shown=False)]
    next_at: Annotated[datetime | None, Column("Not to be looked at before this.", shown=False)]
    waits_for: Annotated[
        int | None,
        Column(
            "Number of the write that must end first: an earlier one to the same thing, or one that it follows.",
            shown=False,
        ),
    ]
    followed_by: Annotated[
        tuple[int, ...], Column("Numbers of the writes that are sent once this one is.", shown=False)
    ]
    finished_at: Annotated[
        datetime | None, Column("When it was confirmed, partly applied, rejected or discarded.", shown=False)
    ]
    ref: Annotated[str | None, Column("The vendor's id of what was written.", shown=False)]
    moved_to: Annotated[
        str | None, Column("The vendor's id of the record that its record was merged into.", shown=False)
    ]
    warnings: Annotated[tuple[str, ...], Column("What the vendor or the desk added.", shown=False)]
    error_code: Annotated[str | None, Column("Code of the last error.", shown=False)]
    error: Annotated[str | None, Column("What is wrong.", "Problem", wraps=True)]
    hint: Annotated[str | None, Column("What to do about it.", shown=False)]
    candidates: Annotated[tuple[str, ...], Column("The vendor's ids that might be it, while in doubt.", shown=False)]
    reverts: Annotated[int | None, Column("Number of the write that this one takes back.", shown=False)]
    key: Annotated[str, Column("Id of the act, as it stands in the vendor's reference field or marker.", shown=False)]


WritePage = Page[WriteView]


@dataclass(frozen=True, slots=True)
class WriteDetail:
    """A write with what happened to it."""

    write: Annotated[WriteView, Column("The write.")]
    history: Annotated[tuple[WriteEvent, ...], Column("What happened, in order.")]
    act: Annotated[str | None, Column("The automatic act that proposed it; nothing = somebody did.")] = None
    reasons: Annotated[tuple[str, ...], Column("Why the automatic act did.")] = ()
    rejected: Annotated[tuple[str, ...], Column("What it looked at besides, each with why not.")] = ()


def views_of(
    tx: Tx, writes: Sequence[StoredWrite], sight: Sight | None = None, *, costs: bool = False
) -> tuple[WriteView, ...]:
    """Return writes as people see them, with names beside ids.

    Args:
        tx: Any transaction.
        writes: The writes.
        sight: The scope that they are seen in: references that lead out of it are empty, and ids of records that only
            might be the written one are left out.
        costs: Whether what things cost and earn may be seen; else such values are hidden.
    """
    followers: dict[int, list[int]] = {}
    for one in outbox.following(tx, [write.id for write in writes]):
        followers.setdefault(one.after or 0, []).append(one.id)
    if sight is not None:
        writes = [_seen(write, sight) for write in writes]
    known = {source.name: source for source in sources.all(tx)}
    versions = outbox.versions(tx, [write.id for write in writes])
    names = Names(tx)
    for write in writes:
        if source := known.get(write.connection):
            for field, stream in _references(write.kind).items():
                for values in (write.base, write.values, write.theirs or {}):
                    value = values.get(field)
                    names.want(source.id, stream, value if isinstance(value, str) else None)

    def name(write: StoredWrite, field: str, value: Any) -> str | None:
        stream, source = _references(write.kind).get(field), known.get(write.connection)
        if stream is None or source is None or not isinstance(value, str):
            return None
        return names.of(source.id, stream, value)

    def view(write: StoredWrite) -> WriteView:
        source, theirs = known.get(write.connection), write.theirs or {}
        fields = [*write.values, *(field for field in theirs if field not in write.values)]
        hidden = frozenset() if costs else _money(write.kind)
        return WriteView(
            id=write.id,
            version=versions.get(write.id, 1),
            state=write.state,
            connection=write.connection,
            environment=source.environment if source else "",
            tenant=(source.account_name or source.account or "") if source else "",
            kind=write.kind,
            label=write.label,
            target=write.target,
            parent=write.parent,
            visibility=write.visibility,
            changes=tuple(
                FieldChange(field, None, None, after_name="hidden", refused=write.unapplied.get(field))
                if field in hidden
                else FieldChange(
                    field=field,
                    before=write.base.get(field),
                    after=write.values.get(field),
                    theirs=theirs.get(field),
                    before_name=name(write, field, write.base.get(field)),
                    after_name=name(write, field, write.values.get(field)),
                    theirs_name=name(write, field, theirs.get(field)),
                    refused=write.unapplied.get(field),
                )
                for field in fields
            ),
            reason=write.reason,
            proposed_by=write.proposed_by,
            proposed_at=write.proposed_at,
            decided_by=write.decided_by,
            decided_at=write.decided_at,
            attempts=write.standing.attempt,
            next_at=write.next_at,
            waits_for=outbox.in_way(tx, write) if write.state is WriteState.QUEUED or _follows(write) else None,
            followed_by=tuple(followers.get(write.id, ())),
            finished_at=write.finished_at,
            ref=write.ref,
            moved_to=write.moved_to,
            warnings=write.warnings,
            error_code=write.error_code,
            error=write.error,
            hint=write.hint,
            candidates=write.candidates,
            reverts=write.reverts,
            key=write.key,
        )

    return tuple(view(write) for write in writes)


def detail_of(tx: Tx, number: int, scope: Scope | None = None, *, costs: bool = False) -> WriteDetail:
    """Return one write with what happened to it, and why it was proposed where an automatic act did.

    What such an act looked at besides is left out where a scope is: it may lie outside of it.
    """
    detail = WriteDetail(view_of(tx, number, scope, costs=costs), outbox.history(tx, number))
    kept = automatic.of(tx, number)
    if kept is None:
        return detail
    rejected = kept.rejected if scope is None else ()
    return replace(detail, act=kept.act, reasons=kept.reasons, rejected=rejected)


def view_of(tx: Tx, number: int, scope: Scope | None = None, *, costs: bool = False) -> WriteView:
    """Return one write as people see it.

    Args:
        tx: Any transaction.
        number: Its number.
        scope: The scope that it must be in.
        costs: Whether what things cost and earn may be seen.

    Raises:
        NotFoundLocallyError: There is none.
    """
    sight = None if scope is None else Sight(tx, scope)
    only = None if sight is None else own_writes(tx, sight)
    return views_of(tx, [outbox.get(tx, number, only)], sight, costs=costs)[0]


def after_act(tx: Tx, numbers: Iterable[int], scope: Scope | None) -> tuple[WriteView, ...]:
    """Return writes that an act was about as :func:`view_of` does, also those that left the scope by it.

    Args:
        tx: Any transaction.
        numbers: Their numbers.
        scope: The scope that they were in before.
    """
    sight = None if scope is None else Sight(tx, scope)
    return views_of(tx, [outbox.get(tx, number) for number in dict.fromkeys(numbers)], sight)


def asked_before(tx: Tx, request_id: str | None) -> WriteView | None:
    """Return the write that an act of a caller's own id became, if it was asked for before.

    Args:
        tx: Any transaction.
        request_id: The caller's id, if there is one.
    """
    number = outbox.asked_before(tx, request_id) if request_id else None
    return None if number is None else view_of(tx, number)


def _follows(write: StoredWrite) -> bool:
    return write.after is not None and write.state is WriteState.PROPOSED


@cache
def _money(kind: str) -> frozenset[str]:
    """Return the fields of a kind of writes that say what something costs or earns."""
    entity = STREAMS.get(kind.partition(".")[0])
    if entity is None or not entity.holds_costs:
        return frozenset()
    return frozenset(name for name in entity.model_fields if name.endswith(("cost", "price")))


def _seen(write: StoredWrite, sight: Sight) -> StoredWrite:
    stream = write.kind.partition(".")[0]
    if stream not in STREAMS:
        return replace(write, candidates=(), moved_to=None)

    def cleaned(values: dict[str, Any]) -> dict[str, Any]:
        return dict.fromkeys(values) | sight.state(values, stream)

    theirs = None if write.theirs is None else cleaned(write.theirs)
    return replace(
        write,
        values=cleaned(write.values),
        base=cleaned(write.base),
        theirs=theirs,
        candidates=(),
        moved_to=None,
    )


def _references(kind: str) -> dict[str, str]:
    stream = kind.partition(".")[0]
    return REFERENCES[stream] if stream in STREAMS else {}
