"""Sign-ins, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A sign-in to the console that has not ended."""

    id: Annotated[int, Column("Its number.")]
    person: Annotated[str, Column("Who.", leads="people.show")]
    begun_at: Annotated[datetime, Column("When they signed in.")]
    used_at: Annotated[datetime, Column("When it was used last, to some minutes.", "Last used")]
    ends_at: Annotated[datetime, Column("When it ends at the latest; after eight hours without use it ends, too.")]
    address: Annotated[str, Column("Where they signed in from.", "From", spare=1)]
    agent: Annotated[str, Column("What their browser called itself.", "Browser", cut=16, spare=2)]


@dataclass(frozen=True, slots=True)
class SignInsEnded:
    """Sign-ins that were ended."""

    person: Annotated[str, Column("Whose.")]
    ended: Annotated[int, Column("How many.")]
