"""What must not stand in a recording: secrets, and what the fields of persons hold."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from servicedesk_core.redaction import MASK, Redactor, is_sensitive
from servicedesk_core.testing.recording.tape import Answered, Asked, Tape

_SHORTEST = 4
"""Shorter values of personal fields are masked in their field only: elsewhere they are ordinary text."""
_KEPT_HEADERS = re.compile(r"content-type|retry-after|link|etag|last-modified|x-ratelimit-[\w-]+", re.IGNORECASE)


class Masking:
    """Masks recordings. The same value always gets the same stand-in, so that joins still work.

    Args:
        personal: Names of JSON fields that hold what belongs to persons, in any case of letters.
        redactor: Knows the secrets.
    """

    def __init__(self, personal: Iterable[str], redactor: Redactor) -> None:
        self._personal = frozenset(name.lower() for name in personal)
        self._redactor = redactor
        self._stand_ins: dict[str, str] = {}

    def tape(self, tape: Tape) -> Tape:
        """Return a recording without secrets and without what personal fields hold, wherever it appears."""
        for _, answer in tape.exchanges:
            self._learn(answer.body)
        return Tape(tape.at, tuple((self.asked(asked), self._answered(answer)) for asked, answer in tape.exchanges))

    def asked(self, asked: Asked) -> Asked:
        """Return a request as it stands in a recording."""
        params = tuple((name, MASK if is_sensitive(name) else self._text(value)) for name, value in asked.params)
        return Asked(asked.method, self._text(asked.path), params, self._any(asked.body))

    def _answered(self, answer: Answered) -> Answered:
        headers = {k.lower(): self._text(v) for k, v in answer.headers.items() if _KEPT_HEADERS.fullmatch(k)}
        return Answered(answer.status, headers, self._any(answer.body))

    def _learn(self, value: Any, name: str = "") -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                self._learn(inner, name if name in self._personal else str(key).lower())
        elif isinstance(value, list):
            for inner in value:
                self._learn(inner, name)
        elif isinstance(value, str) and value and name in self._personal:
            self._stand_in(value, name)

    def _stand_in(self, value: str, name: str) -> str:
        if value not in self._stand_ins:
            number = len(self._stand_ins) + 1
            self._stand_ins[value] = f"person{number}@example.invalid" if "@" in value else f"{name}-{number}"
        return self._stand_ins[value]

    def _any(self, value: Any, name: str = "") -> Any:
        if isinstance(value, Mapping):
            return {
                key: MASK
                if is_sensitive(str(key)) and inner is not None
                else self._any(inner, name if name in self._personal else str(key).lower())
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._any(inner, name) for inner in value]
        if name in self._personal and isinstance(value, str) and value:
            # In a replay the value is a stand-in already, and stays one.
            return self._stand_ins.get(value, value)
        if name in self._personal and isinstance(value, int | float) and not isinstance(value, bool):
            return 0
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        for value in sorted(self._stand_ins, key=len, reverse=True):
            if len(value) >= _SHORTEST and value in text:
                text = text.replace(value, self._stand_ins[value])
        return self._redactor.text(text)
