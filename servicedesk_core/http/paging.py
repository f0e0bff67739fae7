"""Explicit paginators. Each is a small pure object: it prepares the first request and derives the next one.

Pages are fetched with :meth:`HttpClient.paginate`, which yields a :class:`PagedAnswer` a page. The last one has
``last=True``; a generator that ends otherwise was cut off. A page that comes twice is an error, never an endless loop.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

from servicedesk_core.errors import ProtocolError
from servicedesk_core.http.response import LOOK_BETWEEN, Response

Stop = Literal["short", "empty"]
"""What ends the paging: a page with fewer items than asked for, or only an empty one. Use ``empty`` where the vendor
may silently give fewer items than asked for."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for one page.

    Attributes:
        method: HTTP method.
        url: Path below the base URL, or an absolute URL.
        params: The query.
        json: The body.
        headers: Header fields.
        came: Items that came before it; ``None`` = not known, because the paging was resumed.
    """

    method: str
    url: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    came: int | None = 0

    def with_params(self, **params: Any) -> "PageRequest":
        """Return a copy with these parameters set."""
        return replace(self, params={**self.params, **params})


@dataclass(frozen=True, slots=True)
class PagedAnswer:
    """One page.

    Attributes:
        items: Its items.
        body: The whole decoded body.
        response: The answer.
        next: Request for the next page; ``None`` on the last. Can be kept to resume later.
    """

    items: Sequence[Any]
    body: Any
    response: Response
    next: PageRequest | None

    @property
    def last(self) -> bool:
        """Whether the vendor has no more."""
        return self.next is None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page that was just read, from which the next request is derived.

    Attributes:
        request: What was asked for.
        response: The answer.
        body: The whole decoded body.
        items: Its items.
    """

    request: PageRequest
    response: Response
    body: Any
    items: Sequence[Any]


def _as_it_is(key: Any) -> Any:
    return key


class Paginator(Protocol):
    """A way of asking for page after page. Holds no position: that is in the requests."""

    def first(self, request: PageRequest) -> PageRequest:
        """Return the request for the first page."""

    def items(self, body: Any) -> Sequence[Any]:
        """Return the items of a page."""

    def following(self, page: FetchedPage) -> PageRequest | None:
        """Return the request for the page after this one, or ``None`` when this is the last.

        Raises:
            ProtocolError: The page does not say how to go on.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """Where the items of a page are.

    Attributes:
        items_at: Dotted path to the list in the body; ``""`` = the body is the list.
    """

    items_at: str = ""

    def first(self, request: PageRequest) -> PageRequest:
        """Return the request for the first page."""
        return request

    def items(self, body: Any) -> Sequence[Any]:
        """Return the items of a page; a missing or null list is an error."""
        found = dig(body, self.items_at)
        if not isinstance(found, list):
            where = f"under {self.items_at!r}" if self.items_at else "as its body"
            raise ProtocolError(f"The page has no list {where}.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysetPages(_Items):
    """Asks for items with a key beyond the last one seen, until a page is short.

    Attributes:
        after: Returns the request for items whose key is greater than the given one.
        key: Dotted path to the key in an item. Keys must rise within and across pages.
        page_size: Items asked for.
        stop: What ends the paging.
        in_order: Makes of a key what the vendor orders by, such as ``int`` where numbers come as text.
    """

    after: Callable[[PageRequest, Any], PageRequest]
    page_size: int
    key: str = "id"
    stop: Stop = "short"
    in_order: Callable[[Any], Any] = _as_it_is

    def following(self, page: FetchedPage) -> PageRequest | None:
        """Return the request beyond the last key.

        Raises:
            ProtocolError: The keys do not rise, so going on would skip items.
        """
        if _is_last(page.items, self.page_size, self.stop):
            return None
        keys = [dig(item, self.key) for item in page.items]
        try:
            rising = all(one <= other for one, other in pairwise(map(self.in_order, keys)))
        except (TypeError, ValueError):
            rising = False
        if keys[-1] is None or not rising:  # going on from the last key would skip items
            raise ProtocolError(f"The items of a page are not in rising order of {self.key!r}.")
        return self.after(page.request, keys[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPages(_Items):
    """Follows the link to the next page, with the same method, body and header fields.

    Attributes:
        link_at: Dotted path to the link in the body; ``None`` = the ``Link`` header's ``rel="next"`` (RFC 8288).
        take: Parameters that are taken from the link, all else stays as it was asked for: where links name a host of
            the vendor's that is not an origin of the connection. Empty = the link is followed as it is.
    """

    link_at: str | None = None
    take: tuple[str, ...] = ()

    def following(self, page: FetchedPage) -> PageRequest | None:
        """Return the request for the link; the client checks where it leads.

        Raises:
            ProtocolError: The link is not text, or lacks what is taken from it.
        """
        link = next_link(page.response) if self.link_at is None else dig(page.body, self.link_at)
        if link is None or link == "":
            return None
        if not isinstance(link, str):
            raise ProtocolError("The link to the next page is not text.")
        if not self.take:
            return replace(page.request, url=link, params={})
        found = dict(parse_qsl(link.partition("?")[2].partition("#")[0]))
        if lacking := [name for name in self.take if name not in found]:
            raise ProtocolError(f"The link to the next page has no {', '.join(lacking)}.")
        return page.request.with_params(**{name: found[name] for name in self.take})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedPages(_Items):
    """Asks for one page number after the other.

    Attributes:
        page_size: Items asked for.
        page_param: Name of the page number's parameter.
        size_param: Name of the page size's parameter; ``None`` = not sent.
        start: Number of the first page.
        total_pages_at: Dotted path to the number of pages in the body; ``None`` = not told.
        total_at: Dotted path to the number of all items in the body; ``None`` = not told. With it a vendor may give
            fewer items than asked for, and the paging ends with the last item; resumed, with an empty page.
        last_page: Number of the last page, where it is known otherwise: empty pages before it are not the end.
        stop: What ends the paging when nothing of this is told.
    """

    page_size: int
    page_param: str = "page"
    size_param: str | None = None
    start: int = 1
    total_pages_at: str | None = None
    total_at: str | None = None
    last_page: int | None = None
    stop: Stop = "short"

    def first(self, request: PageRequest) -> PageRequest:
        """Return the request for the first page, or leave a page number that is already there."""
        sizes = {self.size_param: self.page_size} if self.size_param else {}
        came = None if request.params.get(self.page_param, self.start) != self.start else request.came
        return replace(request.with_params(**{self.page_param: self.start, **sizes, **request.params}), came=came)

    def following(self, page: FetchedPage) -> PageRequest | None:
        """Return the request for the next number.

        Raises:
            ProtocolError: The items ended before the total was reached.
        """
        number = int(page.request.params[self.page_param])
        came = None if page.request.came is None else page.request.came + len(page.items)
        if self._is_last(page, number, came):
            return None
        return replace(page.request.with_params(**{self.page_param: number + 1}), came=came)

    def _is_last(self, page: FetchedPage, number: int, came: int | None) -> bool:
        pages = None if self.total_pages_at is None else dig(page.body, self.total_pages_at)
        last = self.last_page if pages is None else self.start + int(pages) - 1
        if last is not None:
            return number >= last
        total = None if self.total_at is None else dig(page.body, self.total_at)
        if total is None:
            return _is_last(page.items, self.page_size, self.stop)
        if came is None:
            return not page.items
        if came < int(total) and not page.items:
            raise ProtocolError(f"An empty page came after {came} of {total} items.")
        return came >= int(total)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetPages(_Items):
    """Asks for items from position 0, then on from what came.

    Attributes:
        page_size: Items asked for.
        offset_param: Name of the offset's parameter.
        size_param: Name of the page size's parameter; ``None`` = not sent.
        start: First offset.
        total_at: Dotted path to the number of all items in the body; ``None`` = not told.
        stop: What ends the paging when the total is not told.
    """

    page_size: int
    offset_param: str = "offset"
    size_param: str | None = "limit"
    start: int = 0
    total_at: str | None = None
    stop: Stop = "short"

    def first(self, request: PageRequest) -> PageRequest:
        """Return the request for the first items, or leave an offset that is already there."""
        sizes = {self.size_param: self.page_size} if self.size_param else {}
        return request.with_params(**{self.offset_param: self.start, **sizes, **request.params})

    def following(self, page: FetchedPage) -> PageRequest | None:
        """Return the request for what follows the items that came, however many were asked for.

        Raises:
            ProtocolError: A page is empty before the total was reached.
        """
        reached = int(page.request.params[self.offset_param]) + len(page.items)
        total = None if self.total_at is None else dig(page.body, self.total_at)
        if total is not None:
            if reached >= self.start + int(total):
                return None
            if not page.items:
                raise ProtocolError(f"An empty page came after {reached} of {total} items.")
        elif _is_last(page.items, self.page_size, self.stop):
            return None
        return page.request.with_params(**{self.offset_param: reached})


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorPages(_Items):
    """Passes on an opaque cursor until none comes.

    Attributes:
        cursor_at: Dotted path to the cursor in the body.
        cursor_param: Name of its parameter, or of its key in the JSON body.
        place: Where the cursor goes: ``params`` or ``json``.
        more_at: Dotted path to a truth value that says whether there is more; ``None`` = not told.
    """

    cursor_at: str
    cursor_param: str = "cursor"
    place: Literal["params", "json"] = "params"
    more_at: str | None = None

    def following(self, page: FetchedPage) -> PageRequest | None:
        """Return the request with the new cursor.

        Raises:
            ProtocolError: There is said to be more, and no cursor to it.
        """
        more = None if self.more_at is None else dig(page.body, self.more_at)
        cursor = dig(page.body, self.cursor_at)
        if more is False or cursor is None or cursor == "":
            if more is True:
                raise ProtocolError("The vendor says that there is more but gives no cursor.")
            return None
        if self.place == "json":
            return replace(page.request, json={**(page.request.json or {}), self.cursor_param: cursor})
        return page.request.with_params(**{self.cursor_param: cursor})


async def run_pages(
    paginator: Paginator, first: PageRequest, fetch: Callable[[PageRequest], Awaitable[Response]]
) -> AsyncGenerator[PagedAnswer, None]:
    """Fetch page after page.

    Args:
        paginator: How to go on.
        first: What to ask for.
        fetch: Sends a request.

    Raises:
        ProtocolError: A page is not what the paginator expects, or the same page is asked for twice.
    """
    request: PageRequest | None = paginator.first(first)
    seen: set[int] = set()
    ends: list[Any] = []
    while request is not None:
        mark = hash(repr((request.url, sorted(request.params.items(), key=repr), request.json)))
        response = await fetch(request)
        body = response.json()
        try:
            if mark in seen:
                raise ProtocolError("The vendor sent the paging round in a circle.")  # noqa: TRY301
            seen.add(mark)
            items = paginator.items(body)
            request = paginator.following(FetchedPage(request, response, body, items))
            if items and ends == (ends := [len(items), items[0], items[-1]]):
                raise ProtocolError("The vendor sent the same page twice.")  # noqa: TRY301
        except ProtocolError as error:
            raise _at(response, error) from None
        yield PagedAnswer(items, body, response, request)


def dig(body: Any, path: str) -> Any:
    """Return what lies at a dotted path in nested objects, or ``None``."""
    for name in path.split(".") if path else ():
        if not isinstance(body, Mapping):
            return None
        body = body.get(name)
    return body


def next_link(response: Response) -> str | None:
    """Return the ``rel="next"`` target of the ``Link`` header (RFC 8288), or ``None``."""
    for part in response.headers.get("link", "").split("<")[1:]:
        target, _, attributes = part.partition(">")
        for attribute in attributes.split(";")[1:]:
            name, _, value = attribute.partition("=")
            if name.strip().lower() == "rel" and "next" in value.strip(' ",').lower().split():
                return target
    return None


def _at(response: Response, error: ProtocolError) -> ProtocolError:
    error.connection, error.detail = response.connection, f"{response.method} {response.route}"
    error.hint = error.hint or LOOK_BETWEEN
    return error


def _is_last(items: Sequence[Any], page_size: int, stop: Stop) -> bool:
    return not items or (stop == "short" and len(items) < page_size)
