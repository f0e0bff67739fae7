"""What a technician takes next, and why."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Sort, piece, query
from servicedesk_core.features.helpers import open_for
from servicedesk_core.features.kpi import open_desk
from servicedesk_core.features.next.model import Ahead, NextUp
from servicedesk_core.features.next.rules import upcoming, why
from servicedesk_core.features.tickets import TicketChoice, mine, ref_of, rows_by_id
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope

ME: Final = "me"
NOBODY: Final = (
    'Nobody said which technician you are: name one, or add technician = "ID", the id at the vendor, to [people.NAME].'
)


class NextQueries(Namespace[Manner]):
    """What a technician takes next."""

    desk: ConfiguredDesk

    @query(
        "next",
        about="What a technician takes next, with why, and what comes behind it.",
        needs=Capability.INTERNAL,
        page="servicedesk_core.features.next.pages:up",
    )
    def up(
        self,
        tx: Tx,
        *,
        technician: Annotated[
            str,
            Help('Name or id of a technician; "me" = you.', names="tickets.words technicians"),
        ] = ME,
        connection: Annotated[str | None, Help("Where they work, if there are several.")] = None,
        sort: Sort = None,
        limit: Limit = 20,
        after: After = None,
        scope: Scope | None = None,
    ) -> NextUp:
        """Show what a technician takes next, and why.

        What is due first comes first, then the priority, then the age, on the phone page and in the console too. Only
        what can be begun now is in it, and what a team takes from one list belongs to each of the team.

        Raises:
            NotFoundLocallyError: There is no such technician.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        if self.desk.technician is None and technician == ME:
            return NextUp((), None, "", NOBODY)
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        who = self._meant(tx, technician, connection, scope)
        source = next((one.id for one in sources.all(tx) if one.name == who[0]), None)
        if source is None:  # nothing was ever synced
            return NextUp((), None, who[1], "The desk has no ticket yet: sync it.")
        among = TicketChoice(connection=who[0], assignee=(who[1], ""))
        opened = open_desk(tx, now.astimezone(zone), zone, scope, among=among, people=self.desk.roster)
        found = upcoming(opened, who)
        rows = rows_by_id(tx, [one.local_id for one in found.ready])
        items = tuple(
            Ahead(
                place=place,
                connection=row.connection,
                external_id=row.external_id,
                number=row.number,
                title=row.title,
                company=row.company,
                priority=row.priority,
                is_theirs=one.who == who,
                due_at=one.until_at,
                why=why(one, opened),
            )
            for place, one in enumerate(found.ready, 1)
            for row in (rows[one.local_id],)
        )
        names = Names(tx)
        names.want(source, "technicians", who[1])
        help_ = open_for(tx, source, who[1], now, scope)
        page = NextUp(items, None, names.of(source, "technicians", who[1]) or who[1], found.why, help_)
        return piece(page, Ahead, by="place", sort=sort, after=after, limit=limit)

    def _meant(self, tx: Tx, word: str, connection: str | None, scope: Scope | None) -> tuple[str, str]:
        """Return the connection and the vendor's id of who is meant."""
        chosen = mine(self.desk, TicketChoice(connection=connection, assignee=(word,)))
        if chosen.assignee != (word,):
            return chosen.connection or "", chosen.assignee[0]
        known = [one.name for one in sources.all(tx) if connection in {None, one.name}]
        found, wrong = list[tuple[str, str]](), None
        for name in known:
            try:
                found.append((name, ref_of(tx, name, scope, "technicians", word)))
            except NotFoundLocallyError as error:
                wrong = error
        if len(found) == 1:
            return found[0]
        if found:
            hint = f"Say --connection: {' or '.join(name for name, _ in found)}."
            raise NotFoundLocallyError(f'There are several technicians "{word}".', hint=hint)
        raise wrong or NotFoundLocallyError(f'There is no technician "{word}".')
