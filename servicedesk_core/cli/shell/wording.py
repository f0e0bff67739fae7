"""What people call the fields of records. Documents of ``--json`` keep the names of the model."""

_NAMES = {
    "assignee_ref": "technician",
    "billed_s": "time billed",
    "body": "text",
    "company_ref": "client",
    "estimated_s": "estimate",
    "status_category": "status",
    "work_date": "day of work",
    "worked_s": "time worked",
}


def field_name(field: str) -> str:
    """Return what a person calls a field: ``assignee_ref`` is the technician."""
    return _NAMES.get(field) or field.removesuffix("_ref").removesuffix("_at").replace("_", " ")


def field_value(field: str, value: object) -> object:
    """Return the value of a field as a person says it: times are kept in seconds and said in hours."""
    if not field.endswith("_s") or not isinstance(value, int | float):
        return value
    return f"{value / 3600:.4f}".rstrip("0").rstrip(".") + " h"
