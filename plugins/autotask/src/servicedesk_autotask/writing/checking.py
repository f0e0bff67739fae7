"""Checks of a write that need nobody: its shape, its values, its lengths."""

import re
from typing import Any

from pydantic import ValidationError

from servicedesk_autotask.writing.kinds import KINDS, LONGEST_ID, WriteKind
from servicedesk_autotask.writing.refusing import refused
from servicedesk_core.errors import UnsupportedError
from servicedesk_core.hooks import Write, WriteCapability

Values = dict[str, Any]

_ID = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST_ID}}}")
_NUMBER = re.compile(r"-?\d{1,18}")
_STAND_INS = {"external_id": "0", "ticket_ref": "0", "name": "-"}
"""What the models of the domain demand beside the fields that are written."""


def kind_of(write: Write) -> WriteKind:
    """Return the kind of a write.

    Raises:
        UnsupportedError: There is no such kind.
    """
    try:
        return KINDS[write.kind]
    except KeyError:
        raise UnsupportedError(
            f"The Autotask connector cannot send {write.kind!r}.", hint=f"It can: {', '.join(KINDS)}."
        ) from None


def checked_values(write: Write, kind: WriteKind) -> Values:
    """Return the values of a write as the domain types them, after all checks that need nobody.

    Raises:
        RejectedError: Something is wrong; names the fields.
    """
    if not _ID.fullmatch(write.id):
        raise refused(f"its id must have 1 to {LONGEST_ID} letters, digits or hyphens.")
    if kind.needs:
        number_of(getattr(write, kind.needs), kind.needs)
    if unknown := [name for name in write.values if name not in kind.fields]:
        raise refused(
            f"{kind.kind} cannot write {', '.join(unknown)}.", *unknown, hint=f"It can: {', '.join(kind.fields)}."
        )
    values = typed(kind, write.values)
    if missing := WriteCapability(kind.kind, required=kind.required).lacking(values):
        raise refused(f"{kind.kind} needs {' and '.join(missing)}.", *missing)
    if not values:
        raise refused("it changes nothing.")
    for name, longest in kind.lengths.items():
        check_length(name, values.get(name), longest)
    return values


def typed(kind: WriteKind, values: Values) -> Values:
    """Return domain values from what the store or a caller gave: words become enums, texts instants.

    Raises:
        RejectedError: A value does not fit its field.
    """
    try:
        record = kind.model.model_validate(
            {name: value for name, value in _STAND_INS.items() if name in kind.model.model_fields} | values
        )
    except ValidationError as error:
        wrong = sorted({str(one["loc"][0]) if one["loc"] else "record" for one in error.errors()})
        raise refused(f"unusable values in {', '.join(wrong)}.", *wrong) from None
    return {name: getattr(record, name) for name in values}


def check_length(name: str, text: Any, longest: int) -> None:
    """Refuse a text that the vendor would refuse or cut; it counts UTF-16 units, so an emoji counts twice.

    Raises:
        RejectedError: It is too long.
    """
    if isinstance(text, str) and (length := len(text.encode("utf-16-le", "surrogatepass")) // 2) > longest:
        raise refused(
            f"{name} has {length} characters, and Autotask takes {longest}.",
            name,
            hint="Shorten it, or spread it over several notes.",
        )


def number_of(value: Any, name: str) -> int:
    """Return a vendor id as the number that it is on the wire.

    Raises:
        RejectedError: It is none.
    """
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise refused(f"{name} must be an Autotask id, a whole number.", name)
    return int(value)
