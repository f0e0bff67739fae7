"""The documents that ``--json`` prints, with their JSON Schemas."""

import json
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from servicedesk_core.cli.docs.docstring import attributes, plain, table
from servicedesk_core.cli.shell.schemas import Document, documents
from servicedesk_core.faces import Page
from servicedesk_core.faces.column import columns_of
from servicedesk_core.features import Feature

EXAMPLE = """```json
{
  "schema": "servicedesk.status/1",
  "data": {}
}
```
"""

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "table",
}


@cache
def page(theirs: tuple[Feature, ...] = ()) -> str:
    """Return the page.

    Args:
        theirs: Features of others.
    """
    text = (
        "# JSON documents\n\n`--json` prints one document with two keys and nothing else:\n\n"
        f"{EXAMPLE}\n"
        "`schema` names the document and its version. The version rises when a field goes away or changes its meaning; "
        "new fields may come at any time, so ignore what you don't know. Instants are ISO 8601 in UTC. A "
        "command that fails prints `error` in place of `data`: see [errors](errors.md).\n"
    )
    for command, document in documents(theirs).items():
        text += f"\n## `{name_of(command, document)}`\n\n{document.about} {_data(document)}\n\n"
        text += f"[JSON Schema]({command}.schema.json)\n\n"
        text += _tables(_schema(document), document)
    return text


@cache
def schema(command: str, theirs: tuple[Feature, ...] = ()) -> str:
    """Return the JSON Schema of the document that a command prints.

    Args:
        command: The words of the command, such as ``tickets.list``.
        theirs: Features of others.
    """
    return json.dumps(_whole(command, documents(theirs)[command]), indent=2, ensure_ascii=False) + "\n"


def name_of(command: str, document: Document) -> str:
    """Return what stands under ``schema``."""
    return f"servicedesk.{command}/{document.version}"


def _data(document: Document) -> str:
    if (rows := getattr(document.type, "__args__", ())) and document.type.__origin__ is Page:
        return f"`data` is a `Page` of `{rows[0].__name__}`."
    return f"`data` is a `{document.type.__name__}`."


def _schema(document: Document) -> dict[str, Any]:
    return TypeAdapter(document.type).json_schema(mode="serialization")


def _whole(command: str, document: Document) -> dict[str, Any]:
    shape = _schema(document)
    definitions = shape.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name_of(command, document),
        "type": "object",
        "required": ["schema", "data"],
        "properties": {"schema": {"const": name_of(command, document)}, "data": shape},
        "$defs": definitions,
    }


def _tables(schema: dict[str, Any], document: Document) -> str:
    shapes = {schema["title"]: schema, **schema.get("$defs", {})}
    described = _descriptions(document.type)
    text = ""
    for name, shape in shapes.items():
        if "properties" not in shape:
            continue
        rows = [
            (f"`{field}`", _type(one), described.get(name.partition("[")[0], {}).get(field, ""))
            for field, one in shape["properties"].items()
        ]
        text += f"**`{name}`**\n\n" + table(("field", "type", "meaning"), rows) + "\n"
    return text


def _descriptions(shape: type) -> dict[str, dict[str, str]]:
    """Return, by class, what each class that the shape is made of says about its attributes."""
    found: dict[str, dict[str, str]] = {}

    def walk(annotation: Any) -> None:
        of = getattr(annotation, "__origin__", annotation)
        if isinstance(of, type) and of.__module__.startswith("servicedesk") and of.__name__ not in found:
            found[of.__name__] = {key: plain(text) for key, text in attributes(of).items()}
            found[of.__name__] |= (
                {key: column.about for key, column in columns_of(of).items()} if is_dataclass(of) else {}
            )
            for one in get_type_hints(of).values():
                walk(one)
        for inner in getattr(annotation, "__args__", ()):
            walk(inner)

    walk(shape)
    return found


def _type(shape: dict[str, Any]) -> str:
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(_type(one) for one in shape["anyOf"]))
    if "enum" in shape:
        return ", ".join(f"`{one}`" for one in shape["enum"])
    match shape:
        case {"$ref": target}:
            return f"`{target.rpartition('/')[2]}`"
        case {"type": "array"}:
            words = f"list of {_type(shape.get('items', {}))}"
        case {"type": "object", "additionalProperties": dict() as inner}:
            words = f"table of {_type(inner)}"
        case {"format": "date-time"}:
            words = "instant"
        case _:
            words = _WORDS.get(shape.get("type", ""), "anything")
    return words
