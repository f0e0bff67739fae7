"""Goals and work kinds to begin with, from the shipped profiles and the billing codes of the PSA."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import select

from servicedesk_core.definitions.writing import key_text, literal
from servicedesk_core.domain import plain_name
from servicedesk_core.faces import Goal, Kpi
from servicedesk_core.features.kpi.goals import COACH, SHIPPED, GoalProfile
from servicedesk_core.features.sla import Clock
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS

_CODES: Final = dict(zip(Clock, ("K02", "K03", "K04"), strict=True))
CLOCK_GOALS: Final[Mapping[Clock, Goal]] = {clock: Goal.of(COACH.goals[code]) for clock, code in _CODES.items()}
"""What share of each promise is to be kept, as the shipped profile of a coordinator wants it."""

_WORDS: Final = {
    "travel": ("travel", "drive", "mileage", "on the road"),
    "goodwill": ("goodwill", "courtesy", "no charge", "free of charge"),
    "rework": ("rework", "own warranty", "redo"),
    "internal": ("internal", "admin", "meeting", "training"),
}
"""Words in the names of billing codes that tell what they are for."""


def propose(tx: Tx, kpis: Mapping[str, Kpi[Any]]) -> dict[str, str]:
    """Return the texts of files with goals and with what billing codes mean, by name.

    Args:
        tx: Any transaction.
        kpis: The figures by their numbers, to say what each goal is about.
    """
    goals = "\n".join(line for profile in SHIPPED for line in _profile(profile, kpis))
    return {"goals.toml": goals, "work_kinds.toml": _work_kinds(tx)}


def _profile(profile: GoalProfile, kpis: Mapping[str, Kpi[Any]]) -> Iterator[str]:
    yield f"# {profile.about} These are the goals that hold without this file; write your own."
    yield f"[goals.{profile.name}]"
    yield f"about = {literal(profile.about, None)}"
    yield ""
    yield f"[goals.{profile.name}.goals]"
    for code, goal in profile.goals.items():
        title = f"  # {kpis[code].title}" if code in kpis else ""
        yield f"{key_text(code)} = {literal(goal, None)}{title}"
    yield ""


def _work_kinds(tx: Tx) -> str:
    table = RECORDS["billing_codes"].c
    query = select(table.name).where(table.gone_at.is_(None)).distinct().order_by(table.name)
    names = [name for name in tx.execute(query).scalars() if name and name.strip()]
    lines = [
        "# What recorded time was for, by the name of its billing code. Other time is told by contract and project.",
        "[work_kinds]",
    ]
    told: set[str] = set()
    for kind, words in _WORDS.items():
        found = [name for name in names if name not in told and any(word in name.casefold() for word in words)]
        told |= {*found}
        lines.append(f"{kind} = {literal(found, None)}")
    rest = [name for name in names if name not in told]
    lines += ["", "# Your other billing codes:", *(f"#   {plain_name(name)}" for name in rest)] if rest else []
    return "\n".join(lines) + "\n"
