"""What is wrong with standing approvals that stand in files, and what somebody should look at."""

from collections.abc import Iterator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.standing import tables
from servicedesk_core.features.standing.kinds import APPROVALS, MODES, ModeOfAct, StandingApproval
from servicedesk_core.store import Tx


def look_over(tx: Tx, found: Found, desk: tables.FeaturedDesk) -> Iterator[Finding]:
    """Yield standing approvals that nobody granted as files have them, and acts that there are not."""
    kept = {one.approval.name: one.approval for one in tables.granted(tx)}
    acts = tables.acts_of(desk.features)
    for (_, name), one in found.items():
        if isinstance(one, StandingApproval) and kept.get(name) != one:
            text = f"was not granted so; `servicedesk standing grant {one.act} --name {name}` shows first what it does"
            yield Finding(APPROVALS.name, name, text, is_wrong=True)
        if isinstance(one, ModeOfAct) and name not in acts:
            yield Finding(MODES.name, name, f"there is no such automatic act{did_you_mean(name, acts)}", is_wrong=True)
