"""Flow: how tickets went through the desk, step by step, as their log tells it."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="flow",
    about="How tickets went from step to step: times, waits, hand-overs, what came back.",
    queries=f"{__name__}.queries:FlowQueries",
)

if TYPE_CHECKING:
    from servicedesk_core.features.flow.measuring import Course as Course
    from servicedesk_core.features.flow.measuring import Meaning as Meaning
    from servicedesk_core.features.flow.measuring import Passage as Passage
    from servicedesk_core.features.flow.measuring import Step as Step
    from servicedesk_core.features.flow.measuring import passage as passage
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
