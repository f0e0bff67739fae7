"""Acts: what changes something, in the store or elsewhere."""

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar, Unpack

from servicedesk_core.faces.offer import Offer, Said

P = ParamSpec("P")
T = TypeVar("T")


class Action(Offer[P, T]):
    """An act that is declared by :func:`action`."""

    asks: Callable[..., str] | None = None
    """Returns what somebody is asked before it, given what the act will be given."""


def action(
    name: str, *, asks: Callable[..., str] | None = None, **said: Unpack[Said]
) -> Callable[[Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]], Action[P, T]]:
    """Declare an act: a coroutine function of its namespace and its parameters.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        asks: Returns the question that is asked before what cannot be taken back, given what the act will be given.
        said: See :class:`servicedesk_core.faces.offer.Said`.
    """

    def declare(function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Action[P, T]:
        declared = Action(name, function, function, **said)
        declared.asks = asks
        return declared

    return declare
