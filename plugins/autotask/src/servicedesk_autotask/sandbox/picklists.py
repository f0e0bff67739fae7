"""The tenant's picklists and user-defined fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from servicedesk_autotask.sandbox.entities import catalogue, read_data

_CALLING = {
    "CompanyWebhookFields": "Companies",
    "ContactWebhookFields": "Contacts",
    "ConfigurationItemWebhookFields": "ConfigurationItems",
    "TicketWebhookFields": "Tickets",
    "TicketNoteWebhookFields": "TicketNotes",
}
"""Whose fields each of these entities names."""


@dataclass(frozen=True)
class Picklist:
    """Values of one field; every value is a string although the field holds a number."""

    values: dict[str, str]
    system: frozenset[str]
    default: str | None
    parent_field: str
    parents: dict[str, str]

    retired: frozenset[str] = frozenset()

    def rows(self) -> list[dict[str, Any]]:
        """The list as metadata shows it."""
        return [
            {
                "value": value,
                "label": label,
                "isDefaultValue": value == self.default,
                "sortOrder": order,
                "parentValue": self.parents.get(value, ""),
                "isActive": value not in self.retired,
                "isSystem": value in self.system,
            }
            for order, (value, label) in enumerate(self.values.items(), 1)
        ]


Changed = Mapping[str, Mapping[str, str | None]]
"""By list: label by value; ``None`` takes a value away, :data:`RETIRED` keeps it for old records only."""
RETIRED = "(retired)"


@cache
def _all() -> dict[str, Picklist]:
    raw = read_data("picklists.json")
    return {key: _picklist(raw[spec] if isinstance(spec, str) else spec) for key, spec in raw.items()}


def _picklist(spec: dict[str, Any]) -> Picklist:
    return Picklist(
        spec["values"],
        frozenset(spec.get("system", ())),
        spec.get("default"),
        spec.get("parent_field", ""),
        spec.get("parents", {}),
    )


def picklist(entity: str, field: str, changed: Changed | None = None) -> Picklist | None:
    """The list of a field, if the tenant has one.

    Args:
        entity: The entity.
        field: The field.
        changed: What the tenant changed in its lists since the desk was seeded.
    """
    found = _all().get(f"{entity}.{field}") or _callable_fields(entity, field)
    changes = (changed or {}).get(f"{entity}.{field}")
    if found is None or not changes:
        return found
    values = {value: label for value, label in {**found.values, **changes}.items() if label is not None}
    retired = frozenset(value for value in values if changes.get(value) == RETIRED)
    shown = {value: found.values.get(value, label) if value in retired else label for value, label in values.items()}
    return replace(found, values=shown, retired=retired)


@cache
def _callable_fields(entity: str, field: str) -> Picklist | None:
    """Return the fields whose change can call a webhook, by number, where this field names one of them."""
    calling = _CALLING.get(entity)
    if calling is None or field != "fieldID":
        return None
    values = {str(number): one.name for number, one in enumerate(catalogue()[calling].fields, 1)}
    return Picklist(values, frozenset(), None, "", {})


def label(entity: str, field: str, value: Any) -> str:
    """The label of a value, or the value itself."""
    found = picklist(entity, field)
    return found.values.get(str(value), str(value)) if found else str(value)


@dataclass(frozen=True)
class UserDefinedField:
    """One field that the tenant added to an entity."""

    name: str
    type: str
    length: int
    values: dict[str, str] | None


@cache
def user_defined_fields(entity: str) -> tuple[UserDefinedField, ...]:
    """The fields that the tenant added to an entity."""
    return tuple(
        UserDefinedField(raw["name"], raw["type"], raw.get("length", 0), raw.get("values"))
        for raw in read_data("udfs.json").get(entity, ())
    )
