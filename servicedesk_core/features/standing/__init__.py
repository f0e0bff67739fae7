"""Standing approvals: what the desk may do without asking, who let it, within which limits, and until when."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="standing",
    about="What the desk may do without asking: standing approvals.",
    section=Section.DECISIONS,
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions",),
)

if TYPE_CHECKING:
    from servicedesk_core.features.standing.kinds import APPROVALS as APPROVALS
    from servicedesk_core.features.standing.kinds import StandingApproval as StandingApproval
    from servicedesk_core.features.standing.tables import Book as Book
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
