"""What a standing approval would have let within a period: its scope and its limits, held against suggestions. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from operator import itemgetter
from typing import Final

from servicedesk_core.faces import Suggestion
from servicedesk_core.features.standing.model import Rehearsal, Would
from servicedesk_core.features.standing.rules import Granted

DAYS: Final = 30
"""So many days back a rehearsal goes."""

_KEPT: Final = 500
"""So many of its newest rows a rehearsal shows; `servicedesk standing suggestions --last` lists all."""


def scope_text(scope: dict[str, tuple[str, ...]]) -> str:
    """Return what a standing approval is limited to, for people."""
    return "; ".join(f"{fact} {' or '.join(words)}" for fact, words in scope.items())


def would(act: str, one: Suggestion, covered: str) -> Would:
    """Return a suggestion as a list shows it."""
    client = next(iter(one.facts.get("client", ())), "")
    intent = one.intent
    return Would(
        act, one.at, intent.label, client, intent.kind, dict(intent.values), one.reasons, one.rejected, covered
    )


def rehearsed(one: Granted, suggestions: Iterable[Suggestion], days: int = DAYS) -> Rehearsal:
    """Return what an approval would have let; limits count as they do when it acts.

    How much one run may have approved is left out: how often the act ran, nobody knows of the past.
    """
    dated = [(each.at, each) for each in suggestions if each.at is not None]
    dated.sort(key=itemgetter(0))
    done: list[datetime] = []
    rows: list[Would] = []
    full: set[date] = set()
    covered = 0
    for at, each in dated:
        told = one.outside(each.facts)
        if told is None:
            covered += 1
            if (told := _full(one, done, at)) is None:
                done.append(at)
            else:
                full.add(at.date())
        rows.append(would(one.approval.act, each, told or one.approval.name))
    scope = scope_text(one.approval.scope)
    return Rehearsal(one.approval.act, days, scope, len(dated), covered, len(done), len(full), tuple(rows[-_KEPT:]))


def _full(one: Granted, done: list[datetime], at: datetime) -> str | None:
    for (span, most), name in zip(one.ruling.windows, ("an hour", "a day"), strict=True):
        if len(done) - bisect_right(done, at - span) >= most:
            return f"Its limit of {most:,} in {name} was reached."
    return None
