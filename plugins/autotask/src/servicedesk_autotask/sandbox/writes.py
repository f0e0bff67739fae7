"""Create, PATCH, PUT and DELETE."""

from typing import Any

from servicedesk_autotask.sandbox.desk import API_RESOURCE, Act, Desk
from servicedesk_autotask.sandbox.entities import Entity, catalogue
from servicedesk_autotask.sandbox.errors import VendorError, no_record
from servicedesk_autotask.sandbox.query.parse import lower_keys
from servicedesk_autotask.sandbox.rules import RULES, Rules
from servicedesk_autotask.sandbox.validation import Checker

Above = tuple[Entity, int] | None


class Writer:
    """Writes with the vendor's checks and side effects."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create(self, entity: Entity, body: dict[str, Any], *, above: Above = None, author: int | None = None) -> int:
        """Create a record.

        Args:
            entity: What to create.
            body: Fields as sent, in any casing.
            above: Parent entity and id when written through a child route.
            author: Impersonated resource.

        Returns:
            Id of the new record.

        Raises:
            VendorError: When the vendor would refuse it.
        """
        checker = Checker(self._desk.store, entity)
        sent = self._below(entity, body, above)
        row = entity.blank | checker.accept(sent, creating=True)
        row["userDefinedFields"] = checker.user_defined(lower_keys(sent).get("userdefinedfields"), [])
        act = self._act(None, row, author)
        rules = RULES.get(entity.plural, Rules())
        for rule in rules.prepare:
            rule(act)
        checker.require(row)
        for check in rules.check:
            checker.errors += check(act, lower_keys(sent))
        checker.finish()
        return self._commit(entity, act, rules)

    def update(
        self,
        entity: Entity,
        body: dict[str, Any],
        *,
        replace: bool = False,
        above: Above = None,
        author: int | None = None,
    ) -> int:
        """Change a record; `replace` nulls every writable field that was not sent."""
        sent = self._below(entity, body, above)
        raw_id = lower_keys(sent).get("id")
        before = self._desk.store.get(entity.plural, _integer(raw_id)) if raw_id is not None else None
        if before is None or not _is_below(entity, before, above):
            raise no_record("update")
        checker = Checker(self._desk.store, entity)
        row = dict(before)
        if replace:
            row |= {field.name: None for field in entity.fields if not field.read_only}
        row |= checker.accept(sent, creating=False)
        udfs = lower_keys(sent).get("userdefinedfields")
        row["userDefinedFields"] = checker.user_defined(udfs, before.get("userDefinedFields") or [])
        if replace:
            checker.require(row)
        else:
            checker.errors += [
                f"Value does not exist for the required field {field.name}"
                for field in entity.fields
                if field.required and row[field.name] is None and before[field.name] is not None
            ]
        act = self._act(before, row, author)
        rules = RULES.get(entity.plural, Rules())
        for check in rules.check:
            checker.errors += check(act, lower_keys(sent))
        checker.finish(updating=True)
        for rule in rules.prepare:
            rule(act)
        return self._commit(entity, act, rules)

    def before(self, entity: Entity, body: dict[str, Any]) -> dict[str, Any]:
        """Return the record that an update is about, as it stands."""
        raw_id = lower_keys(body).get("id")
        return (self._desk.store.get(entity.plural, _integer(raw_id)) if raw_id is not None else None) or {}

    def delete(self, entity: Entity, record_id: int, *, above: Above = None) -> int:
        """Delete a record."""
        row = self._desk.store.get(entity.plural, record_id)
        if row is None or not _is_below(entity, row, above):
            raise no_record("delete")
        self._forget(entity, record_id)
        for hearer in self._desk.deletions:
            hearer(entity.plural, row, API_RESOURCE)
        return record_id

    def _forget(self, entity: Entity, record_id: int) -> None:
        """Remove a row, and what is nothing without it."""
        store = self._desk.store
        for child in catalogue().values():
            if (
                child.parent
                and child.parent.entity == entity.plural
                and store.column(child.plural, child.parent.key or "")
            ):
                for row in store.select(child.plural, f'"{child.parent.key}" = ?', (record_id,)):
                    self._forget(child, row["id"])
        store.delete(entity.plural, record_id)

    def _act(self, before: dict[str, Any] | None, row: dict[str, Any], author: int | None) -> Act:
        impersonator = None if author is None else API_RESOURCE
        return Act(
            self._desk, API_RESOURCE if author is None else author, impersonator, self._desk.stamp(), before, row
        )

    def _commit(self, entity: Entity, act: Act, rules: Rules) -> int:
        store = self._desk.store
        with store.transaction():
            if act.before is None:
                act.row["id"] = store.next_id(entity.plural)
            store.put(entity.plural, [act.row])
            for effect in rules.effects:
                effect(act)
        return int(act.row["id"])

    def _below(self, entity: Entity, body: dict[str, Any], above: Above) -> dict[str, Any]:
        if above is None or entity.parent is None or entity.parent.key is None:
            return body
        parent, number = above
        if self._desk.store.get(parent.plural, number) is None:
            raise VendorError(f"Value does not reference an existing entity for {entity.parent.key} . ")
        key = entity.parent.key
        return {name: value for name, value in body.items() if name.lower() != key.lower()} | {key: number}


def _is_below(entity: Entity, row: dict[str, Any], above: Above) -> bool:
    return above is None or entity.parent is None or entity.parent.key is None or row[entity.parent.key] == above[1]


def _integer(raw: Any) -> int:
    try:
        return int(raw)
    except (TypeError, ValueError) as error:
        raise VendorError(f"Conversion failed when converting varchar '{raw}' to data type int.") from error
