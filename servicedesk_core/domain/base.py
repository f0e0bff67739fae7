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
from typing import Annotated, ClassVar

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


class Model(BaseModel):
    """Base of everything that crosses a hook: frozen, and strict about field names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(Model):
    """A record that a vendor owns and a connection pulls.

    Attributes:
        external_id: The vendor's own id as text; unique per connection and stream.
    """

    stream: ClassVar[str]

    external_id: Annotated[str, Field(min_length=1, max_length=255)]
