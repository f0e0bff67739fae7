"""Any list and any record that a feature declares, as a page, as CSV and as JSON."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import RedirectResponse, Response, StreamingResponse

from servicedesk_core.errors import CursorError, SettingsError
from servicedesk_core.faces import Offer, Page
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import columns_of, fields_of
from servicedesk_core.faces.csv_cell import csv_cell
from servicedesk_core.faces.document import document_of, json_bytes
from servicedesk_core.faces.opens import COLUMNS, command_line
from servicedesk_core.faces.parameter import word_of
from servicedesk_core.web.console.acting.taking import taking
from servicedesk_core.web.console.addresses import Addresses, address_of, link
from servicedesk_core.web.console.everything import begun_by
from servicedesk_core.web.console.filtering import FilterForm, Pairs, form_of
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.keeping import kept_views
from servicedesk_core.web.console.values import Head, Part, Shower, aligned, columns_in
from servicedesk_core.web.console.visiting import Handler, Visit

AS: Final = "as"
_FOR_PAGES: Final = frozenset({AS, COLUMNS})
_ROWS: Final = 50
_PIECE: Final = 1_000
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

    async def answer(visit: Visit) -> Response:
        pairs = visit.request.query_params.multi_items()
        filled = [pair for pair in pairs if pair[1].strip()]
        if filled != pairs:  # what a form sends that was left empty
            return RedirectResponse(link(visit.request.url.path, filled), 303)
        wanted = dict(filled).get(AS, "page")
        pairs = [pair for pair in filled if pair[0] not in _FOR_PAGES]
        if wanted == "json":
            found = await _asked(visit, offer, pairs)
            return Response(json_bytes(document_of(offer.name, offer.version, found)), media_type="application/json")
        chosen = _columns_in(filled)
        if wanted == "csv":
            return await _csv(visit, offer, pairs, chosen)
        return await _page(visit, offer, addresses, filled, pairs)

    return answer


async def _asked(visit: Visit, offer: Offer[..., Any], pairs: Pairs, **more: Any) -> Any:
    places, named = asked(offer, pairs, visit.zone)
    return await visit.desk.call(offer, *places, **named | more)


async def _seen(visit: Visit, offer: Offer[..., Any], pairs: Pairs) -> Any:
    """Return what a screen shows: of one record, and of a list that is too long to be remembered, what is true now."""
    is_sized = any(name == "limit" for name, _ in pairs) or not _is_cut(offer)
    places, named = asked(offer, pairs if is_sized else [*pairs, ("limit", str(_ROWS))], visit.zone)
    if offer.row is None or named.get("limit", 0) > _REMEMBERED:
        return await visit.desk.call(offer, *places, **named)
    return await visit.ask(offer, *places, **named)


async def _page(visit: Visit, offer: Offer[..., Any], addresses: Addresses, filled: Pairs, pairs: Pairs) -> Response:
    here, problem, found = address_of(offer), "", None
    try:
        found = await _seen(visit, offer, pairs)
    except (SettingsError, CursorError) as error:
        problem = " ".join(filter(None, (error.message.rstrip(), error.hint)))
    form = form_of(offer, here, filled, problem)
    shower = Shower(addresses.among(visit.may), visit.at, visit.zone)
    given: dict[str, tuple[str, ...]] = {}
    for name, word in pairs:
        given[name] = (*given.get(name, ()), word)
    told: dict[str, Any] = {
        "offer": offer,
        "empty": shower.addresses.linked(offer.empty or "None.", offer),
        "form": form,
        "as_csv": link(here, [*_without(filled, "after", "limit"), (AS, "csv")]) if offer.row else None,
        "as_json": link(here, [*_without(filled), (AS, "json")]),
        "twin": command_line(offer, given),
        "views": await kept_views(visit, offer, addresses, _without(filled, "limit")),
    }
    told["begun"] = begun_by(visit, addresses.offers, offer.name.partition(".")[0]) if offer.row is not None else ()
    frame = framed(visit, addresses, _title(offer, given))
    told |= {"taking": None, "words": (), "choosing": None}
    if problem:
        return page(frame, _TEMPLATE, status=400, parts=(), following=None, sizes=(), **told)
    if offer.row is None:
        return page(frame, _TEMPLATE, parts=tuple(shower.parts(found)), following=None, sizes=(), **told)
    assert isinstance(found, Page)  # noqa: S101  # what has rows is one
    names = _chosen(offer, _columns_in(filled))
    columns = columns_of(offer.row)
    heads = tuple(_head(offer, here, filled, name) for name in names)
    rows = tuple(shower.row(one, names, columns) for one in found.items)
    listed = shower.drawn(Part("", (), *aligned(heads, rows)), columns_in(found)["items"].draws, found.items)
    hidden = [name for name, column in columns_in(found).items() if not column.shown]
    around = tuple(shower.parts(found, without=("items", "next", *hidden)))
    following = link(here, [*_without(filled, "after"), ("after", found.next)]) if found.next else None
    taken = taking(visit, addresses.offers, offer)
    told |= {"taking": taken, "words": tuple(map(taken.word, found.items)) if taken else ()}
    told["choosing"] = Choosing(tuple((name, one.title, name in names) for name, one in columns.items()), form)
    sizes = [(size, link(here, [*_without(filled, "after", "limit"), ("limit", size)])) for size in _SIZES]
    return page(
        frame,
        _TEMPLATE,
        parts=(*(one for one in around if not one.title and one.facts), listed, *(one for one in around if one.title)),
        following=following,
        sizes=sizes if _is_cut(offer) else (),
        **told,
    )


async def _csv(visit: Visit, offer: Offer[..., Any], pairs: Pairs, chosen: str) -> Response:
    """Return the whole list, piece by piece: the filter holds, and it does not end where a page does."""
    if offer.row is None:
        raise SettingsError("This is no list.", hint=f"It can be had as JSON: {AS}=json.")
    names = _chosen(offer, chosen, all_=True)
    kept = _without(pairs, "after", "limit")
    more = {"limit": _PIECE} if _is_cut(offer) else {}
    first = await _asked(visit, offer, kept, **more)

    async def lines() -> AsyncIterator[str]:
        yield _line(names)
        found = first
        while True:
            yield "".join(_line([csv_cell(getattr(row, name)) for name in names]) for row in found.items)
            if not found.next:
                return
            found = await _asked(visit, offer, kept, **more, after=found.next)

    name = f"{offer.name.replace('.', '-')}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _columns_in(filled: Pairs) -> str:
    """Return the names of the columns that an address asks for, joined with commas."""
    return ",".join(word for name, word in filled if name == COLUMNS)


def _line(cells: Any) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def _chosen(offer: Offer[..., Any], names: str, *, all_: bool = False) -> tuple[str, ...]:
    """Return the columns that are shown: those that somebody named, else those that the list shows."""
    assert offer.row is not None  # noqa: S101  # only lists have columns
    known = columns_of(offer.row)
    if names:
        return tuple(word_of(name, tuple(known), what="column") for name in names.split(","))
    return fields_of(offer.row) if all_ else offer.on_page


def _title(offer: Offer[..., Any], given: Mapping[str, tuple[str, ...]]) -> str:
    """Return what a page is called: of one record, with what names it."""
    about = offer.about.rstrip(".")
    named = next((one.spelled for one in offer.parameters if one.required), "")
    return about if offer.row is not None or named not in given else f"{about}: {', '.join(given[named])}"


def _head(offer: Offer[..., Any], here: str, filled: Pairs, name: str) -> Head:
    assert offer.row is not None  # noqa: S101  # only lists have columns
    column, by = columns_of(offer.row)[name], dict(filled).get("sort", "")
    if name not in offer.sorts:
        return Head(name, column.title, column.about)
    order = {name: "ascending", f"-{name}": "descending"}.get(by.partition(",")[0], "")
    href = link(here, [*_without(filled, "after", "sort"), ("sort", f"-{name}" if order == "ascending" else name)])
    return Head(name, column.title, column.about, href, order)


def _without(pairs: Pairs, *names: str) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] not in names and pair[0] != AS]


def _is_cut(offer: Offer[..., Any]) -> bool:
    return any(one.name == "limit" for one in offer.parameters)


_TEMPLATE: Final = "servicedesk_core.web.console.pages/listing.html"
