"""How counts, times and values are put into words."""

from datetime import datetime, tzinfo
from decimal import Decimal

from servicedesk_core.printing import one_line

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: ``1 claim``, ``2 claims``, ``1,200 claims``.

    Args:
        number: How many.
        one: The noun for one of them, with whatever belongs to it.
        many: The same for any other number; without it an ``s`` is put behind ``one``.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def on_paper(goal: str) -> str:
    """Return a comparison as people write it by hand: ``≤ 3``."""
    return goal.replace("<=", "≤").replace(">=", "≥")


def rounded(number: float) -> str:
    """Return a figure as people read it: whole, or with two decimals."""
    return f"{int(number):,}" if number == int(number) else f"{number:,.2f}"


def hours(seconds: int | None) -> str:
    """Return worked or planned time: ``15 min``, ``1 h``, ``14 h 4 min``; only less than a minute is in seconds."""
    if seconds is None:
        return "unknown"
    sign, length_s = "-" * (seconds < 0), abs(seconds)
    if 0 < length_s < _MINUTE_S:
        return f"{sign}{length_s} s"
    whole, minutes = divmod((length_s + _MINUTE_S // 2) // _MINUTE_S, 60)
    said = f"{whole:,} h" if whole or not minutes else ""
    return sign + " ".join(filter(None, (said, f"{minutes} min" if minutes else "")))


def worked(seconds: int | None, untimed: int) -> str:
    """Return the time recorded on a ticket.

    Args:
        seconds: What its entries say together; ``None`` = no entry says how long.
        untimed: Entries that do not say how long.
    """
    return f"≥ {hours(seconds)}" if untimed and seconds is not None else hours(seconds)


def about(seconds: float) -> str:
    """Return an estimated time as it is said: no more exact than it can be known.

    Args:
        seconds: How long.
    """
    if seconds < _MINUTE_S / 4:
        return "a few seconds"
    if seconds < 3 * _MINUTE_S / 4:
        return "about half a minute"
    for unit_s, next_s, one, many in (
        (_MINUTE_S, _HOUR_S, "a minute", "minutes"),
        (_HOUR_S, _DAY_S, "an hour", "hours"),
    ):
        if (number := round(seconds / unit_s)) < next_s // unit_s:
            return f"about {one if number <= 1 else f'{number} {many}'}"
    number = round(seconds / _DAY_S)
    return f"about {'a day' if number <= 1 else f'{number:,} days'}"


_FIELDS = {
    "assignee_ref": "technician",
    "billed_s": "time billed",
    "body": "text",
    "company_ref": "client",
    "estimated_s": "estimate",
    "status_category": "status",
    "work_date": "day of work",
    "worked_s": "time worked",
}


def field_name(field: str) -> str:
    """Return what a person calls a field: ``assignee_ref`` is the technician."""
    return _FIELDS.get(field) or field.removesuffix("_ref").removesuffix("_at").replace("_", " ")


def field_value(field: str, value: object) -> str:
    """Return a field's value as a person reads it; durations (``*_s``) are shown in hours."""
    return hours(value) if field.endswith("_s") and type(value) is int else plain(value)


_DEEDS = {
    "cancel": "Cancellation of {}",
    "change": "Change of {}",
    "create": "New {}",
    "create_internal": "New {} for the staff",
    "create_public": "New {} for the client",
    "update": "Update of {}",
}


def kind_in_words(kind: str) -> str:
    """Return what people call a kind of write: ``tickets.update`` is an ``Update of a ticket``."""
    stream, _, deed = kind.partition(".")
    many = stream.replace("_", " ")
    one = f"{many.removesuffix('ies')}y" if many.endswith("ies") else many.removesuffix("s")
    if said := _DEEDS.get(deed):
        return said.format(one if said.startswith("New") else f"{'an' if one[:1] in 'aeiou' else 'a'} {one}")
    return f"{many.capitalize()}: {deed.replace('_', ' ')}" if deed else many.capitalize()


def deed_in_words(deed: str) -> str:
    """Return what people call what was done: ``write.approved`` is ``Write approved``."""
    what, _, did = (one.replace("_", " ").replace("signin", "sign-in") for one in deed.partition("."))
    return f"{what} {did}".strip().capitalize() if " " not in did else f"{what.capitalize()}: {did}"


def plain(value: object, zone: tzinfo | None = None, *, named: bool = False) -> str:
    """Return a value as one line that cannot steer the terminal; ``None`` is empty.

    Args:
        value: The value.
        zone: Where an instant is shown in; ``None`` is the machine's.
        named: Whether an instant names its zone.
    """
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = value.astimezone(zone).strftime(f"%Y-%m-%d %H:%M{' %Z' * named}")
        case int():
            text = f"{value:,}"
        case float():
            text = rounded(value)
        case Decimal():
            text = f"{value:,f}"
        case dict():
            said = {name: plain(part, zone, named=named) for name, part in value.items()}
            text = ", ".join(f"{name} {part}" for name, part in said.items() if part)
        case list() | tuple():
            between = "; " if any(isinstance(item, dict) for item in value) else ", "
            text = between.join(plain(item, zone, named=named) for item in value)
        case _:
            text = one_line(str(value))
    return text


def folded(word: str) -> str:
    """Return a word of a closed list as it is compared: ``Waiting Parts`` is ``waiting_parts``."""
    return word.strip().casefold().replace(" ", "_").replace("-", "_")
