"""Figures that filter the list of their page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facet:
    """A figure that opens its rows in the list of its page.

    Attributes:
        mark: Short name within one page; rows that it counts carry it as their class.
        kind: What it tells apart. Of one kind each row has one value, but of ``list`` any number.
        value: What tells it from the others of its kind, on every day: with the kind it is its address.
        label: The same for people.
        count: How many rows it counts.
        group: What its kind is called, where the label does not say enough alone.
        about: What exactly is counted.
        command: The command that lists all of them, where the page may hold fewer.
        is_bad: Whether it is not what is wanted, and stands out.
    """

    mark: str
    kind: str
    value: str
    label: str
    count: int
    group: str = ""
    about: str = ""
    command: str = ""
    is_bad: bool = False
