"""What is the matter with calendars that nobody sees in one alone."""

from collections.abc import Iterator

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.definitions.calendars import CALENDARS
from servicedesk_core.store import Tx


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:  # noqa: ARG001  # files alone tell it
    """Yield calendars that are for the same region."""
    yield from in_one_region(found)


def in_one_region(found: Found) -> Iterator[Finding]:
    """Yield calendars that name a region which another one names, too: nothing would say whose it is."""
    first: dict[str, str] = {}
    for calendar in (one for (kind, _), one in found.items() if kind == CALENDARS.name and isinstance(one, Calendar)):
        for region in calendar.regions:
            other = first.setdefault(region, calendar.name)
            if other != calendar.name:
                text = f'"{region}" is a region of {CALENDARS.name}.{other}, too; name it in one of the two.'
                yield Finding(CALENDARS.name, calendar.name, text, ("regions",), is_wrong=True)
