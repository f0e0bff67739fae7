"""A page for deep links, in place of the vendor's web application."""

from html import escape

from servicedesk_autotask.sandbox.picklists import label
from servicedesk_autotask.sandbox.store import Store
from servicedesk_core.sandboxing import Request, Response

_HTML = "text/html; charset=utf-8"
_SHOWN = (
    "status",
    "priority",
    "queueID",
    "companyID",
    "assignedResourceID",
    "createDate",
    "dueDateTime",
    "completedDate",
)


def ticket_page(store: Store, request: Request) -> Response:
    """Show the ticket that a deep link names."""
    number = request.param("ticketid") or ""
    ticket = store.get("Tickets", int(number)) if number.isdigit() else None
    if ticket is None:
        return Response(404, b"<!DOCTYPE html><title>Not found</title><p>No such ticket.</p>", _HTML)
    title = escape(f"{ticket['ticketNumber']} {ticket['title']}")
    rows = "".join(
        f"<tr><th>{name}</th><td>{escape(label('Tickets', name, ticket[name]))}</td></tr>" for name in _SHOWN
    )
    text = escape(ticket["description"] or "")
    page = f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1><table>{rows}</table><pre>{text}</pre>"
    return Response(200, page.encode(), _HTML)
