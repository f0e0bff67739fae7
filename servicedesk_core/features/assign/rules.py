"""Who takes a ticket: gates first, then a score with its parts. Pure: the same input gives the same answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from servicedesk_core.domain import QueueKind
from servicedesk_core.features.skills import Certification, Skill, level_on

LEAST_SCORE: Final = Decimal(60)
LEAST_GAP: Final = Decimal(5)
"""What a first place must have, and be ahead by, before a rule takes it without a person."""

OUT: Final = "is out"
RESTS: Final = "rests until"
_ABSENT: Final = (OUT, RESTS)
"""How reasons begin that only those may read who may know who is out."""

LATE: Final = "cannot begin before it is due"

WHOLE: Final = Decimal(100)
CENT: Final = Decimal("0.01")
_MINUTE: Final = timedelta(minutes=1)
_CLOSEST: Final = 0.7
"""What a skill counts at least, however far somebody is above what is needed."""
_EVER: Final = datetime.min.replace(tzinfo=UTC)


class Part(StrEnum):
    """A part of a score."""

    SKILL = "skill"
    """The closest sufficient match counts most, so that seniors stay free."""
    START = "start"
    """How soon they can begin, by how soon they must."""
    LOAD = "load"
    """How much of their time is free."""
    TRAVEL = "travel"
    """How near they are, for work on site."""
    CONTINUITY = "continuity"
    """Whether they know the ticket or the client."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides for a queue.

    Attributes:
        weights: How much each part counts, of the sum of all.
        most_open: Who has so many open tickets gets no more.
        least_left: So much of a shift must be left.
        window: How far ahead load and slots are looked at.
    """

    weights: Mapping[Part, Decimal] = field(
        default_factory=lambda: {
            Part.SKILL: Decimal(40),
            Part.START: Decimal(20),
            Part.LOAD: Decimal(20),
            Part.TRAVEL: Decimal(10),
            Part.CONTINUITY: Decimal(10),
        }
    )
    most_open: int = 20
    least_left: timedelta = timedelta(minutes=60)
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a ticket requires.

    Attributes:
        skills: The lowest level of each skill.
        certifications: Those that must be valid at the planned start.
        is_onsite: Whether somebody has to go there.
        territory: Where that is; ``None`` = nobody said.
        languages: Languages that whoever takes it must speak.
        preferred: Whom the client prefers.
        excluded: Whom the client does not want.
        work: How long it will take.
        usual: By what that is known, where nobody said it of the ticket itself; empty = somebody did, or nobody knows.
        queue_kind: What its queue is for.
        due_at: When work on it must begin; ``None`` = nobody promised anything.
    """

    skills: Mapping[str, int] = field(default_factory=dict)
    certifications: tuple[str, ...] = ()
    is_onsite: bool = False
    territory: str | None = None
    languages: tuple[str, ...] = ()
    preferred: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    work: timedelta = timedelta()
    usual: str = ""
    queue_kind: QueueKind | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician as they stand for a ticket.

    Attributes:
        id: What tells them from everybody else.
        name: Their name in the definitions.
        shown: What people call them; empty = as definitions do.
        is_active: Whether they work here.
        queues: Kinds of queues that their job works; nothing = all.
        skills: Their skills.
        certifications: What they have proved.
        languages: What they speak.
        territories: Where they go; nothing = everywhere.
        is_out: Whether they are out now.
        rests_until: Until when they rest after work at night; ``None`` = they do not rest now.
        left: How much of their shift is free yet.
        starts_at: When they can begin; ``None`` = not as far as was looked.
        load: Committed by available hours.
        open_tickets: How many open tickets they have.
        travel: How long they need to get there; ``None`` = nobody knows.
        continuity: 1 = they had this ticket, or one of its family; 0.5 = they worked for the client lately; else 0.
        assigned_at: When they were given a ticket last.
    """

    id: str
    name: str
    shown: str = ""
    is_active: bool = True
    queues: tuple[QueueKind, ...] = ()
    skills: Mapping[str, Skill] = field(default_factory=dict)
    certifications: Mapping[str, Certification] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    is_out: bool = False
    rests_until: datetime | None = None
    left: timedelta = timedelta()
    starts_at: datetime | None = None
    load: float = 0.0
    open_tickets: int = 0
    travel: timedelta | None = None
    continuity: float = 0.0
    assigned_at: datetime | None = None

    @property
    def called(self) -> str:
        """What people call them."""
        return self.shown or self.name


@dataclass(frozen=True, slots=True)
class Scored:
    """A technician who can take a ticket.

    Attributes:
        who: Who.
        score: From 0 to 100.
        parts: What each part adds; one that is missing was left out.
    """

    who: Candidate
    score: Decimal
    parts: Mapping[Part, Decimal]


@dataclass(frozen=True, slots=True)
class Refused:
    """A technician who cannot take it.

    Attributes:
        who: Who.
        reasons: Every reason, in words.
    """

    who: Candidate
    reasons: tuple[str, ...]

    def said(self, *, tells_absences: bool) -> tuple[str, ...]:
        """Return the reasons as somebody may read them who may know, or not, who is out."""
        return tuple("is not free" if one.startswith(_ABSENT) and not tells_absences else one for one in self.reasons)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who can take a ticket, the best first, and who cannot.

    Attributes:
        ranked: The best first.
        refused: The others.
        is_at_risk: Whether nobody can begin before it is due, so that this refused nobody.
        left_out: Parts of the score that were left out, with why.
    """

    ranked: tuple[Scored, ...]
    refused: tuple[Refused, ...]
    is_at_risk: bool = False
    left_out: Mapping[Part, str] = field(default_factory=dict)

    @property
    def is_certain(self) -> bool:
        """Whether a rule may take the first without a person: it is good, and ahead, or the tie rule decides."""
        if not self.ranked or self.ranked[0].score < LEAST_SCORE:
            return False
        gap = self.ranked[0].score - self.ranked[1].score if len(self.ranked) > 1 else WHOLE
        return gap >= LEAST_GAP or gap == 0


def rank(demand: Demand, candidates: Iterable[Candidate], limits: Limits, now: datetime, zone: tzinfo = UTC) -> Ranking:
    """Return who can take a ticket, the best first, and who cannot, with every reason.

    Args:
        demand: What it requires.
        candidates: Who might.
        limits: What decides for its queue.
        now: The present instant.
        zone: Where days begin on which skills and certifications end.
    """
    refused, fit = [], []
    for one in sorted(candidates, key=lambda one: one.id):
        reasons = (*_lacking(demand, one, now, zone), *_unfit(demand, one, limits, zone))
        if reasons:
            refused.append(Refused(one, reasons))
        else:
            fit.append(one)
    timely = [one for one in fit if _is_timely(demand, one)]
    is_at_risk = bool(fit) and not timely
    if not is_at_risk:
        refused += [Refused(one, (LATE,)) for one in fit if not _is_timely(demand, one)]
        fit = timely
    left_out = _left_out(demand, fit)
    weights = {part: weight for part, weight in limits.weights.items() if part not in left_out}
    scored = [_scored(demand, one, weights, limits, now) for one in fit]
    scored.sort(key=lambda one: (-one.score, one.who.assigned_at or _EVER, one.who.id))
    return Ranking(tuple(scored), tuple(sorted(refused, key=lambda one: one.who.id)), is_at_risk, left_out)


def _lacking(demand: Demand, one: Candidate, now: datetime, zone: tzinfo) -> Iterator[str]:
    """Yield what somebody would have to know, hold or speak when the work begins."""
    day = (one.starts_at or now).astimezone(zone).date()
    for skill, level in sorted(demand.skills.items()):
        has = level_on(one.skills.get(skill), day)
        if has < level:
            held = one.skills.get(skill)
            ended = held is not None and held.level >= level
            yield f"{skill} ended on {held.valid_to}" if ended and held else f"{skill} {level} (has {has or 'none'})"
    for name in demand.certifications:
        proof = one.certifications.get(name)
        if proof is None:
            yield f"not certified: {name}"
        elif not proof.is_valid(day):
            ended = proof.valid_to is not None and proof.valid_to < day
            yield f"{name} ends on {proof.valid_to}" if ended else f"{name} begins on {proof.valid_from}"
    for language in demand.languages:
        if language not in one.languages:
            yield f"does not speak {language}"


def _unfit(demand: Demand, one: Candidate, limits: Limits, zone: tzinfo) -> Iterator[str]:
    """Yield why somebody cannot take it, whatever they know."""
    if not one.is_active:
        yield "works here no more"
    if one.queues and demand.queue_kind is not None and demand.queue_kind not in one.queues:
        yield f"does not work {demand.queue_kind} queues"
    if one.is_out:
        yield OUT
    elif one.rests_until is not None:
        yield f"{RESTS} {one.rests_until.astimezone(zone):%Y-%m-%d %H:%M} after work at night"
    elif one.left < limits.least_left and one.starts_at is None:
        yield f"{one.left // _MINUTE} min of shift left"
    if one.open_tickets >= limits.most_open:
        yield f"has {one.open_tickets} open tickets"
    if one.name in demand.excluded:
        yield "excluded by the client"
    if demand.is_onsite and demand.territory and one.territories and demand.territory not in one.territories:
        yield f"does not go to {demand.territory}"


def _is_timely(demand: Demand, one: Candidate) -> bool:
    return demand.due_at is None or (one.starts_at is not None and one.starts_at < demand.due_at)


def _left_out(demand: Demand, fit: Sequence[Candidate]) -> Mapping[Part, str]:
    if not demand.is_onsite or all(one.travel is not None for one in fit):
        return {}
    unknown = [one.called for one in fit if one.travel is None]
    nowhere = "nobody said where that is, or where people set out from"
    why = f"no way is known for {', '.join(unknown)}" if len(unknown) < len(fit) else nowhere
    return {Part.TRAVEL: f"travel does not count: {why}"}


def _scored(demand: Demand, one: Candidate, weights: Mapping[Part, Decimal], limits: Limits, now: datetime) -> Scored:
    values = _values(demand, one, limits, now)
    whole = sum(weights.values()) or Decimal(1)
    points = {part: WHOLE * weight * Decimal(repr(values[part])) / whole for part, weight in weights.items()}
    score = sum(points.values(), Decimal()).quantize(CENT, ROUND_HALF_UP)
    return Scored(one, score, {part: each.quantize(CENT, ROUND_HALF_UP) for part, each in points.items()})


def _values(demand: Demand, one: Candidate, limits: Limits, now: datetime) -> Mapping[Part, float]:
    """Return each part, from 0 to 1."""
    surplus = [one.skills[name].level - level for name, level in demand.skills.items()]
    matches = [max(_CLOSEST, 1 - 0.1 * more) for more in surplus]
    left = limits.window if demand.due_at is None or demand.due_at <= now else demand.due_at - now
    wait = left if one.starts_at is None else one.starts_at - now
    return {
        Part.SKILL: sum(matches) / len(matches) if matches else 1.0,
        Part.START: _inside(1 - wait / left),
        Part.LOAD: 1 - _inside(one.load),
        Part.TRAVEL: 1.0
        if not demand.is_onsite or one.travel is None
        else 1 - _inside(one.travel / timedelta(hours=1)),
        Part.CONTINUITY: 1.0 if one.name in demand.preferred else one.continuity,
    }


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))


def requires(demand: Demand) -> str:
    """Return what a ticket requires, in words."""
    words = [f"{name} {level}" for name, level in sorted(demand.skills.items())]
    words += [*demand.certifications, *demand.languages]
    if demand.is_onsite:
        words.append("on site" + (f" in {demand.territory}" if demand.territory else ""))
    said = f"requires {', '.join(words)}" if words else "requires nothing in particular"
    return f"{said}; {demand.usual}" if demand.usual else said
