"""What says which field of a vendor's row feeds which field of ours: a table for each kind of value."""

from dataclasses import dataclass

from servicedesk_core.domain import Entity

Pairs = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one entity's rows become one kind of record. Each table goes from the vendor's field to ours.

    Attributes:
        entity: The vendor's plural name.
        model: The kind of record.
        texts: Texts.
        refs: References to other records.
        instants: Points in time.
        days: Date-only fields.
        hours: Hours, which become seconds.
        amounts: Money.
        flags: Truth values.
        numbers: Plain numbers.
        labels: List fields of which we keep the label.
        custom: Whether user-defined fields are kept.
    """

    entity: str
    model: type[Entity]
    texts: Pairs
    refs: Pairs
    instants: Pairs
    days: Pairs
    hours: Pairs
    amounts: Pairs
    flags: Pairs
    numbers: Pairs
    labels: Pairs
    custom: bool = False


def shape_of(
    entity: str,
    model: type[Entity],
    *,
    texts: Pairs | None = None,
    refs: Pairs | None = None,
    instants: Pairs | None = None,
    days: Pairs | None = None,
    hours: Pairs | None = None,
    amounts: Pairs | None = None,
    flags: Pairs | None = None,
    numbers: Pairs | None = None,
    labels: Pairs | None = None,
    custom: bool = False,
) -> Shape:
    """Return a shape; a table that is left out is empty."""
    return Shape(
        entity=entity, model=model, texts=texts or {}, refs=refs or {}, instants=instants or {}, days=days or {},
        hours=hours or {}, amounts=amounts or {}, flags=flags or {}, numbers=numbers or {}, labels=labels or {},
        custom=custom,
    )  # fmt: skip
