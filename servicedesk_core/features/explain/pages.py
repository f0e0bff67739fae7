"""How an explanation looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.explain.model import Explanation, Said, Tried


def show(terminal: Terminal, found: Explanation) -> None:
    """Print why a ticket stands where it stands."""
    decision, standing = found.decision, found.standing
    facts: list[tuple[str, object]] = [("Ticket", found.ticket), ("Title", found.title)]
    if decision is None or standing is None:
        facts.append(("Next", "nobody: it is done"))
    else:
        facts += [
            ("Next", decision.actor or "nobody: it is in the black hole"),
            ("When", decision.at),
            ("Why", decision.why),
            ("To look at", found.reason and found.reason.value.replace("_", " ")),
            ("Created", standing.created_at),
            ("Due", standing.due_at),
            ("SLA due", standing.sla_due_at),
            ("Client's newest act", standing.client_at),
            ("Desk's newest act", standing.desk_at),
            ("Last meaningful activity", standing.acted_at),
            ("Appointment", standing.visit and standing.visit.start_at),
            ("Its part shall be here", standing.part_at),
            ("Client hears by", standing.client_due_at),
            ("Put off until", standing.snoozed_until),
            ("Technician is back", standing.back_at),
        ]
    terminal.facts(facts)
    if found.rules:
        last = next(place for place, rule in enumerate(found.rules) if rule.decides)
        terminal.rows(Tried, found.rules[: last + 1], title="Rules, in the order in which they were tried")
    terminal.rows(Said, found.said, title="Who said what", empty="Nothing is known of what happened to it.")
