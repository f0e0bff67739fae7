"""How counts are put into words."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: ``1 claim``, ``2 claims``, ``1,200 claims``.

    Args:
        number: How many.
        one: The noun for one of them, with whatever belongs to it.
        many: The same for any other number; without it an ``s`` is put behind ``one``.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
