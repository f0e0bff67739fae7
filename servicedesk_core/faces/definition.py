"""What a service manager decides: kinds of definitions, written as TOML and kept in versions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from servicedesk_core.capabilities import Capability

if TYPE_CHECKING:
    from pydantic import BaseModel

    from servicedesk_core.faces.feature import Feature

M = TypeVar("M", bound="BaseModel")
T = TypeVar("T")

Keys = tuple[str | int, ...]
"""Keys that lead somewhere in a definition, and places in lists."""


class Refers(NamedTuple):
    """What a key of a definition names of the records of a desk, or several.

    Attributes:
        stream: What they are.
        by_id: Whether only the vendor's id will do; else the name will, too.
        field: The field of them whose values are meant; empty = the records themselves.
    """

    stream: str
    by_id: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionKind(Generic[M]):
    """A kind of definition.

    Attributes:
        name: Its key in a file: ``calendars`` of ``[calendars.office]``, ``sla`` of ``[sla]``.
        noun: What people call one.
        model: What one is, and what is kept of it. With a field ``effective_from`` it may say when it begins to hold.
        many: Whether there are several, each under a name, which is its field ``name``; else there is one.
        written: What people write, where that is more than what is kept.
        keeps: Makes what is kept of what was written.
        names: Its keys, however deep, that name a definition, or several, with the kind that each must be of.
        records: Those that name records of the desk; of a table they are its keys. Records may come later, so whoever
            plans is warned of those that are not there.
        check: Yields what is wrong with one beside what the features of the desk bring: keys that lead from it to that,
            and what would be right. ``None`` = its model has checked all of it.
        needs: What seeing what it says takes beside ``definitions.read``; ``None`` = nothing.
        decides: What changing one takes beside ``definitions.apply``; ``None`` = nothing.
        by_act: Whether acts decide about them too: files that have none of them leave them as they are.
    """

    name: str
    noun: str
    model: type[M]
    many: bool = True
    written: "type[BaseModel] | None" = None
    keeps: Callable[[Any], M] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, Refers] = field(default_factory=dict)
    check: Callable[[Any, Sequence["Feature"]], Iterable[tuple[tuple[str, ...], str]]] | None = None
    needs: Capability | None = None
    decides: Capability | None = None
    by_act: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What only the records of a desk, or several definitions together, show of one.

    Attributes:
        kind: Name of its kind.
        name: Its name.
        text: What is the matter, and what would be right.
        path: Keys that lead from it to that.
        is_wrong: Whether nothing may be applied before it is corrected; else somebody should look at it.
    """

    kind: str
    name: str
    text: str
    path: Keys = ()
    is_wrong: bool = False


Found = Mapping[Any, Any]
"""Definitions, which are models of pydantic, by pairs of kind and name."""


def words_at(values: Any, keys: Mapping[str, T], path: Keys = ()) -> Iterator[tuple[Keys, T, str]]:
    """Yield the words that stand at some keys of a definition, however deep: where, what the key is, and the word.

    Args:
        values: The definition as tables, lists and words; of a table at such a key its keys are the words.
        keys: What each key is.
        path: Keys that lead there.
    """
    if isinstance(values, Mapping):
        for key, one in values.items():
            here = (*path, str(key))
            if key in keys and one is not None:
                words = [one] if isinstance(one, str) else one
                yield from ((here, keys[key], word) for word in words if isinstance(word, str))
            else:
                yield from words_at(one, keys, here)
    elif isinstance(values, list | tuple):
        for at, one in enumerate(values):
            yield from words_at(one, keys, (*path, at))
