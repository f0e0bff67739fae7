"""Types as people write them in a configuration or a file."""

import types
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, SecretStr

from servicedesk_core.ports import BudgetPolicy, RawPolicy

_NAMES: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    datetime: "instant",
    AwareDatetime: "instant",
    date: "date",
    timedelta: "time span",
    Decimal: "amount",
    Path: "path",
    SecretStr: "reference to a secret",
    BudgetPolicy: "share or number of requests",
    RawPolicy: "`full`, `none`, or `days:` and a number",
    Any: "anything",
    tuple: "list",
    dict: "table",
}


def name_of(annotation: Any) -> str:
    """Return a type in words."""
    if annotation in _NAMES:
        return _NAMES[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return " or ".join(name_of(one) for one in inner if one is not type(None))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    return _class(annotation) if origin is None else _of(origin, inner)


def _of(origin: Any, inner: tuple[Any, ...]) -> str:
    if origin is Annotated:
        return name_of(inner[0])
    return f"table of {name_of(inner[1])}" if issubclass(origin, Mapping) else f"list of {name_of(inner[0])}"


def _class(annotation: Any) -> str:
    if issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    if issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return str(annotation.__name__)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a type holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for one in get_args(annotation) for model in models_in(one)]
