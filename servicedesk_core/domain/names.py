"""Names and words as they are compared, however the system on which they were typed composes its letters."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

V = TypeVar("V")

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls, and what Unicode calls default-ignorable: nothing of it is seen."""


def plain_name(text: str) -> str:
    """Return a name as it is compared: letters composed, every blank a single space, nothing that is not seen.

    Upper and lower case stay apart.

    Args:
        text: As a source or a person writes it.
    """
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return " ".join(text.split())


def is_same_name(one: Any, other: Any) -> bool:
    """Whether two values are equal, or texts that look the same."""
    return bool(one == other) or (
        isinstance(one, str) and isinstance(other, str) and plain_name(one) == plain_name(other)
    )


class Words(dict[str, V]):
    """What words mean; a word is found however its letters are composed."""

    def __init__(self, meanings: Mapping[str, V]) -> None:
        super().__init__((plain_name(word), meaning) for word, meaning in meanings.items())

    def __getitem__(self, word: str) -> V:
        return super().__getitem__(plain_name(word))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and super().__contains__(plain_name(word))

    def get(self, word: str, default: Any = None) -> Any:
        """Return what a word means, or the default."""
        return super().get(plain_name(word), default)

    def within(self, parent: str | None, word: str) -> V | None:
        """Return what a word means where it belongs to something: a status of a board, a priority of an agreement.

        Args:
            parent: What it belongs to; ``parent/word`` wins over the word alone.
            word: The word.
        """
        qualified: V | None = self.get(f"{parent}/{word}") if parent else None
        return self.get(word) if qualified is None else qualified
