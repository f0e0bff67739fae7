"""What people call the fields of records. Documents of ``--json`` keep the names of the model."""

_NAMES = {
    "assignee_ref": "technician",
    "billed_s": "seconds billed",
    "body": "text",
    "company_ref": "client",
    "estimated_s": "estimate in seconds",
    "status_category": "status",
    "worked_s": "seconds worked",
}


def field_name(field: str) -> str:
    """Return what a person calls a field: ``assignee_ref`` is the technician."""
    return _NAMES.get(field) or field.removesuffix("_ref").removesuffix("_at").replace("_", " ")
