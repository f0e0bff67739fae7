"""What a feature says is wrong: rules that the job ``alerts`` asks, whose answers the alert channels are told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now. It is told when it begins to be found, and when it is found no more.

    Attributes:
        key: What it is about, such as ``stream:psa/tickets``; there is one open alert for a key.
        kind: What is wrong, in a word, such as ``failing``.
        problem: What is wrong, in a sentence without record text.
        hint: What to do.
        rule: Name of the alert rule that found it; empty = the program did.
        tell: Channels that are told; empty = all of them.
        repeat: So often it is told again until somebody acknowledges it; ``None`` = never.
    """

    key: str
    kind: str
    problem: str
    hint: str
    rule: str = ""
    tell: tuple[str, ...] = ()
    repeat: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A look at the desk, as a rule is given it.

    Attributes:
        tx: A read transaction.
        desk: The open desk; a rule says by a protocol what it uses of it.
        now: When.
        today: The date where the desk is.
        told: Keys of the alerts that are open.
    """

    tx: Any
    desk: Any
    now: datetime
    today: date
    told: frozenset[str]


AlertRule = Callable[[Watch], Iterable[Condition]]
"""Returns everything of its kind that is wrong now."""
