"""A technician's own day, on a telephone too: what to take next and why, where to be, and what is due."""

from typing import Final

from starlette.responses import Response

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces.opens import Opens, command_line
from servicedesk_core.features.desks.model import MyDay
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.tickets.acts import help_step, own_steps
from servicedesk_core.web.console.values import Shower
from servicedesk_core.web.console.visiting import Handler, Visit

_TEMPLATE: Final = "servicedesk_core.web.console.tickets/me.html"
_NOBODY: Final = "servicedesk_core.web.console.tickets/nobody.html"


def own_page(addresses: Addresses) -> Handler:
    """Return what answers a technician.

    Args:
        addresses: Where things are.
    """
    mine = addresses.offers["desks.me"]

    async def answer(visit: Visit) -> Response:
        try:
            found: MyDay = await visit.desk.call(mine)
        except NotFoundLocallyError as error:
            name = visit.desk.actor.name
            opens = None if name in visit.desk.settings.people else Opens("people.change", {"name": (name,)})
            change = addresses.among(visit.may).where(opens)
            hint = "" if change else error.hint or ""
            return page(framed(visit, addresses, "Me"), _NOBODY, message=error.message, hint=hint, change=change)
        shower, taken = Shower(addresses.among(visit.may), visit.at, visit.zone), found.next
        return page(
            framed(visit, addresses, "Me"),
            _TEMPLATE,
            day=found,
            where=addresses.record("tickets.show", taken.ticket, taken.connection) if taken else None,
            due=shower.moment(taken.due_at) if taken and taken.due_at else None,
            steps=own_steps(visit, addresses, taken.ticket, taken.connection) if taken else (),
            visits=tuple(
                (
                    shower.moment(one.start_at),
                    f"{one.end_at.astimezone(visit.zone):%H:%M}" if one.end_at else "",
                    one,
                    addresses.record("tickets.show", one.ticket, one.connection) if one.ticket else None,
                )
                for one in found.visits
            ),
            clocks=tuple(
                (
                    one,
                    addresses.record("tickets.show", one.ticket, one.connection),
                    shower.moment(one.due_at) if one.due_at else None,
                    bool(one.due_at and one.due_at < visit.at),
                )
                for one in found.clocks
            ),
            promises=tuple(
                (
                    one,
                    addresses.record("tickets.show", one.ticket, one.connection),
                    shower.moment(one.due_at),
                    one.due_at < visit.at,
                )
                for one in found.promises
            ),
            help_calls=tuple(
                (
                    one,
                    addresses.record("tickets.show", one.ticket, one.connection),
                    shower.moment(one.until),
                    help_step(visit, addresses, one.number),
                )
                for one in found.help
            ),
            twin=command_line(mine, {}),
        )

    return answer
