"""The job ``leakage``."""

from zoneinfo import ZoneInfo

from servicedesk_core.features.leakage.queries import LOOKS_BACK
from servicedesk_core.features.leakage.tables.kept import keep
from servicedesk_core.features.leakage.tables.leaks import Look
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.wording import counted


async def look(desk: JobDesk, connection: str | None) -> str:
    """Look for what nobody is billed for, and keep since when it is known.

    Returns:
        What was found, in a line.
    """
    del connection
    now, zone = desk.clock.now(), ZoneInfo(desk.settings.desk.timezone)
    since = (now - LOOKS_BACK).astimezone(zone).date()
    found = await desk.store.read(lambda tx: tuple(Look(tx, since, now, zone).kept()))
    there, new = await desk.store.write(lambda tx: keep(tx, found))
    return f"{counted(there, 'leak')}, {new} of them new"
