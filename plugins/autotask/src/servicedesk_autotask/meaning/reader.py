"""Reads rows by their shape. Made once for each shape and list; called for every record."""

from collections.abc import Mapping
from typing import Any

from servicedesk_autotask.meaning import values
from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.shape import Shape
from servicedesk_autotask.meaning.values import Issues, Raw
from servicedesk_core.domain import MappingIssue

Out = dict[str, Any]


class Reader:
    """Turns rows of one entity into the arguments of a domain record.

    Fields that the vendor did not send are passed over: the model's default says "not said", and validating fewer
    fields is quicker.

    Args:
        shape: Which field goes where.
        lists: The tenant's lists.
    """

    def __init__(self, shape: Shape, lists: TenantLists) -> None:
        self._texts = tuple(shape.texts.items())
        self._refs = tuple(shape.refs.items())
        self._instants = tuple(shape.instants.items())
        self._days = tuple(shape.days.items())
        self._hours = tuple(shape.hours.items())
        self._amounts = tuple(shape.amounts.items())
        self._flags = tuple(shape.flags.items())
        self._numbers = tuple(shape.numbers.items())
        self._labels = tuple(
            (name, ours, by_value(lists.labels(shape.entity, name))) for name, ours in shape.labels.items()
        )
        self._udfs = lists.udfs(shape.entity) if shape.custom else None

    def read(self, raw: Raw, issues: Issues, out: Out) -> None:  # noqa: PLR0912 - one loop a kind of field, for speed
        """Fill in the arguments, without the id. Each gets a value of its field's type, but days stay texts.

        Args:
            raw: The row.
            issues: Gets what has no meaning here.
            out: Gets the arguments.

        Raises:
            ValueError: A value is not of the kind that its field holds.
        """
        get = raw.get
        for name, ours in self._texts:
            if (value := get(name)) is not None and (
                # The usual text needs no call; neither does the usual reference below.
                (type(value) is str and value and "\x00" not in value) or (value := values.text(value)) is not None
            ):
                out[ours] = value
        for name, ours in self._refs:
            if (value := get(name)) is not None:
                out[ours] = str(value) if type(value) is int else values.ref(value)
        for name, ours in self._instants:
            if (value := get(name)) is not None:
                out[ours] = values.instant(value, ours, issues)
        for name, ours, labels in self._labels:
            if (value := get(name)) is not None:
                out[ours] = labels[value] if value in labels else self._unknown(value, ours, labels, issues)
        for name, ours in self._flags:
            if (value := get(name)) is not None:
                out[ours] = values.flag(value)
        for name, ours in self._hours:
            if (value := get(name)) is not None:
                out[ours] = values.seconds(value, ours, issues)
        for name, ours in self._days:
            if (value := get(name)) is not None:
                out[ours] = values.day(value, ours, issues)
        for name, ours in self._amounts:
            if (value := get(name)) is not None:
                out[ours] = values.amount(value, ours)
        for name, ours in self._numbers:
            if (value := get(name)) is not None:
                out[ours] = values.decimal(value, ours)
        if self._udfs is not None:
            out["custom_fields"] = values.custom_fields(get("userDefinedFields"), self._udfs)

    @staticmethod
    def _unknown(value: Any, ours: str, labels: Mapping[Any, str], issues: Issues) -> str | None:
        """Return the vendor's number of a value without a label; a list that we have but that lacks it is reported."""
        word = values.ref(value)
        if labels and word is not None:
            issues.append(MappingIssue(kind="unknown_picklist_value", field=ours, value=word))
        return word


def by_value(labels: Mapping[str, str]) -> dict[Any, str]:
    """Return labels by value as text and as number: the lists give texts, the records numbers or texts."""
    found: dict[Any, str] = dict(labels)
    found.update({int(value): label for value, label in labels.items() if value.lstrip("-").isdecimal()})
    return found
