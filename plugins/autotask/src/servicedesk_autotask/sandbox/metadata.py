"""Answers about entities: entityInformation, fields and user-defined fields."""

from typing import Any

from servicedesk_autotask.sandbox.entities import Entity, Field, catalogue
from servicedesk_autotask.sandbox.picklists import Changed, Picklist, UserDefinedField, picklist, user_defined_fields

_WITH_CALLOUTS = {"Companies", "Contacts", "ConfigurationItems", "Tickets", "TicketNotes"}
_SHOWN_TYPES = {"base64": "string", "object": "string"}


def information(entity: Entity) -> dict[str, Any]:
    """The answer of entityInformation."""
    verbs = entity.verbs()
    allowed = {
        "Create": "POST" in verbs,
        "Delete": "DELETE" in verbs,
        "Query": entity.query,
        "Update": "PATCH" in verbs,
    }
    info: dict[str, Any] = {"name": entity.name}
    info |= {f"can{act}": allowed[act] for act in allowed}
    info |= {f"userAccessFor{act}": "All" if allowed[act] else "None" for act in allowed}
    info["hasUserDefinedFields"] = bool(user_defined_fields(entity.plural))
    info["supportsWebhookCallouts"] = entity.plural in _WITH_CALLOUTS
    return {"info": info}


def fields(entity: Entity, changed: Changed) -> dict[str, Any]:
    """The answer of entityInformation/fields."""
    return {"fields": [_field(entity.plural, field, changed) for field in entity.fields]}


def custom_fields(entity: Entity) -> dict[str, Any]:
    """The answer of entityInformation/userDefinedFields."""
    return {"fields": [_custom(field) for field in user_defined_fields(entity.plural)]}


def _field(entity: str, field: Field, changed: Changed) -> dict[str, Any]:
    values = picklist(entity, field.name, changed)
    return {
        "name": field.name,
        "dataType": _SHOWN_TYPES.get(field.kind, field.kind),
        "length": field.length,
        "isRequired": field.required,
        "isReadOnly": field.read_only,
        "isQueryable": field.queryable,
        "isReference": field.reference is not None,
        "referenceEntityType": _reference(field),
        "isPickList": field.picklist or values is not None,
        "picklistValues": values.rows() if values else [] if field.picklist else None,
        "picklistParentValueField": values.parent_field if values else "",
        "isSupportedWebhookField": entity in _WITH_CALLOUTS and not field.read_only,
    }


def _reference(field: Field) -> str:
    if field.reference is None:
        return ""
    target = catalogue().get(field.reference)
    return target.name if target else field.reference


def _custom(field: UserDefinedField) -> dict[str, Any]:
    values = Picklist(field.values, frozenset(), None, "", {}).rows() if field.values else None
    return {
        "name": field.name,
        "label": field.name,
        "type": field.type,
        "length": field.length,
        "description": "",
        "isRequired": False,
        "isReadOnly": False,
        "isQueryable": True,
        "isReference": False,
        "referenceEntityType": "",
        "isPickList": field.values is not None,
        "picklistValues": values,
        "picklistParentValueField": "",
        "defaultValue": None,
        "isSupportedWebhookField": True,
    }
