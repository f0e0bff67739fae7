"""Who can do what, and what ends soon."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.skills.kinds import Certification
from servicedesk_core.features.skills.model import Ability, Held, Validity
from servicedesk_core.features.skills.rules import level_on
from servicedesk_core.features.skills.tables import Qualified, qualified
from servicedesk_core.store import Tx

SOON: Final = timedelta(days=60)


class SkillQueries(Namespace[Manner]):
    """What technicians can do."""

    @query(
        "skills.list",
        about="Who can do what, and what ends soon.",
        needs=Capability.INTERNAL,
        empty="There is none: write [technicians.NAME] with skills and certifications, and apply them.",
        unscoped="what technicians can do belongs to no client",
    )
    def list(
        self,
        tx: Tx,
        *,
        technician: Annotated[str | None, Help("Only of this one, by the name in the definitions.")] = None,
        ability: Annotated[str | None, Help("Only this skill or certification.", name="skill")] = None,
        state: Annotated[Validity | None, Help("Only what stands so.")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Held]:
        """List who has which skill and certification, what ends within 60 days, and what a job takes and is not there.

        Raises:
            SettingsError: There is no such technician, or the list has no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        known, day = qualified(tx, now), now.astimezone(ZoneInfo(self.desk.timezone)).date()
        if technician is not None and technician not in known:
            hint = f"There are: {', '.join(known) or 'none'}."
            raise SettingsError(f'There is no technician "{technician}".{did_you_mean(technician, known)}', hint=hint)
        found = (
            one
            for name, each in known.items()
            if technician in (None, name)
            for one in held(each, day)
            if ability in (None, one.ability) and state in (None, one.state)
        )
        return piece(Page(tuple(found)), Held, by="technician,kind,ability", sort=sort, after=after, limit=limit)


def held(who: Qualified, day: date) -> Iterator[Held]:
    """Yield what a technician has, and what their job takes and they do not have."""
    technician, role = who.technician, who.role
    needed, levels = (role.certifications, role.skills) if role is not None else ((), {})
    for name, skill in technician.skills.items():
        state = _state(Certification(valid_to=skill.valid_to), day)
        if state in {Validity.VALID, Validity.ENDS_SOON} and level_on(skill, day) < levels.get(name, 0):
            state = Validity.MISSING
        known = (skill.level, state, skill.valid_to, name in levels)
        yield Held(technician.name, technician.role, Ability.SKILL, name, *known)
    for name, one in technician.certifications.items():
        known_of = (None, _state(one, day), one.valid_to, name in needed)
        yield Held(technician.name, technician.role, Ability.CERTIFICATION, name, *known_of)
    missing = [(Ability.SKILL, name) for name in levels if name not in technician.skills]
    missing += [(Ability.CERTIFICATION, name) for name in needed if name not in technician.certifications]
    for kind, name in missing:
        yield Held(technician.name, technician.role, kind, name, None, Validity.MISSING, None, is_needed=True)


def _state(one: Certification, day: date) -> Validity:
    if one.valid_to is not None and one.valid_to < day:
        return Validity.ENDED
    if one.valid_from is not None and one.valid_from > day:
        return Validity.NOT_YET
    return Validity.ENDS_SOON if one.valid_to is not None and one.valid_to <= day + SOON else Validity.VALID
