"""The vendor's entities: fields, verbs and child routes, read from the data file."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import orjson

_FIELD = re.compile(r"(\w+):([ildtbsxo])(\d*)([*~#]*)(?:>(\w+))?")
_TYPES = {
    "i": "integer",
    "l": "long",
    "d": "decimal",
    "t": "datetime",
    "b": "boolean",
    "s": "string",
    "x": "base64",
    "o": "object",
}
_NOT_QUERYABLE = {"creatortype", "lastactivitypersontype", "data"}


@dataclass(frozen=True)
class Field:
    """One field of an entity as the vendor describes it."""

    name: str
    kind: str
    length: int
    required: bool
    read_only: bool
    picklist: bool
    reference: str | None

    @property
    def queryable(self) -> bool:
        """Whether the field may appear in a filter."""
        return self.name.lower() not in _NOT_QUERYABLE

    @property
    def numeric(self) -> bool:
        """Whether values are numbers on the wire."""
        return self.kind in {"integer", "long", "decimal"}


@dataclass(frozen=True)
class Parent:
    """The route below another entity through which a child is written."""

    entity: str
    child: str
    key: str | None
    collection: frozenset[str]
    item: frozenset[str]


@dataclass(frozen=True)
class Entity:
    """One entity with its routes.

    Attributes:
        plural: Name in the address.
        name: Name in messages and metadata.
        root: Verbs at the entity's own address.
        item: Verbs at the address of one record.
        query: Whether it can be queried.
        parent: Route below another entity, if any.
        attachments: Whether records take attachments.
        fields: Fields in the vendor's order.
    """

    plural: str
    name: str
    root: frozenset[str]
    item: frozenset[str]
    query: bool
    parent: Parent | None
    attachments: bool
    fields: tuple[Field, ...]

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def blank(self) -> dict[str, Any]:
        """A record with every field null."""
        return {"id": None} | {field.name: None for field in self.fields if field.name != "id"}

    def field(self, name: str) -> Field | None:
        """Find a field; names are not case sensitive."""
        return self._by_name.get(name.lower())

    def verbs(self) -> set[str]:
        """Every writing verb the vendor offers for the entity, wherever its route is."""
        child = self.parent.collection | self.parent.item if self.parent else frozenset()
        return set(self.root | self.item | child)


def read_data(name: str) -> Any:
    """Read one of the package's JSON data files."""
    return orjson.loads(files("servicedesk_autotask.sandbox").joinpath("data", name).read_bytes())


@cache
def catalogue() -> dict[str, Entity]:
    """All entities by their name in the address."""
    return {plural: _entity(plural, raw) for plural, raw in read_data("entities.json").items()}


@cache
def _routes() -> dict[str, Entity]:
    return {plural.lower(): entity for plural, entity in catalogue().items()}


@cache
def _children() -> dict[tuple[str, str], Entity]:
    return {
        (entity.parent.entity.lower(), entity.parent.child.lower()): entity
        for entity in catalogue().values()
        if entity.parent
    }


def find_entity(segment: str) -> Entity | None:
    """Find an entity by a path segment in any casing."""
    return _routes().get(segment.lower())


def find_child(parent: str, segment: str) -> Entity | None:
    """Find the entity behind a child route."""
    return _children().get((parent.lower(), segment.lower()))


def _entity(plural: str, raw: dict[str, Any]) -> Entity:
    parent = raw.get("parent")
    return Entity(
        plural=plural,
        name=raw["name"],
        root=frozenset(raw["root"].split()),
        item=frozenset(raw["item"].split()),
        query=raw["query"],
        parent=Parent(
            parent["entity"],
            parent["child"],
            parent["key"],
            frozenset(parent["collection"].split()),
            frozenset(parent["item"].split()),
        )
        if parent
        else None,
        attachments=raw.get("attachments", False),
        fields=tuple(_field(token) for token in raw["fields"].split()),
    )


def _field(token: str) -> Field:
    match = _FIELD.fullmatch(token)
    if match is None:
        raise ValueError(f"data file: bad field {token!r}")
    name, kind, length, flags, reference = match.groups()
    return Field(
        name, _TYPES[kind], int(length or 0), "*" in flags, "~" in flags or name == "id", "#" in flags, reference
    )
