"""How a rehearsal and a standing approval look in a terminal."""

from typing import Final

from servicedesk_core.faces import Terminal
from servicedesk_core.features.standing.model import ApprovalDetail, Rehearsal, RuledWrite, Would

_SHOWN: Final = 20
"""So many rows a rehearsal shows; `servicedesk standing suggestions --last` lists all."""


def rehearsal(terminal: Terminal, found: Rehearsal) -> None:
    """Print what a standing approval would have let."""
    terminal.line(f"In the last {found.days} days {found.act} would have suggested {found.suggested:,}.")
    terminal.facts(
        [
            ("Only", found.scope or "no limit of scope"),
            ("Covered", f"{found.covered:,} of {found.suggested:,}"),
            ("Done", f"{found.done:,}"),
            ("Held up by a limit", f"{found.covered - found.done:,}, on {found.days_full} days"),
        ]
    )
    terminal.rows(Would, found.rows[-_SHOWN:], title="The last of them" if len(found.rows) > _SHOWN else None)


def detail(terminal: Terminal, found: ApprovalDetail) -> None:
    """Print a standing approval with what was done by it."""
    one = found.approval
    terminal.facts(
        [
            ("Standing approval", f"{one.name} v{one.version}"),
            ("State", one.state),
            ("Lets", one.act),
            ("Only", one.scope or None),
            ("In an hour", f"{one.used_hour:,} of {one.per_hour:,}"),
            ("In a day", f"{one.used_day:,} of {one.per_day:,}"),
            ("In a run", f"at most {one.per_run:,}"),
            ("Not sent yet", one.queued or None),
            ("Granted", f"{terminal.plain(one.granted_at)} by {one.granted_by}"),
            ("Until", one.expires_at),
        ]
    )
    terminal.rows(RuledWrite, found.writes, title="What was done by it", empty="Nothing yet.")
