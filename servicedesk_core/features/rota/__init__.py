"""The rota: who is on shift when, and who is out.

:class:`Rota` is pure: shifts, leave and instants in, names of technicians out. :func:`rota_of` makes that of a desk.
:class:`FreeTime` is a rota with appointments and work: when somebody is free, and how full their day is.
"""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="rota",
    about="Who is on shift when, and who is out.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:RotaQueries",
    actions=f"{__name__}.actions:RotaActions",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.coverage:look_over",
    needs=("definitions", "skills"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.rota.coverage import AHEAD as AHEAD
    from servicedesk_core.features.rota.free import FreeTime as FreeTime
    from servicedesk_core.features.rota.free import Load as Load
    from servicedesk_core.features.rota.kinds import LEAVE as LEAVE
    from servicedesk_core.features.rota.kinds import REST as REST
    from servicedesk_core.features.rota.kinds import Leave as Leave
    from servicedesk_core.features.rota.kinds import Shift as Shift
    from servicedesk_core.features.rota.model import Imported as Imported
    from servicedesk_core.features.rota.reading import Row as Row
    from servicedesk_core.features.rota.reading import Rows as Rows
    from servicedesk_core.features.rota.resting import at_night as at_night
    from servicedesk_core.features.rota.resting import outside as outside
    from servicedesk_core.features.rota.rules import Away as Away
    from servicedesk_core.features.rota.rules import Planned as Planned
    from servicedesk_core.features.rota.rules import Rota as Rota
    from servicedesk_core.features.rota.rules import Span as Span
    from servicedesk_core.features.rota.rules import Worked as Worked
    from servicedesk_core.features.rota.rules import cut as cut
    from servicedesk_core.features.rota.rules import joined as joined
    from servicedesk_core.features.rota.tables import hours_left as hours_left
    from servicedesk_core.features.rota.tables import is_placed as is_placed
    from servicedesk_core.features.rota.tables import rota_of as rota_of
    from servicedesk_core.features.rota.tables import span_of as span_of
    from servicedesk_core.features.rota.tables import time_off as time_off
    from servicedesk_core.features.rota.tables import worked_between as worked_between
    from servicedesk_core.features.rota.taking import Taking as Taking
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
