"""Names of what is imported when it is used."""

from importlib import import_module
from typing import Any


def named(reference: str) -> Any:
    """Import what ``module:name`` names."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
