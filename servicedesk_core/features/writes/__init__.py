"""Writes: what was proposed, sent and confirmed at vendors, and what is decided about it."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.writes.pages import WARNING as WARNING
    from servicedesk_core.features.writes.pages import SendingDesk as SendingDesk
    from servicedesk_core.features.writes.pages import code_of as code_of
    from servicedesk_core.features.writes.pages import detail as detail
    from servicedesk_core.features.writes.pages import exit_code as exit_code
    from servicedesk_core.features.writes.pages import readers as readers
    from servicedesk_core.features.writes.pages import standing as standing
    from servicedesk_core.features.writes.pages import told as told
    from servicedesk_core.features.writes.pages import warning as warning
    from servicedesk_core.features.writes.pages import write as write
    from servicedesk_core.features.writes.proposing import ProposingDesk as ProposingDesk
    from servicedesk_core.features.writes.proposing import proposed as proposed
    from servicedesk_core.features.writes.proposing import proposes as proposes
    from servicedesk_core.features.writes.queries import WriteQueries as WriteQueries
    from servicedesk_core.features.writes.rules import OUTCOMES as OUTCOMES
    from servicedesk_core.features.writes.rules import Step as Step
    from servicedesk_core.features.writes.rules import steps_of as steps_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="writes",
    about="What was proposed, sent and confirmed at vendors.",
    section=Section.OTHER_SYSTEMS,
    queries=f"{__name__}.queries:WriteQueries",
    actions=f"{__name__}.actions:OutboxActs",
)
