"""The domain model: every stream with its fields."""

import inspect
from enum import Enum
from functools import cache
from typing import Any, get_args

from servicedesk_core.cli.docs import types
from servicedesk_core.cli.docs.docstring import plain, split, table
from servicedesk_core.domain import STREAMS
from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.domain.streams import REFERENCES

_MEANINGS = {
    "external_id": "The vendor's own id.",
    "custom_fields": "User-defined fields of the vendor by label.",
    "created_at": "When it was created at the vendor.",
    "modified_at": "When it last changed at the vendor.",
}
"""Fields that mean the same in every stream."""


@cache
def page() -> str:
    """Return the page."""
    text = (
        "# Streams and their fields\n\nA stream is one kind of record that a connection can pull. Each has a "
        "[view](views.md) of the same name with `v_` before it.\n\n"
        "- `external_id` is the vendor's own id as text, unique in connection and stream.\n"
        "- A `…_ref` field holds the `external_id` of a record of the same connection. It may point at a record that "
        "is not there (not pulled yet, hidden, deleted).\n"
        "- Instants carry a time zone; `…_s` is a whole number of seconds; amounts are exact decimals with their "
        "currency beside them.\n"
        "- A field is empty when the vendor did not say, never when it said no or zero.\n"
    )
    text += (
        "\n## Status categories\n\nWhat a vendor's status means; features look at this, never at the vendor's word.\n\n"
    )
    text += table(("category", "open"), [(f"`{one.value}`", "yes" if one.is_open else "no") for one in StatusCategory])
    for stream, entity in STREAMS.items():
        rows = [
            (
                f"`{name}`",
                _type(field.annotation),
                _points_at(stream, name),
                plain(field.description or _MEANINGS.get(name, "")),
            )
            for name, field in entity.model_fields.items()
        ]
        text += f"\n## `{stream}`\n\n{split(entity)[0]}\n\n" + table(("field", "type", "points at", "meaning"), rows)
    return text


def _points_at(stream: str, field: str) -> str:
    target = REFERENCES[stream].get(field)
    return f"[`{target}`](#{target})" if target else ""


def _type(annotation: Any) -> str:
    inner = [one for one in (annotation, *get_args(annotation)) if inspect.isclass(one) and issubclass(one, Enum)]
    return ", ".join(f"`{one.value}`" for one in inner[0]) if inner else types.name_of(annotation)
