"""What people call the fields of records. Documents of ``--json`` keep the names of the model."""

from servicedesk_core.cli.shell.output import plain
from servicedesk_core.wording import hours

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


def field_value(field: str, value: object) -> str:
    """Return a field's value as a person reads it; durations (``*_s``) are shown in hours."""
    return hours(value) if field.endswith("_s") and type(value) is int else plain(value)
