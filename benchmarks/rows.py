"""One line of the table."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measure.

    Attributes:
        measure: What was measured.
        ours: Our figure with its unit.
        reference: What it is compared with, in the same run.
        figure: What the goal is about: mostly the ratio of the two.
        goal: The goal, in words.
        met: Whether it is met; ``None`` where there is none.
    """

    measure: str
    ours: str
    reference: str = ""
    figure: str
    goal: str = ""
    met: bool | None = None


def at_least(ratio: float, goal: float) -> tuple[str, str, bool]:
    """Return figure, goal and verdict of a ratio that should be high."""
    return f"{ratio:.2f} x", f"≥ {goal:g} x", ratio >= goal


def at_most(value: float, goal: float, unit: str = "x") -> tuple[str, str, bool]:
    """Return figure, goal and verdict of a figure that should be low."""
    return f"{value:.4g} {unit}", f"≤ {goal:g} {unit}", value <= goal


def row(measure: str, ours: str, reference: str, verdict: tuple[str, str, bool]) -> Row:
    """Put a row together."""
    figure, goal, met = verdict
    return Row(measure=measure, ours=ours, reference=reference, figure=figure, goal=goal, met=met)


def table(rows: Iterable[Row]) -> str:
    """Return rows as a table in Markdown."""
    lines = [("measure", "ours", "reference", "figure", "goal", "")]
    words = {True: "met", False: "NOT MET", None: ""}
    lines += [(r.measure, r.ours, r.reference, r.figure, r.goal, words[r.met]) for r in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    text.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(text)
