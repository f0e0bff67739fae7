"""What a reviewer says of the items of a checklist. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.quality.model import Checked
from servicedesk_core.wording import folded


class Said(NamedTuple):
    """What was said.

    Attributes:
        missed: What is not so, each with why.
        inapplicable: What does not apply.
    """

    missed: Mapping[str, str]
    inapplicable: tuple[str, ...]


def checked(items: Sequence[Checked], *, passed: bool, missed: Mapping[str, str], skip: Sequence[str]) -> Said:
    """Return what was said of a checklist.

    Raises:
        SettingsError: It says that all is so and that something is not, or neither, or not why.
        NotFoundLocallyError: There is no such item.
    """
    if passed is bool(missed):
        message = "It says that the work passed, and that something was missed." if passed else "It says nothing."
        raise SettingsError(message, hint='Either --passed, or --missed ITEM="WHY" for each item that is not so.')
    not_so = {_meant(items, word): why.strip() for word, why in missed.items()}
    if unsaid := next((item for item, why in not_so.items() if not why), None):
        message = f'Nothing says why "{unsaid}" was missed.'
        raise SettingsError(message, hint='Say it for whoever did the work: --missed ITEM="WHY".')
    inapplicable = tuple(_meant(items, word) for word in skip)
    if both := next((item for item in inapplicable if item in not_so), None):
        raise SettingsError(f'"{both}" cannot be missed where it does not apply.', hint="Leave one of them out.")
    if len(set(inapplicable)) == len(items):
        raise SettingsError("Nothing is left to look at.", hint="Review it by what does apply.")
    return Said(not_so, inapplicable)


def _meant(items: Sequence[Checked], word: str) -> str:
    if word.strip().isdigit():
        found = [one.item for one in items if one.number == int(word)]
    else:
        exact = [one.item for one in items if folded(one.item) == folded(word)]
        found = exact or [one.item for one in items if folded(one.item).startswith(folded(word))]
    if len(found) != 1:
        message = f'The checklist has {"several items" if found else "no item"} "{word}".'
        hint = "; ".join(f"{one.number} {one.item}" for one in items)
        raise NotFoundLocallyError(message, hint=f"It has: {hint}.")
    return found[0]
