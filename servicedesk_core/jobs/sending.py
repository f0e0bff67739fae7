"""The job ``writes``."""

from servicedesk_core.errors import LeaseHeldError, WriteError
from servicedesk_core.jobs.desk import JobDesk


async def send_approved(desk: JobDesk, connection: str | None) -> str:
    """Send what people approved and settle what is in doubt; it approves nothing itself.

    A connection over which another process sends just now is left to that process.

    Raises:
        WriteError: Sending stopped, or was impossible over a connection.
    """
    outcomes = await desk.outbox.run(connection)
    failed = [(o.connection, o.error) for o in outcomes if o.error is not None and o.error.code != LeaseHeldError.code]
    if failed:
        told = "; ".join(f"{name}: {error.message}" for name, error in failed)
        raise WriteError(f"Writes could not be sent: {told}", hint=failed[0][1].hint)
    counts = {
        what: sum(len(getattr(outcome, what)) for outcome in outcomes)
        for what in ("confirmed", "partly", "rejected", "in_doubt", "waiting", "held", "settled")
    }
    return (
        ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items() if count) or "nothing to send"
    )
