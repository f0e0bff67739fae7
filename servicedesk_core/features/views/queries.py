"""Which views there are, and how much is in those that are pinned."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.faces import (
    After,
    Counted,
    Feature,
    Help,
    Limit,
    Manner,
    Namespace,
    Offer,
    Opens,
    Page,
    Sort,
    piece,
    query,
)
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import chosen_columns
from servicedesk_core.faces.namespace import Desk
from servicedesk_core.faces.opens import COLUMNS, command_line, grouped, pairs_of
from servicedesk_core.features.views import tables
from servicedesk_core.features.views.model import View
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.queries.scope import Scope

_MOST_COUNTED: Final = 1_000


class KeepingDesk(Desk, Protocol):
    """A desk on which somebody keeps views."""

    actor: Actor
    """Who."""

    @property
    def store(self) -> Store:
        """Where views are kept."""
        ...

    @property
    def features(self) -> tuple[Feature, ...]:
        """What brings the lists that views are of."""
        ...


class ViewQueries(Namespace[Manner]):
    """Lists and pages with a filter, kept under a name."""

    desk: KeepingDesk

    @query("views.list", about="Kept views.", empty='None is kept; "views save" keeps one.')
    def list(
        self,
        tx: Tx,
        *,
        of: Annotated[str | None, Help("Only of this list or page, such as tickets.list.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[View]:
        """List your views, and those that others share; who sees a part of the desk sees their own only.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = tables.views_of(tx, self.desk.actor.name, with_shared=scope is None)
        offers = offers_of(self.desk)
        rows = (view_of(one, offers[one.call]) for one in found if one.call in offers and of in {None, one.call})
        return piece(Page(tuple(rows)), View, by="owner,name", sort=sort, after=after, limit=limit)

    @query("views.pinned", about="How many rows pinned views have.", empty="No view is pinned.")
    def pinned(
        self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None, scope: Scope | None = None
    ) -> Page[Counted]:
        """Count the rows of your pinned views, a thousand each at most; one whose filter holds no more is left out."""
        offers = offers_of(self.desk)
        mine = tables.views_of(tx, self.desk.actor.name, with_shared=False)
        found = Page(tuple(self._counted(tx, [one for one in mine if one.is_pinned], offers, scope)))
        return piece(found, Counted, by="label", sort=sort, after=after, limit=limit)

    def _counted(
        self, tx: Tx, views: Iterable[tables.Kept], offers: dict[str, Offer[..., Any]], scope: Scope | None
    ) -> Iterator[Counted]:
        for one in views:
            offer = offers.get(one.call)
            if offer is None or offer.row is None or offer.needs is None or not self.desk.may(offer.needs):
                continue
            if offer.unscoped and scope is not None:
                continue
            try:
                found = self._rows(tx, offer, one.given, scope)
            except ServiceDeskError:  # what it names is gone
                continue
            label = f"{one.name} (the first {_MOST_COUNTED:,})" if found.next else one.name
            yield Counted(label, len(found.items), opened(one))

    def _rows(self, tx: Tx, offer: Offer[..., Any], given: tuple[str, ...], scope: Scope | None) -> Page[Any]:
        pairs = [pair for pair in filters_of(offer, given) if pair[0] != "limit"]
        if offer.is_cut:
            pairs.append(("limit", str(_MOST_COUNTED)))
        places, named = asked(offer, pairs, ZoneInfo(self.desk.timezone))
        narrowed = named if offer.unscoped else named | {"scope": scope}
        found: Page[Any] = offer.declared(offer.owner(self.desk), tx, *places, **narrowed)
        return found


def offers_of(desk: KeepingDesk) -> dict[str, Offer[..., Any]]:
    """Return the lists and pages of a desk by name."""
    return {one.name: one for feature in desk.features for one in feature.offers(acts=False).values()}


def filters_of(offer: Offer[..., Any], given: "tuple[str, ...]") -> "list[tuple[str, str]]":
    """Return the same without the columns that the list is shown with.

    Raises:
        SettingsError: The list has no such column.
    """
    pairs = pairs_of(given)
    chosen_columns(offer.row, ",".join(word for name, word in pairs if name == COLUMNS))
    return [pair for pair in pairs if pair[0] != COLUMNS]


def opened(view: tables.Kept) -> Opens:
    """Return the list that a view is of, with its filter."""
    return Opens(view.call, grouped(pairs_of(view.given)))


def view_of(one: tables.Kept, offer: Offer[..., Any]) -> View:
    """Return a view as lists show it."""
    opens = opened(one)
    owner = one.owner.removeprefix("user:")
    return View(one.name, owner, command_line(offer, opens.given), one.is_shared, one.is_pinned, opens)
