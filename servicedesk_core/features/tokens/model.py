"""A token of a program, as lists show it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class TokenState(StrEnum):
    """Whether a token opens anything."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token of a program; the token itself is kept nowhere."""

    id: Annotated[int, Column("Its number.")]
    name: Annotated[str, Column("What it is for.", cut=12)]
    person: Annotated[str, Column("Whose rights it has a part of.")]
    capabilities: Annotated[
        tuple[str, ...], Column("What it may of that; none = all of it.", "May", wraps=True, spare=2)
    ]
    state: Annotated[TokenState, Column("Whether it opens anything.")]
    expires_at: Annotated[datetime, Column("When it ends.")]
    last_used_at: Annotated[datetime | None, Column("When it was shown last, to some minutes; nothing = never.")]
    made_at: Annotated[datetime, Column("When it was made.", shown=False)]
    made_by: Annotated[str, Column("Who made it.", spare=1)]
    revoked_at: Annotated[datetime | None, Column("When it was revoked.", shown=False)]
    revoked_by: Annotated[str | None, Column("Who revoked it.", shown=False)]


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made."""

    id: Annotated[int, Column("Its number.")]
    token: Annotated[str, Column("What the program has to show. It is shown this once.")] = field(repr=False)
    person: Annotated[str, Column("Whose rights it has a part of.")]
    expires_at: Annotated[datetime, Column("When it ends.")]


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """A token that opens nothing any more."""

    id: Annotated[int, Column("Its number.")]
    name: Annotated[str, Column("What it was for.")]
    revoked_at: Annotated[datetime, Column("Since when.")]
