"""Which tokens there are."""

from datetime import datetime
from typing import Annotated, Final, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.tokens import tables
from servicedesk_core.features.tokens.model import TokenRow, TokenState
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx

UNSCOPED: Final = "tokens belong to no client"


class ActingDesk(ConfiguredDesk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who."""

    @property
    def store(self) -> Store:
        """Where tokens are kept."""
        ...


class TokenQueries(Namespace[Manner]):
    """Tokens of programs."""

    desk: ActingDesk

    @query(
        "tokens.list",
        about="Tokens of programs.",
        empty="No program has a token; `servicedesk tokens new` makes one.",
        unscoped=UNSCOPED,
    )
    def list(
        self,
        tx: Tx,
        *,
        all_: Annotated[bool, Help("Also those that open nothing any more.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[TokenRow]:
        """List the tokens by which programs ask this desk, whose they are, and when they were shown last.

        Who may not see who may do what sees their own.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self.desk.clock.now()
        whose = None if self.desk.may(Capability.PEOPLE_READ) else self.desk.actor.name
        rows = (_row(one, now) for one in tables.tokens(tx) if whose in {None, one.person})
        shown = Page(tuple(row for row in rows if all_ or row.state is TokenState.VALID))
        return piece(shown, TokenRow, by="id", sort=sort, after=after, limit=limit)


def _row(one: tables.Kept, now: datetime) -> TokenRow:
    ended = TokenState.EXPIRED if one.expires_at <= now else TokenState.VALID
    return TokenRow(
        id=one.id,
        name=one.name,
        person=one.person.removeprefix("user:"),
        capabilities=one.capabilities,
        state=TokenState.REVOKED if one.revoked_at else ended,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
        made_at=one.made_at,
        made_by=one.made_by,
        revoked_at=one.revoked_at,
        revoked_by=one.revoked_by,
    )
