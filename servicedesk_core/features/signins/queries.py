"""Who is signed in."""

from typing import Annotated, Final, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.signins import tables
from servicedesk_core.features.signins.model import SignInRow
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.queries.scope import Scope

USER: Final = "user:"


class SigningDesk(ConfiguredDesk, Protocol):
    """A desk on which somebody acts."""

    @property
    def actor(self) -> Actor:
        """Who."""
        ...

    @property
    def store(self) -> Store:
        """Where sign-ins are kept."""
        ...

    def people_in(self, tx: Tx) -> tables.People:
        """Return the people as they are now."""
        ...


class SignInQueries(Namespace[Manner]):
    """Sign-ins to the console."""

    desk: SigningDesk

    @query("signins.list", about="Sign-ins to the console.", empty="Nobody is signed in.")
    def list(
        self,
        tx: Tx,
        *,
        person: Annotated[str | None, Help("Only of this person.", names="people.list")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[SignInRow]:
        """List who is signed in to the console, from where, and until when.

        Who may not see who may do what sees their own, and so does who sees a part of the desk.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        is_whole = scope is None and self.desk.may(Capability.PEOPLE_READ)
        whose = None if is_whole else self.desk.actor.name.removeprefix(USER)
        found = tables.sign_ins_of(tx, whose, self.desk.clock.now(), self.desk.people_in(tx))
        rows = (
            SignInRow(one.id, one.person, one.begun_at, one.used_at, one.ends_at, one.address, one.agent)
            for one in found
            if person in {None, one.person}
        )
        return piece(Page(tuple(rows)), SignInRow, by="-id", sort=sort, after=after, limit=limit)
