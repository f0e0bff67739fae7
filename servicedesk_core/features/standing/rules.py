"""What a standing approval covers, and when it ends. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from servicedesk_core.faces import Facts
from servicedesk_core.features.standing.kinds import StandingApproval
from servicedesk_core.outbox.standing import Ruling
from servicedesk_core.people import name_in
from servicedesk_core.wording import folded

_USER: Final = "user:"


@dataclass(frozen=True, slots=True)
class Granted:
    """A standing approval as it was granted.

    Attributes:
        approval: What it says.
        version: Version of the definitions that it came with.
        at: When.
        by: Who granted it, as an actor's text.
    """

    approval: StandingApproval
    version: int
    at: datetime
    by: str

    @property
    def person(self) -> str:
        """Who granted it, as people call them."""
        return name_in(self.by).removeprefix(_USER)

    @property
    def ruling(self) -> Ruling:
        """What is approved by it."""
        one = self.approval
        return Ruling(one.name, self.version, self.person, one.per_run, one.per_hour, one.per_day)

    def ended(self, now: datetime) -> str | None:
        """Return that it has ended by itself; ``None`` = it has not."""
        if now < self.approval.expires_at:
            return None
        return f"The standing approval {self.approval.name} expired at {self.approval.expires_at:%Y-%m-%d %H:%M} UTC."

    def outside(self, facts: Facts) -> str | None:
        """Return what of some facts is not in its scope; ``None`` = everything is."""
        for fact, words in self.approval.scope.items():
            if not {folded(word) for word in words} & {folded(word) for word in facts.get(fact, ())}:
                found = next(iter(facts.get(fact, ())), "none")
                return f"The standing approval {self.approval.name} is not for {fact} {found}."
        return None


def covering(granted: Iterable[Granted], act: str, facts: Facts, now: datetime) -> Granted | str:
    """Return the first standing approval that covers what an act would do, or why none does."""
    why = f"No standing approval covers {act}."
    for one in granted:
        if one.approval.act != act:
            continue
        problem = one.ended(now) or one.outside(facts)
        if problem is None:
            return one
        why = problem
    return why
