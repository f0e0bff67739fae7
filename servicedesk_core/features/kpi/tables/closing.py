"""Closed months: what each figure was, as a whole and by what it can be divided by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import JSON, Text, cast, delete, insert, select

from servicedesk_core.faces import Case, Measure, Sum
from servicedesk_core.faces.kpi import number
from servicedesk_core.features.profit import Month
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import kpi_figures, kpi_months

_JSON: Final = JSON().with_variant(Text(), "sqlite")
"""What a figure is cast to: SQLite looks into text as it is."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month: when it was closed, by whom and why."""

    at: datetime
    author: str
    reason: str


def closed(tx: Tx) -> Mapping[Month, Closed]:
    """Return the months that are closed, in order."""
    c = kpi_months.c
    query = select(c.month, c.at, c.author, c.reason).order_by(c.month)
    return {Month.parse(month): Closed(*rest) for month, *rest in tx.execute(query)}


def figures_of(tx: Tx, month: Month) -> Mapping[str, Measure]:
    """Return the figures of a closed month by name; those that could not be measured then are not among them."""
    c = kpi_figures.c
    return {name: _measure(body) for name, body in tx.execute(select(c.name, c.body).where(c.month == str(month)))}


def courses_of(tx: Tx, months: Sequence[Month]) -> Mapping[str, Sequence[float | None]]:
    """Return what figures were in closed months, by name; of one that a month does not have it is ``None``."""
    c, names = kpi_figures.c, [*map(str, months)]
    value = cast(c.body, _JSON)["value"].as_string()
    rows = tx.execute(select(c.name, c.month, value).where(c.month.in_(names)))
    known: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name, month, text in rows:
        if text is not None:
            known[name][month] = number(Fraction(text))
    return {name: [of.get(month) for month in names] for name, of in known.items()}


def cases_of(tx: Tx, month: Month, name: str) -> tuple[Case, ...]:
    """Return the records behind a figure of a closed month, with those that were left out of it."""
    c = kpi_figures.c
    rows = tx.execute(select(c.cases).where(c.month == str(month), c.name == name)).scalar() or ()
    return tuple(Case(record, _number(above), _number(below), *rest) for record, above, below, *rest in rows)


def _row(case: Case) -> list[Any]:
    return [case.record, _exact(case.numerator), _exact(case.denominator), *case[3:]]


def keep(tx: Tx, month: Month, figures: Iterable[tuple[str, Measure]], said: Closed) -> int:
    """Keep the figures of a month as they are, and return how many those are."""
    rows = [
        {"month": str(month), "name": name, "body": _whole(one), "cases": [*map(_row, one.cases)]}
        for name, one in figures
        if not one.needs
    ]
    tx.execute(insert(kpi_months).values(month=str(month), at=said.at, author=said.author, reason=said.reason))
    if rows:
        tx.execute(insert(kpi_figures), rows)
    return len(rows)


def drop(tx: Tx, month: Month) -> None:
    """Forget what was kept of a month."""
    tx.execute(delete(kpi_figures).where(kpi_figures.c.month == str(month)))
    tx.execute(delete(kpi_months).where(kpi_months.c.month == str(month)))


def _whole(one: Measure) -> dict[str, Any]:
    groups = {by: {str(of): _body(each) for of, each in one.by(by).items()} for by in one.dimensions}
    return _body(one) | {"groups": groups}


def _body(one: Measure) -> dict[str, Any]:
    """Return a measure as it is kept: exactly; its records stand beside it."""
    return {
        "value": _exact(one.value),
        "numerator": _exact(one.numerator),
        "denominator": _exact(one.denominator),
        "excluded": {str(why): many for why, many in one.excluded.items()},
        "sample": one.sample,
        "spread": dict(one.spread),
        "minimum": one.minimum,
        "unit": one.unit,
        "how": one.how and one.how.value,
    }


def _measure(body: Mapping[str, Any]) -> Measure:
    groups = body.get("groups", {})
    return Measure(
        value=_number(body["value"]),
        numerator=_number(body["numerator"]) or 0,
        denominator=_number(body["denominator"]),
        excluded=body["excluded"],
        sample=body["sample"],
        spread=body["spread"],
        minimum=body["minimum"],
        unit=body.get("unit", ""),
        how=body["how"] and Sum(body["how"]),
        groups={by: {of: _measure(each) for of, each in several.items()} for by, several in groups.items()},
    )


def _exact(number: Fraction | float | None) -> str | None:
    return None if number is None else str(Fraction(number))


def _number(text: str | None) -> Any:
    return None if text is None else Fraction(text)
