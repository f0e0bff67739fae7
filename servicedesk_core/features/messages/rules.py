"""Which words a client gets, and by which way somebody is told. Pure."""

from collections.abc import Collection, Iterable
from typing import Final

from servicedesk_core.features.messages.kinds import Template
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.wording import folded


def chosen(
    templates: Iterable[Template], trigger: Trigger, client: Collection[str], language: str | None
) -> Template | None:
    """Return the words for a client: theirs in their language, theirs, the desk's in their language, the desk's.

    Args:
        templates: Those that hold.
        trigger: What is told.
        client: All words that mean the client, such as name and id.
        language: What the reader speaks, such as ``fr-CH``, which French will do for, too; ``None`` = nobody said.
    """
    words = {folded(word) for word in client}
    best: tuple[tuple[int, int], Template] | None = None
    for one in templates:
        if trigger not in one.triggers:
            continue
        is_theirs = bool(words & {folded(word) for word in one.clients})
        spoken = _spoken(one.language, language)
        if spoken is None or (one.clients and not is_theirs):
            continue
        rank = (int(not is_theirs), spoken)
        if best is None or rank < best[0]:
            best = rank, one
    return None if best is None else best[1]


_OTHER: Final = 2


def _spoken(of_template: str | None, wanted: str | None) -> int | None:
    """Return how well a language fits, 0 the best; ``None`` = not at all."""
    if of_template is None:
        return _OTHER
    if wanted is None:
        return None
    if of_template == wanted:
        return 0
    return 1 if wanted.partition("-")[0] == of_template else None
