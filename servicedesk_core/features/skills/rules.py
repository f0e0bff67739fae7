"""What a job takes that somebody does not have. Pure."""

from collections.abc import Iterator
from datetime import date

from servicedesk_core.features.skills.kinds import JobRole, Skill, Technician


def lacking(technician: Technician, role: JobRole | None, day: date) -> Iterator[str]:
    """Yield what a job takes that a technician does not have on a day, in words.

    Args:
        technician: The technician.
        role: Their job; ``None`` = it takes nothing.
        day: The day.
    """
    if role is None:
        return
    for name in role.certifications:
        held = technician.certifications.get(name)
        if held is None:
            yield name
        elif not held.is_valid(day):
            ended = held.valid_to is not None and held.valid_to < day
            yield f"{name} (ended on {held.valid_to})" if ended else f"{name} (from {held.valid_from} on)"
    for name, level in role.skills.items():
        has = level_on(technician.skills.get(name), day)
        if has < level:
            yield f"{name} {level} (has {has})" if has else f"{name} {level}"


def level_on(skill: Skill | None, day: date) -> int:
    """Return the level of a skill on a day; 0 = none."""
    return skill.level if skill is not None and (skill.valid_to is None or day <= skill.valid_to) else 0
