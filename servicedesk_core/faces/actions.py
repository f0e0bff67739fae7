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


class Previewed(Action[P, T]):
    """An act that is declared by :func:`previewed`: what it would do is shown before it, and then done just so."""

    preview: Callable[..., Coroutine[Any, Any, Any]]
    """Given the namespace and what the act will be given, returns what it would do; ``None`` = nothing is shown."""

    shows: str
    """Where the function is that shows that, ``module:function``; it is given a terminal and what the act would do."""

    tells: Callable[[Any], str]
    """Given the result, returns what somebody has to know or do beyond it; empty = nothing."""

    async def foreseen(self, desk: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return what the act would do on a desk."""
        return await self.preview(self.owner(desk), *args, **kwargs)


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


def previewed(
    name: str,
    *,
    preview: Callable[..., Coroutine[Any, Any, Any]],
    shows: str,
    asks: Callable[..., str],
    tells: Callable[[Any], str] = lambda _: "",
    **said: Unpack[Said],
) -> Callable[[Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]], Previewed[P, T]]:
    """Declare an act that cannot be taken back and shows first what it would do: it has the parameter ``shown``.

    A command asks for the preview, shows it, asks whoever is there, and calls the act with what was ``shown``: nothing
    else is done. Without it the act does what there is to do.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        preview: See :attr:`Previewed.preview`.
        shows: See :attr:`Previewed.shows`.
        asks: Returns the question, given the preview and what the act will be given; empty = nothing is asked.
        tells: See :attr:`Previewed.tells`.
        said: See :class:`servicedesk_core.faces.offer.Said`.
    """

    def declare(function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Previewed[P, T]:
        declared = Previewed(name, function, function, **said)
        declared.preview, declared.shows, declared.asks, declared.tells = preview, shows, asks, tells
        return declared

    return declare
