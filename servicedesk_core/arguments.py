"""Names that somebody got wrong: refused, with the nearest one that there is."""

from collections.abc import Collection, Iterable, Mapping
from functools import wraps
from inspect import Signature, signature
from typing import Any, TypeVar

T = TypeVar("T")


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return `` Did you mean "…"?`` when a choice looks like the word, else nothing.

    Args:
        word: What was written.
        choices: What is allowed.
    """
    from difflib import get_close_matches  # noqa: PLC0415  # a good command needs none

    by_folded = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    near = near or [choice for choice in by_folded if choice.endswith(f"_{word.casefold()}")]
    return f' Did you mean "{by_folded[near[0]]}"?' if near else ""


def refuse_unknown(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Make sure that keyword arguments are known.

    Args:
        what: Who is given them, for people.
        given: Their names.
        known: Names that there are.

    Raises:
        TypeError: One is not; with the nearest that is.
    """
    known = tuple(known)
    for name in given:
        if name not in known:
            msg = f'{what} has no argument "{name}".{did_you_mean(name, known)} It takes {", ".join(known)}.'
            raise TypeError(msg)


def several_in(signed: Signature) -> frozenset[str]:
    """Return the names of the arguments that take several values."""
    return frozenset(name for name, one in signed.parameters.items() if isinstance(one.default, tuple))


def refuse_single(what: str, given: Mapping[str, Any], several: Collection[str]) -> None:
    """Make sure that no argument that takes several values is given a text, of which each letter would be one.

    Args:
        what: Who is given it, for people.
        given: The arguments.
        several: The names of those that take several values.

    Raises:
        TypeError: One is.
    """
    for name, value in given.items():
        if isinstance(value, str) and name in several:
            msg = f'{what} takes several values of {name}: write {name}=("{value}",).'
            raise TypeError(msg)


def strict(cls: type[T]) -> type[T]:
    """Let a class say which argument was meant when it is given one that it does not have, or one text for several."""
    make: Any = cls.__init__
    known = tuple(signature(cls).parameters)
    many = several_in(signature(cls))

    @wraps(make)
    def checked(self: T, *args: Any, **kwargs: Any) -> None:
        refuse_unknown(cls.__name__, kwargs, known)
        refuse_single(cls.__name__, kwargs, many)
        make(self, *args, **kwargs)

    type.__setattr__(cls, "__init__", checked)
    return cls
