"""What is said of a file nobody has seen: what a proposal assumed, and what somebody should look at."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from servicedesk_core.connectors.tabular.patterns import is_named_like_time, zone_words
from servicedesk_core.connectors.tabular.profile import Column, Profile
from servicedesk_core.connectors.tabular.values import is_number

_FEW: Final = 0.05
_TESTED_NUMBERS: Final = 2_000
_LINES_SHOWN: Final = 5
_COLUMNS_SHOWN: Final = 20


def why_unusable(found: Profile) -> str:
    """Say why none of a file's rows can be used."""
    if not found.unusable:
        return f"{found.path.name} has no rows."
    if found.shape.kind == "jsonl":
        return f"No line of {found.path.name} is a JSON object."
    names, (least, most) = len(found.shape.names), (min(found.unusable), max(found.unusable))
    if least == most == names:
        return f"No row of {found.path.name} is text of one encoding ({found.shape.encoding.name} was tried)."
    cells = f"{least}" if least == most else f"{least} to {most}"
    return f"{found.path.name}: line {found.shape.skip_lines + 1} names {names} columns, the rows have {cells} cells."


def of_the_file(found: Profile) -> list[str]:
    """Say what was assumed of how a file is written."""
    notes = []
    if found.shape.encoding.is_guess:
        notes.append(
            f'The text is not UTF-8 and says nothing of its encoding; "{found.shape.encoding.name}" is a guess: '
            "look at the letters of the rows shown."
        )
    if found.names_again:
        notes.append(f"The columns are named once more on {listed(found.names_again)}, which is passed over.")
    return notes


def of_times(column: Column, *, is_day: bool = False) -> list[str]:
    """Say what was assumed of the times of a column, or of its days, which are the same in every zone."""
    notes = []
    if column.ambiguous:
        notes.append(f"{column.name}: day and month could be the other way round; {column.formats[0]} is taken.")
    if is_day:
        return notes
    if words := zone_words(column.formats):
        notes.append(
            f"{column.name} names its zone by a word ({', '.join(words)}), which is not read; set timezone, such as "
            '"Europe/Rome".'
        )
    elif column.formats and not column.zoned:
        notes.append(f'{column.name} carries no zone and is read as UTC; set timezone, such as "Europe/Rome".')
    return notes


def of_the_rest(varying: Iterable[Column], left_out: Sequence[Column]) -> list[str]:
    """Say which columns may be times but are not understood, and which are left out because they never vary."""
    notes = [
        f"{column.name} looks like times of a form that is not known; declare its format, or export it as "
        "2026-03-02 14:01."
        for column in varying
        if not column.formats and is_named_like_time(column.name) and _has_digits(column.texts)
    ]
    if left_out:
        notes.append(f"The same on every row, left out: {_some(column.name for column in left_out)}.")
    return notes


def decimal_of(columns: Iterable[Column]) -> tuple[str, list[str]]:
    """Return the decimal sign that most columns of numbers need, and what is to be said of it."""
    needing: dict[str, list[str]] = {".": [], ",": []}
    for column in columns:
        texts = [] if column.formats else list(islice(column.counts, _TESTED_NUMBERS))
        signs = [_only_sign(text) for text in texts]
        more = "," if signs.count(",") > signs.count(".") else "."
        if signs.count(None) <= len(signs) * _FEW and more in signs:
            needing[more].append(column.name)
    commas, points = needing[","], needing["."]
    if not commas:
        return ".", []
    notes = [f'Numbers with a decimal comma: {", ".join(commas)}; decimal = "," is taken.']
    if points:
        notes.append(f'Numbers with a decimal point: {", ".join(points)}; say decimal = "." where they are mapped.')
    return ",", notes


def listed(lines: Sequence[int]) -> str:
    """Name some lines, and how many more there are."""
    return f"line{'s' if len(lines) > 1 else ''} {_some(lines, _LINES_SHOWN)}"


def _some(things: Iterable[object], shown: int = _COLUMNS_SHOWN) -> str:
    each = [str(one) for one in things]
    return ", ".join(each[:shown]) + (f" and {len(each) - shown} more" if len(each) > shown else "")


def _has_digits(texts: Sequence[str]) -> bool:
    return sum(any(sign.isdigit() for sign in text) for text in texts) >= len(texts) * (1 - _FEW)


def _only_sign(text: str) -> str | None:
    """Return the only decimal sign with which a text is a number, ``""`` if both will do, ``None`` if it is none."""
    signs = [sign for sign in ",." if is_number(text, sign)]
    return None if not signs else signs[0] if len(signs) == 1 else ""
