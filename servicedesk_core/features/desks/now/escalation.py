"""The page of escalation: what rings, what comes next on promises, and what is decided about both in advance."""

from typing import Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Block, Manner, Namespace, Table, dashboard
from servicedesk_core.features.alerts import Alerts
from servicedesk_core.features.escalate import EscalationQueries
from servicedesk_core.features.paging import PagingQueries
from servicedesk_core.features.standing import StandingQueries

_ROWS: Final = 12


def _blocks() -> tuple[Block, ...]:
    rows = {"limit": _ROWS}
    return (
        Table("Rings, or is taken on", PagingQueries.list, rows),
        Table("Next steps on promises", EscalationQueries.next, rows),
        Table("Steps that were taken", EscalationQueries.list, rows),
        Table("Alert rules", Alerts.rules, {"limit": 100}),
        Table("Nobody is told of", Alerts.list, rows | {"muted": True}),
        Table("Standing approvals", StandingQueries.list, {"limit": 100}),
        Table("Handed on to another tier", EscalationQueries.handoffs, rows),
    )


class EscalationPage(Namespace[Manner]):
    """The page of escalation."""

    escalation = dashboard(
        "desks.escalation",
        "Escalation",
        _blocks(),
        about="Show what rings, what comes next on promises, how alert rules stand, and what the desk does alone.",
        needs=Capability.INTERNAL,
    )
