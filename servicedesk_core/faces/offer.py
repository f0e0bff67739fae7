"""A call that every face offers: what queries and acts have in common."""

import inspect
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import (
    Any,
    Concatenate,
    NotRequired,
    ParamSpec,
    TypedDict,
    TypeVar,
    Unpack,
    get_args,
    get_origin,
    get_type_hints,
)

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces.column import columns_of, sortable
from servicedesk_core.faces.namespace import Method
from servicedesk_core.faces.page import Page
from servicedesk_core.faces.parameter import Parameter, filters_of, parameters_of

P = ParamSpec("P")
T = TypeVar("T")


class Said(TypedDict):
    """What a declaration says beside its function.

    Attributes:
        about: What the result is, in a sentence.
        needs: What whoever calls it must be allowed to. Without it a query takes ``records.read``, and an act
            everything.
        unscoped: Why the function has no parameter ``scope``; every other one takes one, and is given what whoever
            calls it sees.
        version: Version of the result's shape; it rises when a field changes its meaning or goes away.
        empty: What people are told in place of a list without rows: what would fill it.
        sorts: Columns that the database can order a list by; without it all that have one plain value.
        on_page: Columns of a list that a page in a browser has, in their order; without it those that lists show.
        page: Where the function is that shows the result in a terminal, ``module:function``; it is given a
            :class:`servicedesk_core.faces.Terminal` and the result. Without it the columns decide.
        html: Where the function is that returns the result as a whole page for a browser, ``module:function``.
        fails: Returns the exit code that a result comes to: whether a script should stop at it.
        title: What people call it, on a button; without it as the last word of its name.
        off_web: Why no browser offers it, though nothing that it must be given is a file.
        told_once: Whether its result holds a secret, which is shown when it is made and never again.
    """

    about: str
    needs: NotRequired[Capability]
    unscoped: NotRequired[str]
    version: NotRequired[int]
    empty: NotRequired[str]
    sorts: NotRequired[Collection[str]]
    on_page: NotRequired[Sequence[str]]
    page: NotRequired[str]
    html: NotRequired[str]
    fails: NotRequired[Callable[[Any], int]]
    title: NotRequired[str]
    off_web: NotRequired[str]
    told_once: NotRequired[bool]


class Offer(Method[P, T]):
    """A call with what faces need to offer it.

    Args:
        name: Its name, words joined with dots: ``tickets.list``.
        declared: The function as it was declared.
        work: What is awaited.
        said: See :class:`Said`.
    """

    def __init__(
        self,
        name: str,
        declared: Callable[..., Any],
        work: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
        **said: Unpack[Said],
    ) -> None:
        super().__init__(work, said.get("needs"), name, said.get("unscoped", ""))
        self.declared = declared
        self.about = said["about"]
        self.version = said.get("version", 1)
        self.empty = said.get("empty", "")
        self._sorts = said.get("sorts")
        self._on_page = said.get("on_page")
        self.page = said.get("page", "")
        self.html = said.get("html", "")
        self.fails = said.get("fails")
        self.title = said.get("title") or name.rpartition(".")[2].replace("-", " ").capitalize()
        self.off_web = said.get("off_web", "")
        self.told_once = said.get("told_once", False)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be given."""
        sorts = ", ".join(self.sorts)
        return tuple(
            replace(one, help=replace(one.help, text=f"{one.help.text} Columns: {sorts}."))
            if sorts and one.name == "sort"
            else one
            for one in parameters_of(self.declared)
        )

    @cached_property
    def named(self) -> Mapping[str, Parameter]:
        """The same, by the names that Python has for them."""
        return {one.name: one for one in self.parameters}

    @property
    def is_on_web(self) -> bool:
        """Whether a browser can offer it."""
        return not self.off_web and not any(one.is_file and one.required for one in self.parameters)

    @property
    def is_cut(self) -> bool:
        """Whether it can be asked for at most so many rows."""
        return any(one.name == "limit" for one in self.parameters)

    @cached_property
    def sorts(self) -> tuple[str, ...]:
        """The columns that a list can be ordered by; none where it has no parameter ``sort``."""
        if self.row is None or "sort" not in inspect.signature(self.declared).parameters:
            return ()
        wanted = sortable(self.row) if self._sorts is None else self._sorts
        return tuple(name for name in columns_of(self.row) if name in wanted)

    @cached_property
    def on_page(self) -> tuple[str, ...]:
        """The columns that a page in a browser has; none where it is no list."""
        if self.row is None:
            return ()
        return tuple(self._on_page or (name for name, column in columns_of(self.row).items() if column.shown))

    @cached_property
    def filters(self) -> dict[str, type]:
        """The parameters that are made of those that name them."""
        return filters_of(self.declared)

    @cached_property
    def result(self) -> Any:
        """The type of the result."""
        return get_type_hints(self.declared)["return"]

    @cached_property
    def row(self) -> type | None:
        """The type of a row, when the result is a page of them."""
        result = self.result
        kind = get_origin(result) or result
        if not (isinstance(kind, type) and issubclass(kind, Page)):
            return None
        row: type = get_args(result if kind is Page else get_type_hints(kind)["items"])[0]
        return row
