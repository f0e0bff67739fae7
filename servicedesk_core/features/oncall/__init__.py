"""On call: whom to ring when nobody is on shift, and whether somebody always is."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="oncall",
    about="Whom to ring outside of hours, and when there is nobody.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:OnCallQueries",
    actions=f"{__name__}.actions:OnCallActions",
    definitions=f"{__name__}.kinds:KINDS",
    alert_rules=(f"{__name__}.coverage:tomorrow",),
    looks_over=f"{__name__}.coverage:look_over",
    needs=("definitions", "rota", "skills"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.oncall.deciding import Decider as Decider
    from servicedesk_core.features.oncall.kinds import OnCall as OnCall
    from servicedesk_core.features.oncall.rules import Duty as Duty
    from servicedesk_core.features.oncall.rules import Held as Held
    from servicedesk_core.features.oncall.rules import Line as Line
    from servicedesk_core.features.oncall.rules import Listed as Listed
    from servicedesk_core.features.oncall.tables import lists_of as lists_of
    from servicedesk_core.features.oncall.tables import person_of as person_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
