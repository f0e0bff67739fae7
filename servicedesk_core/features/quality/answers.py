"""Which answers of surveys count, and what they say on one scale. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from servicedesk_core.faces import Case
from servicedesk_core.features.quality.kinds import Asks, Survey

FEWEST: Final = 5
"""Answers; by fewer nobody is judged, and of our people nothing is shown."""

NO_SCALE: Final = "no [surveys.NAME] says its scale"
UNANSWERED: Final = "without a score"
IMPOSSIBLE: Final = "impossible score"
AHEAD: Final = "answered in the future"
REPEATED: Final = "answered again"

_PROMOTER, _DETRACTOR = 9, 6


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a client.

    Attributes:
        record: The vendor's id, or ours.
        survey: Name of the survey.
        at: When it was given.
        score: What was chosen, on the survey's own scale.
        connection: Where it comes from; empty = from a file.
        contact: Who gave it.
        ticket: What it is about.
        question: What was asked, where the survey asks more than one thing.
        of: What it belongs to.
        person: The vendor's id of the technician who has the ticket.
    """

    record: str
    survey: str
    at: datetime
    score: Decimal | None
    connection: str = ""
    contact: str = ""
    ticket: str = ""
    question: str = ""
    of: Mapping[str, str | None] = field(default_factory=dict)
    person: str = ""


def cases(answers: Iterable[Answer], surveys: Iterable[Survey], asks: Asks, now: datetime) -> Iterator[Case]:
    """Yield the answers of a period to one question, the better the more above the line; others with why not.

    Of several of one contact about one thing the last one counts, so that nobody has more than one voice; of who
    names neither each one does.

    Args:
        answers: All answers of the period.
        surveys: Their scales, of several versions of one the oldest first: what was answered counts as it was asked.
        asks: What they were asked.
        now: When somebody looks.
    """
    return (_case(one, value, why) for one, value, why in _judged(answers, surveys, asks, now))


def counted(answers: Iterable[Answer], surveys: Iterable[Survey], asks: Asks, now: datetime) -> Iterator[Answer]:
    """Yield the answers that count; takes what :func:`cases` does."""
    return (one for one, _, why in _judged(answers, surveys, asks, now) if not why)


def _judged(
    answers: Iterable[Answer], surveys: Iterable[Survey], asks: Asks, now: datetime
) -> Iterator[tuple[Answer, float, str]]:
    scales = by_name(surveys)
    valid: list[tuple[Answer, Survey]] = []
    for one in answers:
        survey = scale_at(scales.get(one.survey.casefold(), ()), one.at)
        if survey is None:
            if asks is Asks.SATISFACTION:
                yield one, 0, NO_SCALE
        elif survey.asks is asks:
            if why := doubt(one.score, one.at, survey, now):
                yield one, 0, why
            else:
                valid.append((one, survey))
    last = {_voice(one): one for one, _ in sorted(valid, key=lambda each: (each[0].at, each[0].record))}
    for one, survey in valid:
        yield one, _value(one, survey), "" if last[_voice(one)] is one else REPEATED


def by_name(surveys: Iterable[Survey]) -> Mapping[str, Sequence[Survey]]:
    """Return the versions of surveys by name, in small letters."""
    found: dict[str, list[Survey]] = {}
    for one in surveys:
        found.setdefault(one.name.casefold(), []).append(one)
    return found


def scale_at(versions: Sequence[Survey], at: datetime) -> Survey | None:
    """Return the version of a survey that holds at an instant."""
    begun = (one for one in reversed(versions) if one.effective_from is None or one.effective_from <= at)
    return next(begun, None)


def doubt(score: Decimal | None, at: datetime, survey: Survey, now: datetime) -> str:
    """Return why an answer does not count whatever others say; empty = it may."""
    if score is None:
        return UNANSWERED
    if not survey.lowest <= score <= survey.highest:
        return IMPOSSIBLE
    return AHEAD if at > now else ""


def of_five(score: Decimal, survey: Survey) -> float:
    """Return a score on the scale from 1 to 5."""
    return float(1 + 4 * (score - survey.lowest) / (survey.highest - survey.lowest))


def repeats(answers: Sequence[Answer]) -> int:
    """Return how many of some answers are further ones of one contact about one thing."""
    return len(answers) - len({_voice(one) for one in answers})


def _value(one: Answer, survey: Survey) -> float:
    score = one.score or Decimal(0)
    if survey.asks is Asks.RECOMMENDATION:
        return (score >= _PROMOTER) - (score <= _DETRACTOR)
    return of_five(score, survey)


def _voice(one: Answer) -> tuple[str, ...]:
    whose = (one.survey.casefold(), one.connection, one.contact.strip().casefold(), one.ticket, one.question)
    return whose if one.contact or one.ticket else (*whose, one.record)


def _case(one: Answer, value: float, excluded: str) -> Case:
    return Case(one.record, value, 1, excluded, one.of, one.connection, one.person)
