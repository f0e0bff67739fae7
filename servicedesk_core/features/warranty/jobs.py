"""The job ``warranty``."""

from typing import Protocol

from servicedesk_core.errors import ConnectorError
from servicedesk_core.faces import Awaited
from servicedesk_core.features.warranty.actions import Warranty
from servicedesk_core.features.warranty.lookup.run import MakerLookup
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.wording import counted


class WarrantyDesk(JobDesk, Protocol):
    """A desk that looks up warranty."""

    @property
    def warranty(self) -> Warranty[Awaited]:
        """Warranty look-up."""


_ODD_DEVICES = 2
"""So many devices that cannot be read may be left at the end of a night; their maker works all the same."""


def _is_out_of_order(maker: MakerLookup) -> bool:
    return maker.asked > _ODD_DEVICES or not maker.outcomes


async def refresh_covers(desk: WarrantyDesk, connection: str | None) -> str:
    """Ask manufacturers again about assets whose answers are no longer new enough.

    Raises:
        ConnectorError: A manufacturer could not be asked; the others were.
        StoreError: The store cannot be used.
    """
    del connection
    makers = desk.warranty.makers()
    if not makers:
        return "no connection can look up"
    report = await desk.warranty.lookup(everything=True, rows=0)
    failed = [one for one in report.makers if one.problem and _is_out_of_order(one)]
    for one in failed:  # a service lives long: with what was rejected once, the open connection would refuse for ever
        await desk.disconnect(one.connection)
    if failed:
        raise ConnectorError(
            " ".join(f"{one.connection}: {one.problem}" for one in failed),
            hint=failed[0].hint,
            connection=failed[0].connection,
        )
    asked, changed = (sum(getattr(one, name) for one in report.makers) for name in ("asked", "changed"))
    return f"{counted(report.devices, 'device')}, {asked} asked, {changed} changed"
