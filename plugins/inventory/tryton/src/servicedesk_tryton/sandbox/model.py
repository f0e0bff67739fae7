"""What a model of the server is: its fields, and how they lead to other records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from servicedesk_tryton.sandbox.records import Row

if TYPE_CHECKING:
    from servicedesk_tryton.sandbox.models import Models

Context = Mapping[str, Any]
Compute = Callable[["Models", Row, Context], Any]


@dataclass(frozen=True)
class Model:
    """A model.

    Attributes:
        title: What people call it.
        stored: Fields with values.
        one: Model that a field leads to.
        many: Model and its field that leads back.
        listed: Model of the ids that a field lists.
        worked_out: Fields that are computed.
        unsearched: Those of them that cannot be searched by.
    """

    title: str
    stored: tuple[str, ...] = ()
    one: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)
    worked_out: Mapping[str, Compute] = field(default_factory=dict)
    unsearched: tuple[str, ...] = ()
