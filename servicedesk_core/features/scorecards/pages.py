"""Cards and the page for a talk: in a terminal, and as one self-contained page for a browser and for paper."""

from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Narrow, Terminal, Verdict
from servicedesk_core.faces.html import render
from servicedesk_core.features.kpi import unit
from servicedesk_core.features.scorecards.model import (
    Agreed,
    Card,
    CardPage,
    CoachingSheet,
    Difference,
    Kind,
    Line,
    Moved,
    WordKind,
)
from servicedesk_core.wording import counted, plain, rounded

_SAID: Final = {
    Verdict.MET: "met",
    Verdict.MISSED: "missed",
    Verdict.NO_GOAL: "",
    Verdict.NO_DATA: "no data",
    Verdict.TOO_FEW: "too few",
    Verdict.UNKNOWN: "unknown",
}
_HOURS: Final = 3
_PAGE: Final = "servicedesk_core.features.scorecards/"


def cards(terminal: Terminal, page: CardPage) -> None:
    """Print the cards: one of somebody with all that it says, several as a list below the team's."""
    lines = {card: [line for line in page if _is_of(line, card)] for card in page.cards}
    people = [card for card in page.cards if card.kind is Kind.TECHNICIAN]
    for card in page.cards:
        if card.kind is not Kind.TECHNICIAN or len(people) == 1:
            _card(terminal, card, lines[card], page.timezone)
            terminal.line()
    if len(people) > 1:
        rows = [
            (card.person, state(card), percent(card.score), percent(card.individual), percent(card.mean),
             change(card.slope), _shown(card))
            for card in people
        ]  # fmt: skip
        columns = ("Who", "State", "Score", "Own figures", "4 weeks", "A week", "Published")
        terminal.table(columns, rows, title=f"Cards of {page.week}")
        terminal.say("`servicedesk scorecards show NAME` shows one.")
    if not page.cards:
        terminal.say("There is no card that you see.")


def html(page: CardPage) -> str:
    """Return the cards as HTML text."""
    shown = [(card, [line for line in page if _is_of(line, card)]) for card in page.cards]
    return render(f"{_PAGE}cards.html", page=page, shown=shown, **_words(page.timezone))


def sheet(terminal: Terminal, page: CoachingSheet) -> None:
    """Print the page for a talk."""
    terminal.line(heading(page.card, page.timezone))
    terminal.line(scores(page.card))
    terminal.line()
    terminal.line("What was agreed last")
    for one in page.agreed:
        terminal.line(f"  {one.word.week}: {one.word.text}")
        terminal.line(f"    {became(one)}")
    if not page.agreed:
        terminal.line("  Nothing.")
    terminal.line()
    terminal.line("Three facts")
    for number, line in enumerate(page.facts, 1):
        terminal.line(f"  {number}. {fact(line)}")
        if line.records:
            terminal.line(f"     {records(line)}")
    if not page.facts:
        terminal.line("  No figure of this week counts yet.")
    terminal.line()
    terminal.line("Agreed and said about this card")
    for word in page.words:
        aim = f" ({word.figure})" if word.figure else ""
        kind = "agreed" if word.kind is WordKind.AGREEMENT else f"{word.author} said"
        terminal.line(f"  {kind}{aim}: {word.text}")
    if not page.words:
        terminal.line("  Nothing yet.")


def sheet_html(page: CoachingSheet) -> str:
    """Return the page for a talk as HTML text: one sheet of paper, with room to write."""
    return render(f"{_PAGE}sheet.html", page=page, card=page.card, **_words(page.timezone))


def value(number: float | None, of: str) -> str:
    """Return a number with its unit."""
    return "" if number is None else f"{rounded(number)}{unit(of)}"


def percent(number: float | None) -> str:
    """Return a score."""
    return "" if number is None else f"{number:.2f}"


def change(number: float | None) -> str:
    """Return a change with its sign."""
    return "" if number is None else f"{number:+.2f}"


def state(card: Card) -> str:
    """Return which version of a card it is."""
    kind = "final" if card.is_final else "provisional"
    return f"{kind}, version {card.version}"


def heading(card: Card, zone: str) -> str:
    """Return what a card is of, and from when."""
    when = plain(card.issued_at, ZoneInfo(zone))
    return f"{card.person}, {card.week}: {state(card)}, issued on {when}"


def scores(card: Card) -> str:
    """Return the score of a card, and where it comes from."""
    if card.score is None:
        return "No score: its figures are those of an instant." if card.kind is Kind.COORDINATOR else "No score yet."
    told = [f"Score {percent(card.score)}"]
    if card.team is not None:
        told.append(f"own figures {percent(card.individual)}, the team's {percent(card.team)}")
    if card.mean is not None:
        told.append(f"mean of the weeks before {percent(card.mean)}")
    if card.slope is not None:
        told.append(f"{change(card.slope)} a week")
    return "; ".join(told)


def goal(line: Line) -> str:
    """Return what was wanted."""
    return "" if line.goal is None else f"{line.goal}{unit(line.unit)}"


def way(line: Line) -> str:
    """Return which way a figure went, from where."""
    return "" if line.trend is None else f"{line.trend.value} from {value(line.before, line.unit)}"


def spread(line: Line) -> str:
    """Return how a figure is spread over the team."""
    if line.low is None:
        return "too few people to tell" if line.people else ""
    quarters = " / ".join(rounded(one) for one in (line.low, line.middle, line.high) if one is not None)
    return f"{quarters}{unit(line.unit)} ({counted(line.people or 0, 'person', 'people')})"


def outside(line: Line) -> str:
    """Return how long a figure was not what is wanted, and at which hours of the day most of all."""
    if not line.minutes_outside:
        return "" if line.minutes_outside is None else "0 min"
    worst = sorted(line.minutes_by_hour.items(), key=lambda one: (-one[1], one[0]))[:_HOURS]
    hours = ", ".join(f"{hour}:00 {minutes:,.0f}" for hour, minutes in sorted(worst))
    return f"{line.minutes_outside:,.0f} min ({hours})"


def records(line: Line) -> str:
    """Return the records that keep a figure from being better; several, such as entries, may be of one ticket."""
    behind = counted(line.against, "record")
    if not line.records:
        return behind if line.against else ""
    named = ", ".join(line.records)
    return f"{named} ({behind})" if line.against > len(line.records) else named


def fact(line: Line) -> str:
    """Return a figure as a sentence in a talk."""
    wanted = f", wanted {goal(line)}" if line.goal else ""
    went = f", {way(line)}" if line.trend else ""
    found, behind = value(line.value, line.unit), counted(line.sample, "record")
    return f"{line.title}: {found}{wanted}, {_SAID[line.verdict]}{went}, of {behind}"


def became(one: Agreed) -> str:
    """Return what became of an agreement."""
    if one.title is None:
        return "It names no figure of this card."
    if one.moved is Moved.UNKNOWN:
        return f"{one.title}: not known"
    then, now = value(one.then, one.unit), value(one.now, one.unit)
    return f"{one.title}: {then} then, {now} now: {one.moved.value}"


def difference(one: Difference) -> str:
    """Return what a version says otherwise."""
    said = []
    if one.before != one.now:
        said.append(f"{_or_nothing(one.before)} → {_or_nothing(one.now)}")
    if one.goal_before != one.goal_now:
        said.append(f"goal {one.goal_before or 'none'} → {one.goal_now or 'none'}")
    if one.records:
        said.append(f"{one.records:+,} records")
    return f"{one.title}: {', '.join(said)}"


def _or_nothing(number: float | None) -> str:
    return "nothing" if number is None else rounded(number)


def _card(terminal: Terminal, card: Card, lines: Iterable[Line], zone: str) -> None:
    terminal.line(heading(card, zone))
    terminal.line(scores(card))
    if card.reason:
        terminal.line(f"Issued once more: {card.reason}")
    is_team = card.kind is Kind.TEAM
    last = "A quarter / half / three quarters below" if is_team else "Against it"
    rows = [
        (
            line.part.value if line.part else "",
            line.title,
            value(line.value, line.unit),
            goal(line),
            _SAID[line.verdict],
            "" if line.attainment is None else f"{line.attainment:.4f}",
            way(line),
            f"{line.sample:,}",
            outside(line),
            spread(line) if is_team else records(line),
            line.note,
        )
        for line in lines
    ]
    columns = ("", "Figure", "Value", "Goal", "Verdict", "Reached", "Trend", "Records", "Outside", last, "Note")
    kept = [at for at, _ in enumerate(columns) if at == 1 or any(row[at] for row in rows)]
    narrow = Narrow(
        cut={"Figure": 16, last: 12, "Note": 12}, spare=("Records", "Outside", last, "Trend", "Note", "Reached")
    )
    terminal.table([columns[at] for at in kept], [[row[at] for at in kept] for row in rows], narrow=narrow)
    for one in card.differences:
        terminal.line(f"Other than version {card.version - 1}: {difference(one)}")


def _is_of(line: Line, card: Card) -> bool:
    mine = (line.kind, line.person, line.connection, line.technician_ref)
    return mine == (card.kind, card.person, card.connection, card.technician_ref)


def _shown(card: Card) -> str:
    return "" if card.published_at is None else "yes"


def _words(zone: str) -> dict[str, Any]:
    said = (value, percent, change, state, scores, goal, way, spread, outside, records, fact, became, difference)
    return {
        "say": {one.__name__: one for one in said} | {"heading": lambda card: heading(card, zone)},
        "verdicts": {verdict.value: word for verdict, word in _SAID.items()},
    }
