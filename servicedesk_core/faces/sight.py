"""Whose figures somebody sees: those of the team are everybody's, those of single people theirs and their manager's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces.measure import Case, Measure
from servicedesk_core.faces.namespace import Desk

PERSON: Final = "technician"
"""The dimension that tells people apart."""

GROUPING: Final = ("team", "handled-by")
"""Dimensions that put people together; who is alone there is told apart, too."""


@dataclass(frozen=True, slots=True)
class PeopleSight:
    """What somebody sees of people in figures.

    Attributes:
        own: Which technician they are: the connection, and the vendor's id.
        everybody: Whether they see what each of our people achieves.
        present: Whether they see what each of them has open now, as whoever hands out work does.
    """

    own: tuple[str, str] | None = None
    everybody: bool = False
    present: bool = False

    @classmethod
    def of(cls, desk: Desk, scope: Any = None) -> Self:
        """Return what whoever acts sees; who sees a part of the desk sees nobody but themselves."""
        everybody = scope is None and desk.may(Capability.SCORECARDS)
        return cls(desk.technician, everybody, everybody or (scope is None and desk.may(Capability.TICKETS_ASSIGN)))

    def is_whole(self, over: str) -> bool:
        """Whether they see everybody in a figure that tells of an instant, or of a period."""
        return self.present if over == "instant" else self.everybody

    def why(self, over: str) -> str:
        """Return a sentence that says why others are not told."""
        takes = Capability.TICKETS_ASSIGN if over == "instant" else Capability.SCORECARDS
        return f'What single people did is told to them, and to those with the right "{takes}"; this is what you see.'

    def told(self, found: Measure, over: str, *, of_people: bool) -> Measure:
        """Return a figure without what its records tell of others; what it is as a whole stays.

        Args:
            found: What was measured.
            over: Whether it tells of an instant, or of a period.
            of_people: Whether its records are people or their days, which are left out; of others only the name is.
        """
        if self.is_whole(over) or not found.dimensions:
            return found
        own = [one for one in found.cases if self._is_own(one)]
        kept = (
            [one for one in found.cases if self._is_own(one) or not (one.person or PERSON in one.of)]
            if of_people
            else [one if self._is_own(one) else _unnamed(one) for one in found.cases]
        )
        rest = found if of_people or not found.cases else replace(found, cases=tuple(kept))
        groups = {by: rest.by(by) for by in found.dimensions if by != PERSON}
        if of_people:
            groups = _without_cases(groups) | {by: {} for by in GROUPING if self._tells_apart(found, by)}
        if PERSON in found.dimensions:
            groups[PERSON] = replace(found, cases=own, groups={}).by(PERSON)
        return replace(found, cases=tuple(kept), groups=groups)

    def _tells_apart(self, found: Measure, by: str) -> bool:
        """Whether a part of a figure is one other person's, or may be: all are left out then, as the rest tells it."""
        others: dict[str | None, set[tuple[str, str]]] = {}
        for one in found.cases:
            if not self._is_own(one):
                others.setdefault(one.of.get(by), set()).add((one.connection, one.person))
        return not found.cases or any(len(several) == 1 for several in others.values())

    def _is_own(self, case: Case) -> bool:
        return bool(case.person) and (case.connection, case.person) == self.own


EVERYBODY: Final = PeopleSight(everybody=True, present=True)
"""What the desk itself sees."""


def _unnamed(case: Case) -> Case:
    return case._replace(person="", of={by: of for by, of in case.of.items() if by != PERSON})


def _without_cases(groups: Mapping[str, Mapping[str, Measure]]) -> dict[str, Mapping[str, Measure]]:
    none: Sequence[Case] = ()
    return {by: {of: replace(one, cases=none) for of, one in several.items()} for by, several in groups.items()}
