"""What people are shown of the fields of records. Documents of ``--json`` keep the names of the model."""

from servicedesk_core.cli.shell.output import plain
from servicedesk_core.wording import hours


def field_value(field: str, value: object) -> str:
    """Return a field's value as a person reads it; durations (``*_s``) are shown in hours."""
    return hours(value) if field.endswith("_s") and type(value) is int else plain(value)
