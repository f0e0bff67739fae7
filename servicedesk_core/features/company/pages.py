"""How the health of a client looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.company.model import AgreementHealth, Burden, Health
from servicedesk_core.wording import hours


def health(terminal: Terminal, found: Health) -> None:
    """Print what it earns and costs, its agreements, and what burdens it most."""
    span = found.months[0] if len(found.months) == 1 else f"{found.months[0]} to {found.months[-1]}"
    terminal.line(f"{found.company}, {span}, in {found.currency}")
    terminal.facts(
        (
            ("Revenue", f"{found.revenue:,}"),
            ("Cost", f"{found.cost:,}"),
            ("Margin", None if found.margin_percent is None else f"{found.margin_percent} %"),
            ("Goal", f"{found.goal_percent} %"),
            ("Tickets", found.tickets),
            ("Work", hours(found.worked_s)),
            ("Devices", found.devices_mean),
            ("RHEM", found.rhem),
        )
    )
    terminal.rows(AgreementHealth, found.agreements, title="Agreements", empty="It has no agreement that earns.")
    for title, several in (("Causes", found.causes), ("Users", found.users), ("Devices", found.devices)):
        terminal.rows(Burden, several, title=title, empty=f"{title}: nothing was spent on any.")
    for what in found.not_known:
        terminal.line(f"Not known: {what}.")
