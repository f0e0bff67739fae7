"""Locked months, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class LockedMonth:
    """A month that takes no new documents."""

    month: Annotated[str, Column("The month.")]
    at: Annotated[datetime, Column("When it was locked.", "Locked")]
    author: Annotated[str, Column("Who locked it.", "By")]
    reason: Annotated[str, Column("Why.", wraps=True)]


@dataclass(frozen=True, slots=True)
class MonthReopened:
    """A month that takes documents again."""

    month: Annotated[str, Column("The month.")]
