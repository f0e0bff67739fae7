"""Who takes which tickets, one after the other: what was given away counts for the next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from servicedesk_core.features.assign.bench import Bench, Person
from servicedesk_core.features.assign.model import Given, Rated
from servicedesk_core.features.assign.rules import Candidate, Part, Ranking, Scored
from servicedesk_core.features.assign.tables.wanted import Asked
from servicedesk_core.features.tickets import TicketRow

_FEW = 3
"""So many who cannot take a ticket are told beside it; the others are in its own list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A ticket, who could take it, and who does.

    Attributes:
        asked: The ticket.
        ranking: Who could, and who cannot.
        taker: Who does; ``None`` = nobody.
        problem: Why nobody does, or what speaks against whom somebody named; empty = nothing.
        is_possible: Whether it can be done.
    """

    asked: Asked
    ranking: Ranking
    taker: Person | None
    problem: str = ""
    is_possible: bool = True

    @property
    def score(self) -> Decimal | None:
        """What whoever takes it comes to."""
        found = (one.score for one in self.ranking.ranked if self.taker and one.who.id == self.taker.key[1])
        return next(found, None)

    @property
    def ahead(self) -> Decimal | None:
        """How far whoever takes it is ahead of the best of the others; less than nothing = behind."""
        others = [one.score for one in self.ranking.ranked if self.taker is None or one.who.id != self.taker.key[1]]
        return None if self.score is None or not others else self.score - max(others)


def chosen(
    bench: Bench,
    asked: Asked,
    *,
    tells_absences: bool,
    named: Person | None = None,
    is_named: bool = False,
    takes_over: bool = False,
) -> Choice:
    """Return who takes a ticket, and give it to them on the bench.

    Args:
        bench: Everybody.
        asked: The ticket.
        tells_absences: Whether whoever looks may know who is out.
        named: Whom somebody named: they get it, whatever speaks against it; ``None`` = nobody shall have it.
        is_named: Whether somebody said who.
        takes_over: Whether also a ticket that somebody works on goes to another one.
    """
    ranking = bench.ranking(asked.wanted)
    if is_named:
        ref = None if named is None else named.key[1]
        against = next((one.said(tells_absences=tells_absences) for one in ranking.refused if one.who.id == ref), ())
        choice = Choice(asked, ranking, named, f"against it: {', '.join(against)}" if against else "")
    elif asked.is_begun and not takes_over:
        text = "in progress: only somebody whom you name with --to takes it over"
        return Choice(asked, ranking, None, text, is_possible=False)
    elif not ranking.ranked:
        return Choice(
            asked,
            ranking,
            None,
            f"nobody can take it: {told(ranking, tells_absences=tells_absences)}",
            is_possible=False,
        )
    else:
        choice = Choice(asked, ranking, bench.person(asked.wanted, ranking.ranked[0].who))
    if choice.taker is not None:
        bench.give(choice.taker.key, asked.wanted.demand.work)
    return choice


def told(ranking: Ranking, *, tells_absences: bool) -> str:
    """Return why nobody can take a ticket, in words, the commonest reason first.

    Args:
        ranking: Who cannot.
        tells_absences: Whether whoever looks may know who is out.
    """
    counts: dict[str, list[str]] = {}
    for one in ranking.refused:
        counts.setdefault(one.said(tells_absences=tells_absences)[0], []).append(one.who.called)
    several = sorted(counts.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    words = [
        f"{', '.join(names)} {reason}" if len(names) <= _FEW else f"{len(names)}: {reason}" for reason, names in several
    ]
    return "; ".join(words[:_FEW]) + (f"; and {len(words) - _FEW} more reasons" if len(words) > _FEW else "") or (
        "the desk knows no technician there"
    )


def rated(choice: Choice, bench: Bench, *, tells_absences: bool) -> Sequence[Rated]:
    """Return everybody as they stand for a ticket, the best first, and then who cannot take it.

    Args:
        choice: The ticket.
        bench: Everybody.
        tells_absences: Whether whoever looks may know who is out.
    """
    wanted = choice.asked.wanted
    left_out = "; ".join(filter(None, (*choice.ranking.left_out.values(), wanted.demand.usual)))
    rows = [
        _rated(bench.person(wanted, one.who), one.who, number, one, why=left_out if number == 1 else "")
        for number, one in enumerate(choice.ranking.ranked, 1)
    ]
    for one in choice.ranking.refused:
        who = one.who if tells_absences else replace(one.who, starts_at=None)
        rows.append(_rated(bench.person(wanted, who), who, why="; ".join(one.said(tells_absences=tells_absences))))
    return rows


def _rated(
    person: Person, who: Candidate, place: int | None = None, scored: Scored | None = None, *, why: str
) -> Rated:
    parts: Mapping[Part, Decimal] = {} if scored is None else scored.parts
    why = "; ".join(filter(None, (why, person.doubt)))
    return Rated(
        place=place,
        technician=person.shown,
        technician_ref=who.id,
        score=None if scored is None else scored.score,
        skill=parts.get(Part.SKILL),
        start=parts.get(Part.START),
        load=parts.get(Part.LOAD),
        travel=parts.get(Part.TRAVEL),
        continuity=parts.get(Part.CONTINUITY),
        starts_at=who.starts_at,
        open_tickets=who.open_tickets,
        why=why,
    )


def given(choice: Choice, row: TicketRow) -> Given:
    """Return a ticket with who takes it, as a list shows it.

    Args:
        choice: The choice.
        row: The ticket as lists show it.
    """
    return Given(
        connection=row.connection,
        external_id=row.external_id,
        number=row.number,
        title=row.title,
        company=row.company,
        priority=row.priority,
        due_at=choice.asked.wanted.demand.due_at,
        technician=choice.taker.shown if choice.taker else None,
        technician_ref=choice.taker.key[1] if choice.taker else None,
        score=choice.score,
        ahead=choice.ahead,
        work_s=int(choice.asked.wanted.demand.work.total_seconds()),
        is_at_risk=choice.ranking.is_at_risk,
        is_certain=choice.ranking.is_certain,
        why=choice.problem or why(choice),
    )


def why(choice: Choice) -> str:
    """Return why somebody takes a ticket, in a few words."""
    if choice.taker is None:
        return "nobody shall have it"
    count, first = len(choice.ranking.ranked), choice.score is not None and (choice.ahead or Decimal()) >= 0
    words = ["the only one who can" if count == 1 else f"first of {count}" if first else f"one of {count}"]
    if choice.ahead == 0:
        words.append("it was their turn")
    if choice.ranking.is_at_risk:
        words.append("nobody can begin before it is due")
    words += choice.ranking.left_out.values()
    words += filter(None, (choice.asked.wanted.demand.usual, choice.taker.doubt))
    return "; ".join(words)


def failed(row: Given, why_not: str) -> Given:
    """Return a ticket that could not be given away."""
    return replace(row, why=why_not, technician=None, technician_ref=None, score=None, ahead=None)
