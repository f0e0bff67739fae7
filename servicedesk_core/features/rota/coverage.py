"""What is the matter with a rota that nobody sees in one shift alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.definitions import Holding
from servicedesk_core.features.rota.kinds import SHIFTS, Shift
from servicedesk_core.features.rota.rules import Rota
from servicedesk_core.features.rota.tables import planned_of
from servicedesk_core.store import Tx
from servicedesk_core.wording import plain

AHEAD: Final = timedelta(days=28)


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:  # noqa: ARG001  # files alone tell it
    """Yield shifts that overlap in the next four weeks."""
    zone, now = ZoneInfo(desk.timezone), desk.clock.now()
    calendars = {name: [Holding(name, None, one)] for (_, name), one in found.items() if isinstance(one, Calendar)}
    shifts = [one for one in found.values() if isinstance(one, Shift)]
    rota = Rota(
        (planned_of(one, calendars, zone) for one in shifts if one.calendar is None or one.calendar in calendars),
        (),
        zone,
    )
    for technician, one, other, span in rota.doubled(now, now + AHEAD):
        text = f"overlaps with {other} for {technician} on {plain(span.start, zone)}; those hours count once."
        yield Finding(SHIFTS.name, one, text)
