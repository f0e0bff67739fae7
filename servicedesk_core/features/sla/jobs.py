"""The job ``sla``, and what a sync does at its end."""

from servicedesk_core.features.sla.following import JudgingDesk, evaluate_tickets
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.wording import counted


async def evaluate(desk: JobDesk, connection: str | None) -> str:
    """Judge the clocks of tickets that something happened to; of all when what is promised has changed."""
    del connection
    done = await evaluate_tickets(desk)
    if done.busy is not None:
        return done.busy
    return f"{counted(done.tickets, 'ticket')} judged" if done.has_policy else "no SLA policy yet"


async def after_sync(desk: JudgingDesk) -> None:
    """Judge what a sync has brought."""
    await evaluate_tickets(desk)
