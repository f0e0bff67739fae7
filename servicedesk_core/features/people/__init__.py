"""People: who works with the desk, what each of them may do, and when they last did."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.people.entering import accept as accept
    from servicedesk_core.features.people.entering import first_link as first_link
    from servicedesk_core.features.people.entering import forget_strangers as forget_strangers
    from servicedesk_core.features.people.naming import technicians as technicians
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="people",
    about="Who works with the desk, and what they may do.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:People",
    actions=f"{__name__}.actions:PeopleActs",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.kinds:look_over",
    needs=("definitions", "signins", "tokens"),
)
