"""Which record somebody means by a word, of the PSA and of the ledger."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain.names import plain_name
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.billing.mapping.links import Books, Key, Linkable, Target
from servicedesk_core.features.billing.mapping.matching import Known
from servicedesk_core.features.billing.mapping.things import Thing, known_of, things
from servicedesk_core.store import Tx

T = TypeVar("T")


def thing_meant(tx: Tx, sort: Linkable, word: str, connection: str | None) -> Thing:
    """Return what of the PSA is meant, by name, number or id.

    Raises:
        NotFoundLocallyError: Nothing is called so, or several are.
    """
    there = [one for one in things(tx, (sort,)) if connection in {None, one.connection} or not one.connection]
    hint = "`servicedesk billing map` lists what there is."
    return _meant(there, lambda one: one.known, word, sort.value, hint)


def record_meant(books: Books, target: Target, word: str) -> Known:
    """Return what of the ledger is meant, by name, code or id.

    Raises:
        NotFoundLocallyError: Nothing in use is called so, or several are.
    """
    hint = f"Make it in {books.ledger}, or bring it back there, and run `servicedesk sync`."
    return _meant(known_of(books, target), lambda one: one, word, f"{target.value} of {books.ledger}", hint)


def link_meant(tx: Tx, books: Books, target: Target, thing: tuple[Linkable, str], connection: str | None) -> Key:
    """Return the link that is meant, by name or id of what is linked, also where the PSA has that no more.

    Raises:
        NotFoundLocallyError: Nothing that is linked so is called so, or several are.
    """
    sort, word = thing
    names = {one.key(target): one.known for one in things(tx, (sort,))}
    linked = [
        (key, names.get(key, Known(key.ref, (key.ref,))))
        for key in books.links
        if (key.sort, key.to) == (sort, target) and (connection in {None, key.connection} or not key.connection)
    ]
    hint = "`servicedesk billing map --state linked` lists what is linked."
    return _meant(linked, lambda one: one[1], word, f"{sort.value} that is linked", hint)[0]


def _meant(there: Iterable[T], known: Callable[[T], Known], word: str, what: str, hint: str) -> T:
    plain, there = plain_name(word).casefold(), list(there)
    by_id = [one for one in there if known(one).ref == word]
    found = by_id or [one for one in there if plain in _called(known(one))]
    if not found:
        near = did_you_mean(word, [name for one in there for name in known(one).names])
        raise NotFoundLocallyError(f'There is no {what} "{word}".{near}', hint=hint)
    if len(found) > 1:
        ids = ", ".join(known(one).ref for one in found[:5])
        message = f'Several are called "{word}" as {what}: {ids}.'
        raise NotFoundLocallyError(message, hint="Name it by its id, or say with --connection where it is.")
    return found[0]


def _called(one: Known) -> set[str]:
    return {plain_name(name).casefold() for name in (*one.names, one.number or "")} - {""}
