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

    @property
    def keeps_refusals(self) -> bool:
        """Whether the audit trail keeps who was refused it: an act's it does, whatever it takes."""
        return True


class Proposal(Action[P, T]):
    """An act that is declared by :func:`proposal`: it proposes first, and goes beyond the desk only when it is sent."""

    warns: Callable[[Any, Any], str]
    """Given the desk and what was proposed, returns what is said before that is sent; empty = it would not be."""

    tells: Callable[[Any, Any], str]
    """Given the desk and the result, returns what became of it and what can be done next."""


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


def proposal(
    name: str, *, warns: Callable[[Any, Any], str], tells: Callable[[Any, Any], str], **said: Unpack[Said]
) -> Callable[[Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]], Proposal[P, T]]:
    """Declare an act that proposes first: a coroutine function that has the parameters ``request_id`` and ``send``.

    It is called without ``send`` and its result is shown; when that is to be sent, it is called again with both, which
    sends what was shown.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        warns: See :attr:`Proposal.warns`.
        tells: See :attr:`Proposal.tells`.
        said: See :class:`servicedesk_core.faces.offer.Said`.
    """

    def declare(function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Proposal[P, T]:
        declared = Proposal(name, function, function, **said)
        declared.warns, declared.tells = warns, tells
        return declared

    return declare
