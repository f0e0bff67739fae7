"""Figures in a terminal: value, goal and verdict beside each other, and below them what was left out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Figure, Narrow, Terminal, Verdict
from servicedesk_core.faces.html import render
from servicedesk_core.features.kpi.model import ChangePage, FigurePage, KpiExplained, KpiGoal, KpiRecord, RecordPage
from servicedesk_core.wording import hours, rounded

_SAID: Final = {
    Verdict.MET: "met",
    Verdict.MISSED: "missed",
    Verdict.NO_GOAL: "",
    Verdict.NO_DATA: "no data",
    Verdict.TOO_FEW: "too few to judge",
    Verdict.UNKNOWN: "unknown, the data are too old",
}


def value(figure: Figure) -> str:
    """Return what was measured, as people read it: rounded to two decimals, with its unit."""
    return "" if figure.value is None else f"{rounded(figure.value)}{unit(figure.unit)}"


def _goal(goal: str | None, of: str) -> str:
    return "" if goal is None else f"{goal}{unit(of)}"


def unit(name: str) -> str:
    """Return a unit as it stands behind a number."""
    return f" {name}" if name == "%" else {"hours": " h", "minutes": " min"}.get(name, "")


def note(figure: Figure, zone: str) -> str:
    """Return what else is to be known of a figure."""
    told = []
    if figure.needs:
        told.append(f"needs {figure.needs}")
    told += [f"{name} {rounded(number)}{unit(figure.unit)}" for name, number in figure.spread.items()]
    if figure.final_at is not None and figure.value is not None:
        told.append(f"provisional until {_day(figure.final_at, zone)}")
    if figure.minutes_outside:
        told.append(f"{hours(round(figure.minutes_outside * 60))} outside of the goal")
    if left := sum(figure.excluded.values()):
        told.append(f"{left:,} left out")
    return "; ".join(told)


def figures(terminal: Terminal, page: FigurePage) -> None:
    """Print all figures of a period."""
    if span := _span(page):
        terminal.line(span)
    _print(terminal, page, "Figure", ((one.code or "", one.title, one.name) for one in page))
    _late(terminal, page)


def html(page: FigurePage) -> str:
    """Return all figures of a period as one self-contained page."""
    rows = [
        (one.code or "", one.title, value(one), _goal(one.goal, one.unit), _SAID[one.verdict], note(one, page.timezone))
        for one in page
    ]
    return render("servicedesk_core.features.kpi/figures.html", rows=rows, period=_span(page))


def _span(page: FigurePage) -> str:
    if page.start is None or page.end is None:
        return ""
    last = page.end - timedelta.resolution
    return f"{_day(page.start, page.timezone)} to {_day(last, page.timezone)} ({page.timezone})"


def groups(terminal: Terminal, page: FigurePage) -> None:
    """Print one figure, by what it belongs to."""
    for one in page.items[:1]:
        terminal.line(one.title)
        terminal.line(one.about)
        terminal.line()
    _print(terminal, page, "Of", (("", "all" if one.group is None else one.group, "") for one in page))
    _unseen(terminal, page.unseen)
    _late(terminal, page)


def changes(terminal: Terminal, page: ChangePage) -> None:
    """Print what changed against the weeks before."""
    rows = [
        (
            one.group,
            "no data" if one.value is None else f"{rounded(one.value)}{unit(one.unit)}",
            "no data" if one.before is None else f"{rounded(one.before)}{unit(one.unit)}",
            "" if one.change is None else f"{one.change:+.0f} %",
        )
        for one in page
    ]
    terminal.table(("Of", "Value", "Before", "Change"), rows)
    _unseen(terminal, page.unseen)


def records(terminal: Terminal, page: RecordPage) -> None:
    """Print the records behind a figure."""
    nothing = "None that you see." if page.unseen else "No record stands behind it."
    terminal.rows(KpiRecord, page.items, empty=nothing)
    _unseen(terminal, page.unseen)


def _unseen(terminal: Terminal, why: str) -> None:
    if why:
        terminal.line()
        terminal.line(why)


def _late(terminal: Terminal, page: FigurePage) -> None:
    """Print what came after the month was closed."""
    if page.closed_at is not None:
        terminal.line()
        terminal.line(f"Closed on {_day(page.closed_at, page.timezone)}; the figures stay as they were.")
    if page.adjustments:
        rows = [
            (
                one.title,
                one.group or "",
                "no data" if one.value is None else f"{rounded(one.value)}{unit(one.unit)}",
                f"{one.numerator:+,}",
                "" if one.denominator is None else f"{one.denominator:+,}",
            )
            for one in page.adjustments
        ]
        terminal.table(("With what came later", "Of", "Value", "Counted", "Of all"), rows)


def _print(terminal: Terminal, page: FigurePage, heading: str, named: Iterable[tuple[str, str, str]]) -> None:
    rows = [
        (
            code,
            title,
            value(one),
            _goal(one.goal, one.unit),
            _SAID[one.verdict],
            f"{one.sample:,}",
            note(one, page.timezone),
            name,
        )
        for one, (code, title, name) in zip(page, named, strict=True)
    ]
    columns = ("No.", heading, "Value", "Goal", "Verdict", "Records", "", "Name")
    kept = [at for at, _ in enumerate(columns) if at not in {0, 7} or any(row[at] for row in rows)]
    narrow = Narrow(cut={heading: 16, "": 12}, spare=("Name", "Records", "No."))
    terminal.table(
        [columns[at] for at in kept], [[row[at] for at in kept] for row in rows], empty="None.", narrow=narrow
    )


def explained(terminal: Terminal, found: KpiExplained) -> None:
    """Print what a figure is."""
    one = found.figure
    zone = found.timezone
    terminal.line(f"{one.title} ({', '.join(filter(None, (one.name, one.code)))})")
    terminal.line(one.about)
    if found.example:
        terminal.line(f"For example: {found.example}")
    terminal.line()
    leads = {True: "It warns of what is to come.", False: "It tells what came of it.", None: None}[found.leads]
    terminal.facts(
        (
            ("Feature", found.feature),
            ("Period", f"{_day(found.start, zone)} to {_day(found.end - timedelta.resolution, zone)}"
             if found.over == "period" else "the present"),
            ("Value", value(one) or None),
            ("Numerator", f"{one.numerator:,}"),
            ("Denominator", None if one.denominator is None else f"{one.denominator:,}"),
            ("Records", f"{one.sample:,}"),
            ("Verdict", _SAID[one.verdict] or "no goal"),
            ("Also", note(one, zone) or None),
            ("Direction", f"{one.better} is better"),
            ("Leads", leads),
            ("Divided by", ", ".join(found.dimensions) or None),
            ("Records behind it", found.records),
        )
    )  # fmt: skip
    if found.goals:
        terminal.line()
        terminal.table(
            ("Profile", "Goal", "Since", "Decides"),
            [(g.profile, _goal(g.goal, one.unit), g.effective_from, _decides(g)) for g in found.goals],
        )
    if one.excluded:
        terminal.line()
        terminal.table(("Left out because", "Records"), [(why, f"{many:,}") for why, many in one.excluded.items()])


def _decides(goal: KpiGoal) -> str:
    return f"in {', '.join(goal.regions)}" if goal.regions else "yes" if goal.decides else ""


def _day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")
