"""The object that says what a feature brings, ours and those of others alike."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from servicedesk_core.faces.action import Action
from servicedesk_core.faces.namespace import Namespace
from servicedesk_core.faces.offer import Offer


@dataclass(frozen=True, slots=True)
class Feature:
    """What a feature brings. Nothing of it is imported before it is used.

    Attributes:
        name: Its name: that of its command, and of ours that of its part of the desk.
        about: What it is, in a sentence without a subject, for the help of its command.
        queries: Where the namespace of its queries is, ``module:Class``.
        actions: Where the namespace is that has its acts beside them; empty = there are none.
        needs: Names of the features that it imports from, each from the package itself and never from a file in it.
    """

    name: str
    about: str
    queries: str
    actions: str = ""
    needs: tuple[str, ...] = ()

    @property
    def asking(self) -> type[Namespace[Any]]:
        """The namespace of its queries."""
        return _namespace(self.queries)

    @property
    def calls(self) -> type[Namespace[Any]]:
        """The namespace of everything."""
        return _namespace(self.actions or self.queries)


def offers(namespace: type[Namespace[Any]]) -> dict[str, Offer[..., Any]]:
    """Return what a namespace offers to every face by the last word of its name, queries first."""
    found = [one for each in reversed(namespace.__mro__) for one in vars(each).values() if isinstance(one, Offer)]
    found.sort(key=lambda one: isinstance(one, Action))
    return {one.name.rpartition(".")[2]: one for one in found}


def _namespace(reference: str) -> type[Namespace[Any]]:
    module, _, name = reference.partition(":")
    found: type[Namespace[Any]] = getattr(import_module(module), name)
    return found
