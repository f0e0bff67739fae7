"""Who would take a ticket, and why the others would not."""

from typing import Annotated, Any

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.assign.choosing import rated
from servicedesk_core.features.assign.kinds import Requirements
from servicedesk_core.features.assign.model import Rated
from servicedesk_core.features.assign.tables.deciding import Which, decided
from servicedesk_core.features.assign.tables.people import LEVELS
from servicedesk_core.features.tickets import WritingDesk
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

SKILLS = Annotated[
    dict[str, Any] | None,
    Help("Besides what definitions say, this skill at least: NAME=LEVEL, from 1 to 5. May be repeated.", name="skill"),
]
CERTIFICATIONS = Annotated[
    tuple[str, ...], Help("Besides what definitions say, this certification. May be repeated.", name="certification")
]
ONSITE = Annotated[bool, Help("Somebody has to go there.")]


class AssignQueries(Namespace[Manner]):
    """Who would take tickets."""

    desk: WritingDesk

    @query(
        "assign.candidates",
        about="Who would take a ticket, the best first, with the parts of each score; and who cannot, with why.",
        needs=Capability.TICKETS_ASSIGN,
        empty="The desk knows no technician of that connection: sync it.",
    )
    def candidates(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        skills: SKILLS = None,
        certifications: CERTIFICATIONS = (),
        onsite: ONSITE = False,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Rated]:
        """List who would take a ticket: gates first, rank second. Writes nothing.

        Raises:
            NotFoundLocallyError: The store holds no such open ticket.
            SettingsError: A level is none from 1 to 5, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        manual = required(skills, certifications, onsite=onsite)
        found = decided(tx, self.desk, Which((ticket,), connection, manual=manual), scope)
        may = scope is None and self.desk.may(Capability.ABSENCES)
        rows = tuple(rated(found.choices[0], found.bench, tells_absences=may))
        return piece(Page(rows), Rated, by="place,technician", sort=sort, after=after, limit=limit)


def required(skills: dict[str, Any] | None, certifications: tuple[str, ...], *, onsite: bool) -> Requirements | None:
    """Return what somebody said that tickets require besides; ``None`` = nothing.

    Raises:
        SettingsError: A level is none from 1 to 5.
    """
    if not (skills or certifications or onsite):
        return None
    levels: dict[str, int] = {}
    for name, word in (skills or {}).items():
        if not str(word).isdecimal() or int(word) not in LEVELS:
            raise SettingsError(
                f'"{name}={word or ""}" is no level.', hint="Write it as --skill firewall=3, from 1 to 5."
            )
        levels[name] = int(word)
    return Requirements(name="manual", skills=levels, certifications=certifications, onsite=onsite)
