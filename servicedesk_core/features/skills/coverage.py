"""What is the matter with technicians beside those of the vendor, and with what they have proved."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.skills.kinds import JOB_ROLES, TECHNICIANS, JobRole, Technician
from servicedesk_core.features.skills.rules import lacking
from servicedesk_core.features.skills.tables import crew_of
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:
    """Yield technicians whom the vendor does not have, and what jobs take that is not there or not valid."""
    defined = {name: one for (_, name), one in found.items() if isinstance(one, Technician)}
    roles = {name: one for (_, name), one in found.items() if isinstance(one, JobRole)}
    if not defined:
        return
    t = RECORDS["technicians"].c
    known = list(tx.execute(select(t.name).where(t.gone_at.is_(None))).scalars())
    who, day = crew_of(tx, defined, desk.roster), desk.clock.now().astimezone(ZoneInfo(desk.timezone)).date()
    for name, one in defined.items():
        meant = who.meant[name]
        path = ("technician",) if one.technician else ()
        if known and not meant:
            near = did_you_mean(one.technician or name, known)
            text = f'no connection has a technician "{one.technician or name}".{near} Say technician = "ID".'
            yield Finding(TECHNICIANS.name, name, text, path, is_wrong=True)
        elif meant and all(each.is_gone for each in meant):
            yield Finding(TECHNICIANS.name, name, "the vendor has this technician no more.")
        lacks = list(lacking(one, roles.get(one.role or ""), day))
        if lacks:
            yield Finding(TECHNICIANS.name, name, f"lacks what {JOB_ROLES.noun} {one.role} takes: {', '.join(lacks)}.")
        for certification, held in one.certifications.items():
            if held.valid_to is not None and held.valid_to < day and not any(certification in each for each in lacks):
                yield Finding(TECHNICIANS.name, name, f"{certification} ended on {held.valid_to}.")
