"""Who would take a ticket, and why the others would not."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Period, Sort, piece, query
from servicedesk_core.features.assign.choosing import rated
from servicedesk_core.features.assign.kinds import Requirements
from servicedesk_core.features.assign.model import By, Covered, Gap, Rated, Routing
from servicedesk_core.features.assign.tables.covering import covered
from servicedesk_core.features.assign.tables.deciding import Which, decided
from servicedesk_core.features.assign.tables.going_on import routed
from servicedesk_core.features.assign.tables.people import LEVELS
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

SKILLS = Annotated[
    Mapping[str, Any] | None,
    Help("Besides what definitions say, this skill at least: NAME=LEVEL, from 1 to 5. May be repeated.", name="skill"),
]
CERTIFICATIONS = Annotated[
    tuple[str, ...], Help("Besides what definitions say, this certification. May be repeated.", name="certification")
]
ONSITE = Annotated[bool, Help("Somebody has to go there.")]


class AssignQueries(Namespace[Manner]):
    """Who would take tickets."""

    desk: ProposingDesk

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
        rows = tuple(rated(found.choices[0], found.bench, tells_absences=found.tells_absences))
        return piece(Page(rows), Rated, by="place,technician", sort=sort, after=after, limit=limit)

    @query(
        "assign.stats",
        about="How tickets that were given away went on: taken by the first, changed and why, moved, done again.",
        needs=Capability.TICKETS_ASSIGN,
        unscoped="who was given what is about all technicians together",
    )
    def stats(
        self,
        tx: Tx,
        *,
        last: Annotated[timedelta, Help("Those of so long ago until now.")] = timedelta(days=30),
        by: Annotated[By | None, Help("Put together by it; by reason only those that the first did not get.")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Routing]:
        """Show how well tickets are given away: who took what the rules proposed, what was changed and why.

        Routing effectiveness is the share of tickets that nobody else had within 24 hours, and that had not to be done
        again. Only what the vendor has is counted.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        rows = routed(tx, self.desk, Period(now - last, now + timedelta.resolution), by)
        return piece(Page(tuple(rows)), Routing, by="of", sort=sort, after=after, limit=limit)

    @query(
        "assign.gaps",
        about="Skills and certifications that tickets require, with who has them: what too few can do.",
        needs=Capability.TICKETS_ASSIGN,
        empty="No definition requires anything: write [requirements.NAME] with skills, and apply them.",
        unscoped="what technicians can do belongs to no client",
    )
    def gaps(
        self,
        tx: Tx,
        *,
        everything: Annotated[bool, Help("Also what enough people can do.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Covered]:
        """List what too few can do: nobody, or one person alone; what ends within 60 days; and who could learn it.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = tuple(one for one in covered(tx, self.desk) if everything or one.gap is not Gap.FINE)
        return piece(Page(rows), Covered, by="ability", sort=sort, after=after, limit=limit)


def required(skills: Mapping[str, Any] | None, certifications: tuple[str, ...], *, onsite: bool) -> Requirements | None:
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
