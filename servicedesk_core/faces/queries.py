"""Queries: questions that the store answers in one transaction."""

import inspect
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, Unpack

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.namespace import Namespace
from servicedesk_core.faces.offer import Offer, Said
from servicedesk_core.garbage import collecting_seldom

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST: Final = timedelta(days=36_525)
"""No question is about more time, and the calendar of a computer begins with the year 1."""


class Query(Offer[P, T]):
    """A question that is declared by :func:`query`."""

    blocks: Sequence[Any] | str = ()
    """What a dashboard is made of, or where that is; none of what is no dashboard."""


def query(name: str, **said: Unpack[Said]) -> Callable[[Callable[Concatenate[Any, Any, P], T]], Query[P, T]]:
    """Declare a question: a plain function of its namespace, a transaction that only reads, and its parameters.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        said: See :class:`servicedesk_core.faces.offer.Said`.
    """

    def declare(function: Callable[Concatenate[Any, Any, P], T]) -> Query[P, T]:
        signature = inspect.signature(function)

        @wraps(function)
        async def asked(namespace: Namespace[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
            for word, given in kwargs.items():
                if isinstance(given, timedelta) and abs(given) > _LONGEST:
                    raise SettingsError(f"{word}: {given} is longer than a hundred years.", hint="Say less.")

            def answer(tx: Any) -> T:
                with collecting_seldom:  # a page is made of many thousand values, and none of them is garbage yet
                    return function(namespace, tx, *args, **kwargs)

            return await namespace.desk.store.read(answer)

        own, _, *rest = signature.parameters.values()
        asked.__signature__ = signature.replace(parameters=[own, *rest])  # type: ignore[attr-defined]
        return Query(name, function, asked, **({"needs": Capability.READ} | said))

    return declare
