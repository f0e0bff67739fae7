"""Privacy: what the store holds of a person, and forgetting them."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="privacy",
    about="What the store holds of a person; and forgetting them.",
    section=Section.CARE,
    queries=f"{__name__}.queries:PrivacyQueries",
    actions=f"{__name__}.actions:Privacy",
)
