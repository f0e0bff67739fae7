"""What every record of the domain has in common.

Conventions that hold for all entities:

* Records are immutable pydantic models; unknown fields are refused.
* ``*_ref`` fields hold the ``external_id`` of a record of the same connection. The target may be missing
  (not pulled yet, hidden, deleted): a dangling reference is legal.
* Instants are time-zone-aware; durations are whole seconds (``*_s``); amounts are :class:`~decimal.Decimal`
  with at most six decimals and never a float; the currency stands beside them.
* A field is ``None`` when the vendor did not say, never when it said "no" or zero.
"""

from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

Instant = AwareDatetime
"""A point in time with a zone. Stored as microseconds since 1970-01-01 UTC."""

Seconds = Annotated[int, Field(ge=0)]
"""A duration in whole seconds."""


def _refuse_float(value: object) -> object:
    if isinstance(value, float):
        msg = "an amount of money must not pass through a float; parse the vendor's text as Decimal"
        raise ValueError(msg)  # noqa: TRY004  # pydantic turns only ValueError into a validation error
    return value


Amount = Annotated[Decimal, BeforeValidator(_refuse_float), Field(max_digits=18, decimal_places=6)]
"""An amount of money; the currency stands in a field beside it."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""

CustomFields = dict[str, str | None]
"""User-defined fields of the vendor by label, values as the vendor's text."""


OF_DESK: Final = "desk"
"""Whose a record is that belongs to the MSP itself and that any client's record may name, such as a technician."""


class Model(BaseModel):
    """Base of everything that crosses a hook: frozen, and strict about field names."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Entity(Model):
    """A record that a vendor owns and a connection pulls.

    Attributes:
        stream: Name of the stream.
        whose: Whose its records are, for reads that one client or one queue limits: the field that refers to a company,
            to a ticket, or to what in its turn says whose it is; :data:`OF_DESK`; or ``None``: only the whole desk's.
        holds_costs: Whether its records say what work and goods cost: not everybody of the staff may see that.
        holds_absences: Whether its records say when people are away: not everybody of the staff may see that either.
        costs: The fields that say costs, where only some do: who may not see costs gets the records without them.
        internal: The fields that only the staff may read.
        counted_in: Stream of the parent that shows something else after each write of this one, such as how many are
            left: it is read again, too.
        external_id: The vendor's own id as text; unique per connection and stream.
    """

    stream: ClassVar[str]
    whose: ClassVar[str | None] = None
    holds_costs: ClassVar[bool] = False
    holds_absences: ClassVar[bool] = False
    costs: ClassVar[frozenset[str]] = frozenset()
    internal: ClassVar[frozenset[str]] = frozenset()
    counted_in: ClassVar[str | None] = None

    external_id: Annotated[str, Field(min_length=1, max_length=255)]

    @classmethod
    def blank(cls) -> dict[str, Any]:
        """Return a new dictionary with every field of the class and its default, to be filled for :meth:`trusted`."""
        values = _defaults(cls).copy()
        for name in _with_a_dictionary(cls):  # each record gets one of its own
            values[name] = {}
        return values

    @classmethod
    def trusted(cls, values: dict[str, Any]) -> Self:
        """Return a record of values that are known to be right, without looking at them again.

        For values out of the store or of another record, and for those made one by one in the types of the fields:
        validating them would cost ten times as much.

        Args:
            values: A value for every field, as :meth:`blank` lists them; belongs to the record from now on.
        """
        record = cls.__new__(cls)
        _set(record, "__dict__", values)
        _set(record, "__pydantic_fields_set__", _names(cls))
        _set(record, "__pydantic_extra__", None)
        _set(record, "__pydantic_private__", None)
        return record


_set = object.__setattr__  # records are frozen


@cache
def _defaults(entity: type[Entity]) -> dict[str, Any]:
    return {
        name: None if info.is_required() else info.get_default(call_default_factory=True)
        for name, info in entity.model_fields.items()
    }


@cache
def _with_a_dictionary(entity: type[Entity]) -> tuple[str, ...]:
    return tuple(name for name, default in _defaults(entity).items() if default == {})


@cache
def _names(entity: type[Entity]) -> set[str]:
    return set(entity.model_fields)
