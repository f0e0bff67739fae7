"""Skills: what technicians can do, what they may, and what their jobs take."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="skills",
    about="What technicians can do: skills, certifications, and what their jobs take.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:SkillQueries",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.coverage:look_over",
    needs=("definitions",),
)

if TYPE_CHECKING:
    from servicedesk_core.features.skills.kinds import TECHNICIANS as TECHNICIANS
    from servicedesk_core.features.skills.kinds import Certification as Certification
    from servicedesk_core.features.skills.kinds import JobRole as JobRole
    from servicedesk_core.features.skills.kinds import Skill as Skill
    from servicedesk_core.features.skills.kinds import Technician as Technician
    from servicedesk_core.features.skills.rules import lacking as lacking
    from servicedesk_core.features.skills.rules import level_on as level_on
    from servicedesk_core.features.skills.tables import Crew as Crew
    from servicedesk_core.features.skills.tables import Key as Key
    from servicedesk_core.features.skills.tables import Qualified as Qualified
    from servicedesk_core.features.skills.tables import crew as crew
    from servicedesk_core.features.skills.tables import crew_of as crew_of
    from servicedesk_core.features.skills.tables import qualified as qualified
    from servicedesk_core.features.skills.tables import words_of as words_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
