"""The quarantine: records that could not be understood."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="quarantine",
    about="Records that could not be understood.",
    section=Section.CARE,
    queries=f"{__name__}.queries:QuarantineQueries",
    actions=f"{__name__}.actions:Quarantine",
)
