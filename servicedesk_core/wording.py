"""How counts and times are put into words."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: ``1 claim``, ``2 claims``, ``1,200 claims``.

    Args:
        number: How many.
        one: The noun for one of them, with whatever belongs to it.
        many: The same for any other number; without it an ``s`` is put behind ``one``.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def hours(seconds: int | None) -> str:
    """Return worked or planned time in hours: ``0.25 h``, ``1.00 h``, ``0.3333 h``."""
    if seconds is None:
        return "unknown"
    whole, rest = divmod((seconds * 50 + 9) // 18, 10_000)  # ten-thousandths of an hour, as vendors keep them
    more = f"{rest:04}"
    return f"{whole:,}.{more[:2]}{more[2:].rstrip('0')} h"


def worked(seconds: int | None, untimed: int) -> str:
    """Return the time recorded on a ticket.

    Args:
        seconds: What its entries say together; ``None`` = no entry says how long.
        untimed: Entries that do not say how long.
    """
    return f"≥ {hours(seconds)}" if untimed and seconds is not None else hours(seconds)
