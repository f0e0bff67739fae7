"""People: who works with the desk, what each of them may do, and when they last did."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="people",
    about="Who works with the desk, and what they may do.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:People",
)
