"""Ids as the vendor wants them: those of records are numbers, and that of a write fits its reference field."""

import re
from typing import Any

from servicedesk_autotask.writing.kinds import LONGEST_ID, prefix_of
from servicedesk_autotask.writing.refusing import refused
from servicedesk_core.hooks import Write, WriteCapability

Values = dict[str, Any]

_ID = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST_ID}}}")
_NUMBER = re.compile(r"-?\d{1,18}")


def checked_values(write: Write, kind: WriteCapability) -> Values:
    """Return the values of a write as the domain types them, after all checks that need nobody.

    Raises:
        RejectedError: Something is wrong; names the fields.
    """
    if not _ID.fullmatch(write.id):
        raise refused(f"its id must have 1 to {LONGEST_ID} letters, digits or hyphens.")
    kind.check(write)
    if kind.needs == "target":
        target_of(write, kind)
    elif kind.needs:
        number_of(write.parent, "parent")
    return kind.typed(write.values)


def target_of(write: Write, kind: WriteCapability) -> int:
    """Return the vendor's id of the record that a write changes.

    Raises:
        RejectedError: It names none of this kind.
    """
    prefix = prefix_of(kind)
    if prefix and not (write.target or "").startswith(prefix):
        hint = f"Only those whose id begins with {prefix} are written from here; change the others at Autotask."
        raise refused(f"{write.target} is none that {kind.kind} can change.", "target", hint=hint)
    return number_of((write.target or "").removeprefix(prefix), "target")


def number_of(value: Any, name: str) -> int:
    """Return a vendor id as the number that it is on the wire.

    Raises:
        RejectedError: It is none.
    """
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise refused(f"{name} must be an Autotask id, a whole number.", name)
    return int(value)
