"""Any list and any record that a feature declares, as a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from servicedesk_core.errors import CursorError, SettingsError
from servicedesk_core.faces import Offer, Page
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import chosen_columns, columns_of
from servicedesk_core.faces.opens import command_line
from servicedesk_core.web.console.acting.taking import on_record, taking
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.everything import begun_by
from servicedesk_core.web.console.exporting import as_csv, as_json
from servicedesk_core.web.console.filtering import FilterForm, Pairs, form_of
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.keeping import kept_views
from servicedesk_core.web.console.requested import AS, Requested, called, reading
from servicedesk_core.web.console.values import Head, Part, Shower, aligned, columns_in
from servicedesk_core.web.console.visiting import Handler, Visit

_TEMPLATE: Final = "servicedesk_core.web.console.pages/listing.html"
_ROWS: Final = 50
_SIZES: Final = ("50", "200", "500")
_REMEMBERED: Final = 500
"""Rows: of longer lists a few hundred would fill the memory."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """The columns that a list can be shown with.

    Attributes:
        columns: Name, heading, and whether it is shown.
        form: The form of the page, with what stays when other columns are chosen.
    """

    columns: tuple[tuple[str, str, bool], ...]
    form: FilterForm


def listing(offer: Offer[..., Any], addresses: Addresses) -> Handler:
    """Return what answers with a list, or a record.

    Args:
        offer: The query.
        addresses: Where things are.
    """

    @reading
    async def answer(visit: Visit, wanted: Requested) -> Response:
        if wanted.kind == "json":
            return await as_json(visit, offer, wanted, await called(visit, offer, wanted.pairs))
        return (
            await as_csv(visit, offer, wanted) if wanted.kind == "csv" else await _page(visit, offer, addresses, wanted)
        )

    return answer


async def _seen(visit: Visit, offer: Offer[..., Any], pairs: Pairs) -> Any:
    """Return what a screen shows: of one record, and of a list that is too long to be remembered, what is true now."""
    is_sized = any(name == "limit" for name, _ in pairs) or not offer.is_cut
    places, named = asked(offer, pairs if is_sized else [*pairs, ("limit", str(_ROWS))], visit.zone)
    if offer.row is None or named.get("limit", 0) > _REMEMBERED:
        return await visit.desk.call(offer, *places, **named)
    return await visit.ask(offer, *places, **named)


async def _page(visit: Visit, offer: Offer[..., Any], addresses: Addresses, wanted: Requested) -> Response:
    problem, found = "", None
    try:
        names = chosen_columns(offer.row, wanted.columns) or offer.on_page
        found = await _seen(visit, offer, wanted.pairs)
    except (SettingsError, CursorError) as error:
        problem = str(error)
    form = form_of(offer, wanted.path, wanted.filled, problem)
    shower = Shower(addresses.among(visit.may), visit.at, visit.zone)
    told: dict[str, Any] = {
        "offer": offer,
        "empty": shower.addresses.linked(offer.empty or "None.", offer),
        "form": form,
        "as_csv": wanted.leading((AS, "csv"), without=("after", "limit")) if offer.row else None,
        "as_json": wanted.leading((AS, "json")),
        "twin": command_line(offer, wanted.given),
        "views": await kept_views(visit, offer, shower.addresses, wanted.without("after", "limit")),
    }
    told["begun"] = (
        begun_by(visit, addresses.offers, offer.name.partition(".")[0])
        if offer.row is not None
        else tuple(on_record(visit, addresses.offers, offer, _word(offer, wanted.given)))
    )
    frame = framed(visit, addresses, _title(offer, wanted.given))
    told |= {"taking": None, "words": (), "choosing": None}
    if problem:
        return page(frame, _TEMPLATE, status=400, parts=(), following=None, sizes=(), **told)
    if offer.row is None:
        return page(frame, _TEMPLATE, parts=tuple(shower.parts(found)), following=None, sizes=(), **told)
    assert isinstance(found, Page)  # noqa: S101  # what has rows is one
    columns = columns_of(offer.row)
    heads = tuple(_head(offer, wanted, name) for name in names)
    rows = tuple(shower.row(one, names, columns) for one in found.items)
    listed = shower.drawn(Part("", (), *aligned(heads, rows)), columns_in(found)["items"].draws, found.items)
    hidden = [name for name, column in columns_in(found).items() if not column.shown]
    around = tuple(shower.parts(found, without=("items", "next", *hidden)))
    following = wanted.leading(("after", found.next)) if found.next else None
    taken = taking(visit, addresses.offers, offer)
    told |= {"taking": taken, "words": tuple(map(taken.word, found.items)) if taken else ()}
    told["choosing"] = Choosing(tuple((name, one.title, name in names) for name, one in columns.items()), form)
    is_cut = not {"limit", "after"}.isdisjoint(name for name, _ in wanted.pairs)
    sizes = [(size, wanted.leading(("limit", size), without=("after",))) for size in _SIZES]
    return page(
        frame,
        _TEMPLATE,
        parts=(*(one for one in around if not one.title and one.facts), listed, *(one for one in around if one.title)),
        following=following,
        sizes=sizes if offer.is_cut and (following or is_cut) else (),
        **told,
    )


def _title(offer: Offer[..., Any], given: Mapping[str, tuple[str, ...]]) -> str:
    """Return what a page is called: of one record, with what names it."""
    about = offer.about.rstrip(".")
    word = _word(offer, given)
    return f"{about}: {word}" if offer.row is None and word else about


def _word(offer: Offer[..., Any], given: Mapping[str, tuple[str, ...]]) -> str:
    """Return what names the record that a page shows; empty = nothing does."""
    named = next((one.spelled for one in offer.parameters if one.required), "")
    return ", ".join(given.get(named, ()))


def _head(offer: Offer[..., Any], wanted: Requested, name: str) -> Head:
    assert offer.row is not None  # noqa: S101  # only lists have columns
    column, by = columns_of(offer.row)[name], dict(wanted.filled).get("sort", "")
    if name not in offer.sorts:
        return Head(name, column.title, column.about)
    order = {name: "ascending", f"-{name}": "descending"}.get(by.partition(",")[0], "")
    href = wanted.leading(("sort", f"-{name}" if order == "ascending" else name), without=("after",))
    return Head(name, column.title, column.about, href, order)
