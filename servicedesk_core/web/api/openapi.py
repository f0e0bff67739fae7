"""The description of the API (OpenAPI 3.1), made of the declarations that it answers by."""

import inspect
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from pydantic import TypeAdapter

from servicedesk_core import __version__
from servicedesk_core.faces import Query
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.faces.written import choices_of, is_duration
from servicedesk_core.web.api.offered import ROOT
from servicedesk_core.web.api.problems import MEDIA_TYPE

_REF: Final = "#/components/schemas/{model}"

_REFUSALS: Final = {
    "400": "A parameter is unknown, missing or not understood.",
    "401": "No token that is valid now.",
    "403": "Whose token it is may not.",
    "404": "What was asked for is not there.",
    "429": "This token has asked too often; Retry-After says when it may again.",
    "500": "This should not have happened; the desk's log names the kind of fault.",
    "503": "The store cannot be read now.",
}

_TEXTS: Final[dict[type, dict[str, Any]]] = {
    datetime: {"type": "string", "description": "A day, an instant, or a span until now such as 7d."},
    date: {"type": "string", "format": "date"},
    timedelta: {"type": "string", "description": "A span such as 7d, 12w or 1y."},
    Decimal: {"type": "string", "description": "A number with a point."},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
}

_PROBLEM_NAME: Final = "problem-details"
"""No class can be called so: a feature's own `Problem` is another shape."""

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stays when the text changes."},
        "detail": {"type": "string"},
        "hint": {"type": "string", "description": "What to do."},
    },
}


def description(queries: Mapping[str, Query[..., Any]]) -> dict[str, Any]:
    """Return the whole description.

    Args:
        queries: What is answered, by address.
    """
    shapes, told = TypeAdapter.json_schemas(
        [(where, "serialization", TypeAdapter(query.result)) for where, query in queries.items()], ref_template=_REF
    )
    schemas = {_PROBLEM_NAME: _PROBLEM, **told.get("$defs", {})}
    paths = {where: {"get": _operation(one, shapes[where, "serialization"])} for where, one in queries.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "servicedesk",
            "version": __version__,
            "description": "The documents that the command line prints with --json, under the same names and versions.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {ROOT: {"get": _index()}, **paths},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "servicedesk tokens new makes one."}
            },
        },
    }


def _operation(query: Query[..., Any], shape: dict[str, Any]) -> dict[str, Any]:
    text = (inspect.getdoc(query.declared) or "").partition("\n\nRaises:")[0].partition("\n\nArgs:")[0]
    return {
        "operationId": query.name.replace(".", "_").replace("-", "_"),
        "tags": [query.name.partition(".")[0]],
        "summary": query.about,
        "description": f"{text}\n\nTakes {query.needs}." if query.needs else text,
        "parameters": [_parameter(one) for one in query.parameters],
        "responses": _responses(_document(query, shape)),
    }


def _document(query: Query[..., Any], shape: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["schema", "data"],
        "properties": {"schema": {"const": f"servicedesk.{query.name}/{query.version}"}, "data": shape},
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    schema = _schema(one)
    return {
        "name": one.spelled,
        "in": "query",
        "required": one.required,
        "description": one.help.text,
        "schema": {"type": "array", "items": schema} if one.many else schema,
    }


def _schema(one: Parameter) -> dict[str, Any]:
    if is_duration(one):
        return {"type": "number", "description": "Hours."}
    if choices := choices_of(one):
        return {"type": "string", "examples": list(choices)}
    kind = one.type if isinstance(one.type, type) and not issubclass(one.type, Enum) else str
    schema = dict(_TEXTS.get(kind, {"type": "string"}))
    if one.help.between and kind is int:
        schema["minimum"], schema["maximum"] = one.help.between
    return schema


def _responses(document: dict[str, Any]) -> dict[str, Any]:
    problem = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=_PROBLEM_NAME)}}}
    link = {"description": "Where a list goes on; absent on the last page.", "schema": {"type": "string"}}
    return {
        "200": {
            "description": "The document.",
            "headers": {"ETag": {"schema": {"type": "string"}}, "Link": link},
            "content": {"application/json": {"schema": document}},
        },
        "304": {"description": "Nothing has changed since the answer with the ETag in If-None-Match."},
        **{status: {"description": text, "content": problem} for status, text in _REFUSALS.items()},
    }


def _index() -> dict[str, Any]:
    item = {"type": "object", "properties": {name: {"type": "string"} for name in ("name", "about", "href")}}
    data = {"type": "object", "properties": {"items": {"type": "array", "items": item}, "openapi": {"type": "string"}}}
    document = {"type": "object", "properties": {"schema": {"const": "servicedesk.api/1"}, "data": data}}
    return {"operationId": "api", "summary": "What is answered, and where.", "responses": _responses(document)}
