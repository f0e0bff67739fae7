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

    warns: Callable[..., str] | None = None
    """Returns what is said before the act goes beyond the desk; empty = it would not."""

    tells: Callable[..., str] | None = None
    """Returns what became of it, in words."""


def action(
    name: str,
    *,
    asks: Callable[..., str] | None = None,
    warns: Callable[..., str] | None = None,
    tells: Callable[..., str] | None = None,
    **said: Unpack[Said],
) -> Callable[[Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]], Action[P, T]]:
    """Declare an act: a coroutine function of its namespace and its parameters.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        asks: Returns the question that is asked before what cannot be taken back, given what the act will be given.
        warns: Of an act that proposes first: given the desk and what was proposed it returns what is said before that
            is sent; empty = it would not be. Such an act has the parameters ``request_id`` and ``send``; it is called
            without ``send``, the result is shown, and when that was asked for it is called again with both.
        tells: Given the desk and the result it returns what became of it and what can be done next.
        said: See :class:`servicedesk_core.faces.offer.Said`.
    """

    def declare(function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Action[P, T]:
        declared = Action(name, function, function, **said)
        declared.asks, declared.warns, declared.tells = asks, warns, tells
        return declared

    return declare
