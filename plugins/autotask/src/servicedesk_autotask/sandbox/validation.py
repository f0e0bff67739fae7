"""Checks of a write against the field descriptions; every failure is collected."""

from typing import Any

from servicedesk_autotask.sandbox.entities import Entity, Field, catalogue
from servicedesk_autotask.sandbox.errors import VendorError
from servicedesk_autotask.sandbox.picklists import picklist, user_defined_fields
from servicedesk_autotask.sandbox.query.parse import lower_keys
from servicedesk_autotask.sandbox.store import Store
from servicedesk_autotask.sandbox.values import to_wire


class Checker:
    """Turns what a client sent into wire values and collects what is wrong with it."""

    def __init__(self, store: Store, entity: Entity) -> None:
        self._store = store
        self._entity = entity
        self.errors: list[str] = []

    def accept(self, body: dict[str, Any], *, creating: bool) -> dict[str, Any]:
        """The writable fields of a body as wire values; unknown and read-only ones are ignored."""
        accepted: dict[str, Any] = {}
        for name, raw in body.items():
            field = self._entity.field(name)
            if field is None or field.name == "id" or (field.read_only and not (creating and field.required)):
                continue
            try:
                accepted[field.name] = to_wire(field, raw)
            except ValueError as error:
                self.errors.append(str(error))
                continue
            self._check(field, accepted[field.name])
        return accepted

    def require(self, row: dict[str, Any]) -> None:
        """Check that every required field has a value."""
        for field in self._entity.fields:
            if field.required and field.name != "id" and row.get(field.name) in {None, ""}:
                self.errors.append(f"Value does not exist for the required field {field.name}")

    def user_defined(self, raw: Any, present: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Merge the user-defined fields that were sent into those present."""
        known = {field.name.lower(): field.name for field in user_defined_fields(self._entity.plural)}
        values = {entry["name"]: entry["value"] for entry in present}
        for item in raw if isinstance(raw, list) else []:
            entry = lower_keys(item) if isinstance(item, dict) else {}
            name = known.get(str(entry.get("name")).lower())
            if name is None:
                self.errors.append(f"Unable to find {entry.get('name')} in the {self._entity.name} Entity.")
                continue
            value = entry.get("value")
            values[name] = None if value is None else str(value)
        return [{"name": name, "value": value} for name, value in values.items()]

    def finish(self, *, updating: bool = False) -> None:
        """Refuse the write when anything was wrong.

        Raises:
            VendorError: With all messages.
        """
        if self.errors:
            tail = ["Error updating entity for record number [1]."] if updating else []
            raise VendorError(*self.errors, *tail)

    def _check(self, field: Field, value: Any) -> None:
        if value is None:
            return
        if field.kind == "string" and field.length and len(value) > field.length:
            self.errors.append(f"String value exceeds maximum length (field:{field.name}). ")
        values = picklist(self._entity.plural, field.name, self._store.lists)
        if values and (str(value) not in values.values or str(value) in values.retired):
            self.errors.append(f"Picklist value [{value}] does not exist for {field.name}")
        elif not values and field.reference:
            self._check_reference(field, value)

    def _check_reference(self, field: Field, value: Any) -> None:
        target = catalogue().get(field.reference or "")
        if target is None:
            return
        row = self._store.get(target.plural, value)
        if row is None:
            self.errors.append(f"Value does not reference an existing entity for {field.name} . ")
        elif target.plural == "Contacts" and not row["isActive"]:
            self.errors.append(
                f"Reference value on field: {field.name} of type: {target.name} does not exist or is invalid"
            )
