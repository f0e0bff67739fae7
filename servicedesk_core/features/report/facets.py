"""The figures of the desk page as filters of its list of tickets."""

from collections.abc import Mapping
from datetime import datetime

from servicedesk_core.faces import Verdict
from servicedesk_core.faces.html import Facet
from servicedesk_core.features.report.model import DeskReport
from servicedesk_core.features.report.wording import dimensions
from servicedesk_core.features.tickets import TicketFilter, TicketRow

LIST = "list"
"""Kind of the lists that somebody should look at; the other kinds are the breakdowns."""

_LIST_TICKETS = "servicedesk tickets list"
_REFERENCES = (("queue", "queue_ref"), ("assignee", "assignee_ref"), ("company", "company_ref"))


def facets_of(report: DeskReport) -> dict[Facet, TicketFilter | None]:
    """Return all figures of the page that count open tickets, each with the filter that lists exactly them.

    One without a filter counts what no other of its kind does.
    """
    found: dict[Facet, TicketFilter | None] = {}
    for watch in report.watch:
        mark = f"f{len(found)}"
        facet = Facet(
            mark, LIST, watch.id, watch.title, watch.count,
            about=watch.definition, command=watch.command, is_bad=watch.verdict is Verdict.MISSED,
        )  # fmt: skip
        found[facet] = watch.chosen
    for kind, (title, figures) in dimensions(report.numbers).items():
        for figure in figures:
            mark, label = f"f{len(found)}", figure.label.replace("_", " ") if kind == "status" else figure.label
            facet = Facet(mark, kind, figure.label, label, figure.count, group=title, command=_LIST_TICKETS)
            found[facet] = figure.tickets
    return found


class Counted:
    """Tells which figures count a ticket. Those of one queue, person or client are found by it, the others tried."""

    def __init__(self, facets: Mapping[Facet, TicketFilter | None]) -> None:
        self._rest = {facet.kind: facet for facet, chosen in facets.items() if chosen is None}
        self._referring: dict[tuple[str, str | None, str], Facet] = {}
        self._others: dict[Facet, TicketFilter] = {}
        for facet, chosen in facets.items():
            if chosen is None:
                continue
            if refs := [(field, getattr(chosen, field)) for field, _ in _REFERENCES if any(getattr(chosen, field))]:
                [(field, (ref,))] = refs
                self._referring[field, chosen.connection, ref] = facet
            else:
                self._others[facet] = chosen

    def by(self, ticket: TicketRow) -> list[Facet]:
        """Return the figures that count an open ticket."""
        found = [facet for facet, chosen in self._others.items() if _fits(chosen, ticket)]
        for field, column in _REFERENCES:
            if facet := self._referring.get((field, ticket.connection, getattr(ticket, column))):
                found.append(facet)
        kinds = {facet.kind for facet in found}
        return found + [facet for kind, facet in self._rest.items() if kind not in kinds]


def _fits(chosen: TicketFilter, ticket: TicketRow) -> bool:
    """Whether a filter of a figure counts an open ticket."""
    return (
        chosen.connection in {None, ticket.connection}
        and (not chosen.categories or (ticket.status_category or "") in chosen.categories)
        and (not chosen.priority or (ticket.priority or "") in chosen.priority)
        and all(
            not (named := getattr(chosen, field)) or (getattr(ticket, column) or "") in named
            for field, column in _REFERENCES
        )
        and _lies(ticket.created_at, chosen.created_since, chosen.created_before)
        and _lies(ticket.last_activity_at, None, chosen.last_activity_before)
        and _lies(ticket.due_at, None, chosen.due_before)
        and _lies(ticket.sla_due_at, chosen.sla_due_since, chosen.sla_due_before)
        and not (chosen.no_sla_due and ticket.sla_due_at)
        and (not chosen.over_estimate or 0 < (ticket.estimated_s or 0) < (ticket.worked_s or 0))
    )


def _lies(instant: datetime | None, since: datetime | None, before: datetime | None) -> bool:
    if since is None and before is None:
        return True
    return instant is not None and (since is None or instant >= since) and (before is None or instant < before)
