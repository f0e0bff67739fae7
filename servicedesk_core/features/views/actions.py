"""Keeping views, and removing them."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.faces.asked import asked
from servicedesk_core.features.views import tables
from servicedesk_core.features.views.model import View, ViewRemoved
from servicedesk_core.features.views.queries import ViewQueries, filters_of, offers_of, view_of
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope

_LONGEST_NAME: Final = 80
_LONGEST_GIVEN: Final = 8_000


class Views(ViewQueries[Manner]):
    """Views, which somebody keeps and removes."""

    @action("views.save", about="The view that is kept.", needs=Capability.READ)
    async def save(
        self,
        name: Annotated[str, Help("What it is called; the one of that name is replaced.")],
        of: Annotated[str, Help("The list or page that it is of, such as tickets.list.")],
        *,
        given: Annotated[tuple[str, ...], Help("A filter of it, as NAME=VALUE, one each.")] = (),
        shared: Annotated[bool, Help("Everybody who sees the whole desk sees it.")] = False,
        pinned: Annotated[bool, Help("Its rows are counted on the page of tickets.")] = False,
        scope: Scope | None = None,
    ) -> View:
        """Keep a list, or a page, with its filter under a name; whoever opens it sees what they may see.

        Raises:
            SettingsError: It has no name, or too long a one, there is no such list, or no such filter of it, or one
                that no address could hold; or there are too many views.
            NotPermittedError: It would be shared, by who sees a part of the desk.
        """
        if shared:  # what somebody writes for all of the desk is about all of it
            self.desk.permitted(Capability.READ, "views.save --shared", scope, narrows=False)
        if not name.strip():
            raise SettingsError("The view has no name.", hint='Name it, such as "My P1".')
        if len(name.strip()) > _LONGEST_NAME:
            hint = f"It has at most {_LONGEST_NAME} characters: it stands above the list."
            raise SettingsError("The name of the view is too long.", hint=hint)
        if sum(map(len, given)) > _LONGEST_GIVEN:
            raise SettingsError("The filter is too long for an address.", hint="Name fewer values.")
        offers = offers_of(self.desk)
        if of not in offers:
            message = f'There is no list or page "{of}".{did_you_mean(of, offers)}'
            raise SettingsError(message, hint="Name it as its document does, such as tickets.list.")
        if any("=" not in one for one in given):
            raise SettingsError("A filter is written as NAME=VALUE.", hint="Say --given priority=P1.")
        asked(offers[of], filters_of(offers[of], given), ZoneInfo(self.desk.timezone))
        view = tables.Kept(self.desk.actor.name, name.strip(), of, given, shared, pinned, self.desk.clock.now())

        def work(tx: Tx) -> View:
            mine = {one.name for one in tables.views_of(tx, view.owner, with_shared=False)}
            if len(mine) >= tables.MOST and view.name not in mine:
                raise SettingsError(f"You keep {tables.MOST} views already.", hint="Remove one: views remove.")
            tables.keep(tx, view)
            self._tell(tx, "view.kept", view.name)
            return view_of(view, offers[of])

        return await self.desk.store.write(work)

    @action("views.remove", about="The view that is gone.", needs=Capability.READ)
    async def remove(
        self,
        name: Annotated[str, Help("What it is called; only your own can be removed.", names="views.list")],
        *,
        scope: object = None,
    ) -> ViewRemoved:
        """Remove a view of yours.

        Raises:
            NotFoundLocallyError: You have none of that name.
        """
        del scope  # see above

        def work(tx: Tx) -> ViewRemoved:
            if not tables.remove(tx, self.desk.actor.name, name):
                raise NotFoundLocallyError(f'You keep no view "{name}".', hint="`servicedesk views list` shows them.")
            self._tell(tx, "view.removed", name)
            return ViewRemoved(name)

        return await self.desk.store.write(work)

    def _tell(self, tx: Tx, what: str, name: str) -> None:
        audit.append(tx, at=self.desk.clock.now(), actor=str(self.desk.actor), action=what, entity=f"view:{name}")
