"""The job ``sync``."""

from servicedesk_core.errors import AuthenticationError, SyncError
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.sync.report import StreamState
from servicedesk_core.wording import counted


async def pull(desk: JobDesk, connection: str | None) -> str:
    """Bring the store up to date with one connection.

    Raises:
        SyncError: Streams did not complete; the next run goes on where they stopped.
        ServiceDeskError: As :meth:`ServiceDesk.sync`.
    """
    try:
        report = await desk.sync(connection)
    except AuthenticationError:
        # A service lives long: with what was rejected once, the open connection would refuse for ever.
        if connection is not None:
            await desk.disconnect(connection)
        raise
    if not report.ok:
        cut = [s.stream for s in report.streams if s.state not in {StreamState.COMPLETE, StreamState.SKIPPED}]
        raise SyncError(
            f"{', '.join(cut)}: not complete.",
            hint=f'See "servicedesk status", or run "servicedesk sync {connection}".',
            connection=connection,
        )
    new, changed = (sum(getattr(s, name) for s in report.streams) for name in ("new", "changed"))
    requests = sum(s.requests for s in report.streams)
    return f"{new} new, {changed} changed, {counted(requests, 'request')}"
