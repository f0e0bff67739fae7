"""Which skills and certifications tickets require, and how many have them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.assign.bench import Person
from servicedesk_core.features.assign.kinds import REQUIREMENTS
from servicedesk_core.features.assign.model import Covered, Gap
from servicedesk_core.features.assign.tables.people import bench_of
from servicedesk_core.features.assign.tables.wanted import Asked, asked_of
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import open_desk
from servicedesk_core.features.skills import level_on
from servicedesk_core.store import Tx

SOON: Final = timedelta(days=60)
ENOUGH: Final = 2
"""Whom one person alone can do is done by nobody when they are out."""


def covered(tx: Tx, desk: ConfiguredDesk) -> Iterator[Covered]:
    """Yield what definitions and open tickets require, each with who has it.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    opened = open_desk(tx, now.astimezone(zone), zone, people=desk.roster)
    asked, day = asked_of(tx, opened, opened.tickets), now.astimezone(zone).date()
    active = [one for one in bench_of(tx, desk.roster, opened, zone).people.values() if one.is_active]
    people = [*{one.name: one for one in active}.values()]
    said = in_force(tx, REQUIREMENTS, now)
    levels: dict[str, int] = {}
    for each in said:
        for skill, level in each.skills.items():
            levels[skill] = max(level, levels.get(skill, 0))
    for skill, level in sorted(levels.items()):
        yield _skill(skill, level, people, [one for one in asked if skill in one.wanted.demand.skills], day)
    for proof in sorted({word for each in said for word in each.certifications}):
        yield _proof(proof, people, [one for one in asked if proof in one.wanted.demand.certifications], day)


def _skill(skill: str, level: int, people: Iterable[Person], asked: Sequence[Asked], day: date) -> Covered:
    has = {one.shown: level_on(one.skills.get(skill), day) for one in people}
    later = {one.shown: level_on(one.skills.get(skill), day + SOON) for one in people}
    holders = [name for name, known in has.items() if known >= level]
    return _covered(
        skill,
        level,
        asked,
        holders=holders,
        ending=[name for name in holders if later[name] < level],
        training=[name for name, known in has.items() if known == level - 1 and known],
    )


def _proof(proof: str, people: Iterable[Person], asked: Sequence[Asked], day: date) -> Covered:
    held = {one.shown: one.certifications[proof] for one in people if proof in one.certifications}
    holders = [name for name, one in held.items() if one.is_valid(day)]
    ending = [name for name in holders if not held[name].is_valid(day + SOON)]
    former = [name for name in held if name not in holders]
    return _covered(proof, None, asked, holders=holders, ending=ending, training=former)


def _covered(
    ability: str,
    level: int | None,
    asked: Sequence[Asked],
    *,
    holders: Sequence[str],
    ending: Sequence[str],
    training: Sequence[str],
) -> Covered:
    count = Counter(one.ticket.technician is None for one in asked)
    gap = Gap.NOBODY if not holders else Gap.ONE_PERSON if len(holders) < ENOUGH else Gap.FINE
    if gap is Gap.FINE and len(holders) - len(ending) < ENOUGH:
        gap = Gap.ENDS
    return Covered(
        ability=ability,
        level=level,
        tickets=count.total(),
        unassigned=count[True],
        holders=tuple(sorted(holders)),
        ending=tuple(sorted(ending)),
        training=tuple(sorted(training)),
        gap=gap,
    )
