"""One ticket: what is promised, who acts next and why, what was said and done, and what hangs on it."""

from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces.opens import command_line
from servicedesk_core.features.desks.model import Kind
from servicedesk_core.features.tickets import TicketDetail
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.filtering import Pairs
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.tickets.acts import on_ticket
from servicedesk_core.web.console.tickets.showing import Around, at_vendor, clocks_of, facts_of, notes_of, time_of
from servicedesk_core.web.console.values import Part, Shower
from servicedesk_core.web.console.visiting import Handler, Visit

_TEMPLATE: Final = "servicedesk_core.web.console.tickets/ticket.html"
_SEVERAL: Final = "servicedesk_core.web.console.tickets/several.html"

_HANGS_ON_IT: Final[tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]] = (
    ("Major incident", "incidents.list", ()),
    ("To be asked", "triage.open", ()),
    ("Promised to the client", "contact.promises", ()),
    ("Help wanted", "helpers.calls", ()),
    ("Helpers", "helpers.list", ()),
    ("Checklist", "checklist.list", ()),
    ("Articles", "knowledge.match", ()),
    ("Shift log", "shiftlog.list", ()),
    ("Claims", "claims.list", (("all", "true"),)),
    ("Parts taken", "parts.taken", ()),
    ("Parts ordered", "parts.orders", ()),
    ("Files", "attachments.list", ()),
    ("Writes that wait", "writes.list", ()),
)
"""Lists that can be narrowed to a ticket: their headings, names, and what else they are given."""

_BESIDE: Final = {
    "candidates": ("Who could take it", "assign.candidates"),
    "alike": ("What is like it", "triage.beside"),
}
"""What somebody looks at beside an open ticket, when they ask: it takes all open ones. The heading, and the query."""


def ticket_page(addresses: Addresses) -> Handler:
    """Return what answers with a ticket.

    Args:
        addresses: Where things are.
    """

    async def answer(visit: Visit) -> Response:
        word, connection = visit.request.path_params["ticket"], visit.request.query_params.get("connection")
        try:
            found: TicketDetail = await visit.desk.call(addresses.offers["tickets.show"], word, connection=connection)
        except NotFoundLocallyError:
            hits = [] if connection else await _having(visit, addresses, word)
            if len(hits) < 2:  # noqa: PLR2004  # one that cannot be shown is none
                raise
            choices = [(one, addresses.record("tickets.show", word, one.connection)) for one in hits]
            return page(framed(visit, addresses, f"Ticket {word}"), _SEVERAL, status=300, choices=choices)
        if visit.request.query_params.keys() - {"connection", "beside"}:
            return RedirectResponse(addresses.record("tickets.show", word, found.row.connection) or "/", 303)
        return await _page(visit, addresses, found)

    return answer


async def _having(visit: Visit, addresses: Addresses, word: str) -> list[Any]:
    """Return the tickets of all connections that somebody may mean by a number."""
    hits = await visit.desk.call(addresses.offers["desks.find"], word)
    return [one for one in hits.items if one.kind is Kind.TICKET and one.is_exact]


async def _page(visit: Visit, addresses: Addresses, found: TicketDetail) -> Response:
    row, shower = found.row, Shower(addresses.among(visit.may), visit.at, visit.zone)
    around = Around(visit, addresses, row.external_id, row.connection)
    explained, promised = await around.asked("explain"), await around.asked("sla.explain")
    decision = explained.decision if explained else None
    hanging = [await _listed(around, shower, *one) for one in _HANGS_ON_IT]
    given = {"ticket": (row.ticket,), "connection": (row.connection,)}
    looked, besides = await _beside(around, shower, found)
    return page(
        framed(visit, addresses, f"{row.ticket} {row.title}"),
        _TEMPLATE,
        ticket=found,
        known=facts_of(found, shower),
        url=at_vendor(row.url),
        acts=on_ticket(visit, addresses, row.ticket, row.connection),
        explained=explained,
        decision=decision,
        next_at=shower.moment(decision.at) if decision and decision.at else None,
        promised=promised,
        clocks=clocks_of(promised, shower) if promised else (),
        notes=notes_of(found, shower),
        time=time_of(found, shower),
        looked=looked,
        besides=besides,
        history=shower.listed("History", explained.said) if explained else None,
        hanging=[one for one in hanging if one is not None],
        read_at=None if found.read_at is None else shower.moment(found.read_at),
        twin=command_line(addresses.offers["tickets.show"], given),
    )


async def _beside(
    around: Around, shower: Shower, found: TicketDetail
) -> tuple[tuple[str, tuple[Part, ...]] | None, tuple[tuple[str, str], ...]]:
    """Return what somebody looks at beside a ticket, and what else there is to look at: a title, and where."""
    offers, may = around.addresses.offers, around.visit.desk.may
    known = {
        word: one
        for word, one in _BESIDE.items()
        if found.row.is_open
        and (offer := offers.get(one[1])) is not None
        and offer.needs is not None
        and may(offer.needs)
    }
    here = around.addresses.record("tickets.show", found.row.external_id, found.row.connection) or ""
    links = tuple(
        (title, f"{here}{'&' if '?' in here else '?'}beside={word}#beside") for word, (title, _) in known.items()
    )
    title, call = known.get(around.visit.request.query_params.get("beside", ""), ("", ""))
    if not call:
        return None, links
    answer = await around.asked(call)
    if answer is None:
        return None, links
    parts = (shower.listed(title, tuple(answer.items)),) if hasattr(answer, "items") else shower.parts(answer)
    return (title, tuple(part for part in parts if part.title and part.rows)), links


async def _listed(around: Around, shower: Shower, title: str, call: str, more: Pairs) -> tuple[Part, str | None] | None:
    found = await around.asked(call, more)
    return None if found is None or not found.items else (shower.listed(title, tuple(found.items)), around.where(call))
