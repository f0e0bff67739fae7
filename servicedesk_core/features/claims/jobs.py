"""The job ``claims``."""

from typing import Protocol

from servicedesk_core.errors import ClaimError
from servicedesk_core.faces import Awaited
from servicedesk_core.features.claims.actions import Claims
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.wording import counted


class FollowingDesk(JobDesk, Protocol):
    """A desk with claims."""

    @property
    def claims(self) -> Claims[Awaited]:
        """The claims of the desk."""


async def follow_claims(desk: FollowingDesk, connection: str | None) -> str:
    """Ask manufacturers how claims stand. It never sends a claim.

    Raises:
        ClaimError: A manufacturer could not be asked.
    """
    outcomes = await desk.claims.poll(() if connection is None else (connection,))
    failed = [(outcome.connection, outcome.error) for outcome in outcomes if outcome.error is not None]
    if failed:
        told = "; ".join(f"{name}: {error.message}" for name, error in failed)
        raise ClaimError(f"Claims could not be followed: {told}", hint=failed[0][1].hint)
    asked, changed = sum(outcome.asked for outcome in outcomes), sum(outcome.changed for outcome in outcomes)
    alerts = sum(len(outcome.alerts) for outcome in outcomes)
    return f"{counted(asked, 'claim')} asked after, {changed} with news, {alerts} to look at"
