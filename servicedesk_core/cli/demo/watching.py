"""The part of a demo in which the desk watches: who is told, what is an alert, what it may do alone, who takes what."""

from typing import TYPE_CHECKING, Final

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.machine.sandboxes import Stage

LASTS_H: Final = 0.4
"""So long the desk watches: what fell due longer ago is one summary."""

CHANNEL: Final = "colleagues"
FILE: Final = "colleagues.jsonl"
"""Where messages to our own people go in a demo: a file, and nobody's telephone."""

_ACT: Final = "escalate.raise-priority"
_GIVEN: Final = 3

DEFINITIONS: Final = f"""\
# Who is told when a promise is at stake. On a real desk: notify = ["assignee"], and page = true for whoever is on call.
[escalation_plans.usual]
steps = [
  {{ at = "75 %", channel = "{CHANNEL}" }},
  {{ at = "100 %", channel = "{CHANNEL}", page = true }},
  {{ after = "60 min", channel = "{CHANNEL}", raise_to = "P2" }},
]

[escalation_plans.first-answer]
clock = "engagement"
steps = [{{ at = "50 %", channel = "{CHANNEL}" }}, {{ at = "100 %", channel = "{CHANNEL}" }}]
"""


async def watch(cli: Cli, desk: "ServiceDesk", stage: "Stage") -> None:
    """Apply a plan, an approval and what else a desk is watched by, and let half an hour pass."""
    path = desk.settings.beside("service") / "watching.toml"
    path.write_text(DEFINITIONS, encoding="utf-8")
    await desk.definitions.apply(reason="Who is told on the made-up desk.")
    await desk.sla.evaluate()
    await desk.run_jobs("escalation")
    stage.pass_time(LASTS_H)
    await desk.sync_all(("psa",))
    await desk.sla.evaluate()
    for job in ("escalation", "paging", "alert-rules"):
        await _run(cli, desk, job)
    coming = await desk.escalate.next(limit=10_000)
    cli.say(f"   {counted(len(coming.items), 'clock')} with an escalation plan: servicedesk escalate next")
    await _let(cli, desk)
    await _give(cli, desk)


async def _run(cli: Cli, desk: "ServiceDesk", job: str) -> None:
    for outcome in await desk.run_jobs(job):
        cli.say(f"   servicedesk jobs run {job}: {outcome.summary or outcome.error}")


async def _let(cli: Cli, desk: "ServiceDesk") -> None:
    from servicedesk_core.features.standing.actions import StandingActs  # noqa: PLC0415

    shown = await StandingActs.grant.foreseen(desk, _ACT)
    await desk.standing.grant(_ACT, reason="Shown in the demo.", shown=shown)
    done = "" if shown is None else f", which would have done it {counted(shown.done, 'time')} in {shown.days} days"
    cli.say(f"   servicedesk standing grant {_ACT}{done}")


async def _give(cli: Cli, desk: "ServiceDesk") -> None:
    from servicedesk_core.features.tickets import TicketFilter  # noqa: PLC0415

    unassigned = await desk.tickets.list(TicketFilter(assignee=("",)), limit=_GIVEN)
    numbers = tuple(row.ticket for row in unassigned.items)
    if not numbers:
        return
    cli.say(f"   servicedesk assign {' '.join(numbers)}")
    for row in await desk.assign.give(numbers):
        cli.say(f"   {row.ticket} goes to {row.technician or 'nobody'}: {row.why} ({row.state or 'nothing written'})")
