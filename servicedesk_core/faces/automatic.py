"""Automatic acts: what a feature can do without being asked, when a standing approval lets it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces.measure import Period
from servicedesk_core.faces.reference import named

Facts = Mapping[str, tuple[str, ...]]
"""What an approval's scope is held against: ``client``, ``queue``, ``priority`` …, each with all words that mean it,
such as its name and :func:`id_of`; a fact that is not there is in no scope that asks for it."""


def id_of(connection: str, ref: str) -> str:
    """Return how a scope names a record by the vendor's id: ``psa/29``. Two vendors may have the same ids."""
    return f"{connection}/{ref}"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that an automatic act would do, with why.

    Attributes:
        intent: What would be written. Its ``request_id`` says what it is about, so that to suggest the same again, or
            in two processes, is one write.
        facts: See :data:`Facts`.
        reasons: Why this, in sentences.
        rejected: What else was looked at, each with why not.
        then: What is to follow it, each sent once its vendor has it, such as a note; approved with it.
        at: When it would have been done; only of a period that is over.

    Raises:
        ValueError: The intent has no ``request_id``.
    """

    intent: Intent
    facts: Facts
    reasons: tuple[str, ...]
    rejected: tuple[str, ...] = ()
    then: tuple[Intent, ...] = ()
    at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.intent.request_id:
            msg = "a suggestion needs a request_id: it is made again until it is done"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Moot:
    """An automatic act that nobody wants any more, such as to close a ticket that was reopened meanwhile.

    Attributes:
        why: What happened, in a sentence.
    """

    why: str


@dataclass(frozen=True, slots=True)
class AutomaticAct:
    """An act that a feature can do without being asked. Nothing of it is imported before it is used.

    Attributes:
        name: Its name, two words joined with a dot, such as ``assignment.assign``.
        about: What it does, in a sentence without a subject.
        kinds: The kinds of writes that it proposes; an approval of it covers no other.
        suggests: Where the function is that says what it would do now, ``module:function``; given a transaction, the
            desk and the present, it yields :class:`Suggestion`.
        past: Where the function is that says what it would have done, given a transaction, the desk and a
            :class:`~servicedesk_core.faces.Period`; each suggestion says when.
        still: Where the function is that looks once more in the transaction that sends. Given that transaction, the
            write (:class:`servicedesk_core.store.outbox.StoredWrite`) and the present it returns the facts as they are
            now, or :class:`Moot`.
        rules: Kinds of definitions that it goes by; whoever wrote one grants it no approval where four eyes are on.
        by_job: Whether the job ``standing`` does it; else a job of its feature does, through
            :meth:`servicedesk_core.outbox.writes.Writes.act`.
        bars: Where the function is that says why nobody may let it now, whatever its scope; given a transaction and the
            present. Empty = there is none.
    """

    name: str
    about: str
    kinds: tuple[str, ...]
    suggests: str
    past: str
    still: str
    rules: tuple[str, ...] = field(default=())
    by_job: bool = True
    bars: str = ""

    def suggestions(self, tx: Any, desk: Any, now: datetime) -> Iterable[Suggestion]:
        """Return what it would do now."""
        suggests: Callable[[Any, Any, datetime], Iterable[Suggestion]] = named(self.suggests)
        return suggests(tx, desk, now)

    def in_past(self, tx: Any, desk: Any, period: Period) -> Iterable[Suggestion]:
        """Return what it would have done within a period."""
        past: Callable[[Any, Any, Period], Iterable[Suggestion]] = named(self.past)
        return past(tx, desk, period)

    def barred(self, tx: Any, now: datetime) -> str | None:
        """Return why nobody may let it now, in a sentence; ``None`` = somebody may."""
        bars: Callable[[Any, datetime], str | None] = named(self.bars) if self.bars else lambda _tx, _now: None
        return bars(tx, now)

    def facts_now(self, tx: Any, write: Any, now: datetime) -> Facts | Moot:
        """Return the facts of a write of it as they are now, or why nobody wants it any more."""
        still: Callable[[Any, Any, datetime], Facts | Moot] = named(self.still)
        return still(tx, write, now)
