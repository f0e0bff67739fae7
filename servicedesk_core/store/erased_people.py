"""Who was erased, as keyed digests only: enough to keep them out, too little to say who they were."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select

from servicedesk_core.domain import Entity
from servicedesk_core.store import meta
from servicedesk_core.store.schema import suppressed
from servicedesk_core.store.upserting import insert_into

E = TypeVar("E", bound=Entity)

ERASED: Final = "[erased]"
"""Stands where something was about somebody who was erased."""

CONTACT, TICKET, TECHNICIAN, EMAIL, PHONE, NAME = "contact", "ticket", "technician", "email", "phone", "name"

_KEY: Final = "privacy_key"
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d[\d ()./-]{4,}\d")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")  # noqa: RUF001  # the typographic one stands in names as well
_FEWEST_DIGITS = 6


def digits_of(phone: str) -> str:
    """Return what makes two ways of writing one number the same: its last nine digits."""
    return re.sub(r"\D", "", phone)[-9:]


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, as they are compared."""
    return tuple(word.casefold() for word in _WORD.findall(name))


@dataclass(frozen=True, slots=True)
class ErasedPeople:
    """The people who were erased, as one connection meets them.

    Attributes:
        source_id: The connection.
        key: Key of the digests.
        digests: Kind and digest of everything that told who they were.
    """

    source_id: int = 0
    key: bytes = b""
    digests: frozenset[tuple[str, str]] = frozenset()
    lengths: tuple[int, ...] = field(default=(), compare=False)

    @classmethod
    def only(cls, source_id: int, values: Iterable[tuple[str, str]]) -> "ErasedPeople":
        """Return a matcher for one person that needs nothing from the store; takes what :func:`add` does."""
        key, known = b"only to compare", [(kind, value) for kind, value in values if value]
        digests = frozenset((kind, digest(key, source_id, kind, value)) for kind, value in known)
        lengths = sorted({len(value.split()) for kind, value in known if kind == NAME}, reverse=True)
        return cls(source_id, key, digests, tuple(lengths))

    def __bool__(self) -> bool:
        return bool(self.digests)

    def has(self, kind: str, value: str) -> bool:
        """Whether a value belongs to somebody who was erased."""
        return (kind, digest(self.key, self.source_id, kind, value)) in self.digests

    def is_contact(self, external_id: str, email: str | None) -> bool:
        """Whether a contact is one of them, by the vendor's id or by the address."""
        return self.has(CONTACT, external_id) or bool(email and self.has(EMAIL, email.strip().casefold()))

    def is_about(self, entity: Entity) -> bool:
        """Whether a record is one of somebody who was erased, or hangs on a ticket of theirs."""
        if (contact := getattr(entity, "contact_ref", None)) and self.has(CONTACT, contact):
            return True
        ticket = entity.external_id if entity.stream == "tickets" else getattr(entity, "ticket_ref", None)
        return bool(ticket and self.has(TICKET, ticket))

    def cleaned(self, entity: E) -> tuple[E, bool]:
        """Return a record without them; and whether it told of them."""
        about = self.is_about(entity)
        changes: dict[str, Any] = {}
        for name in type(entity).model_fields:
            if name == "external_id" or (name.endswith("_ref") and name != "contact_ref"):
                continue
            value = getattr(entity, name)
            if name == "contact_ref":
                clean = None if value is not None and self.has(CONTACT, value) else value
            else:
                clean = self.scrub(value, names=about)
            if clean != value:
                changes[name] = clean
        return (entity.model_copy(update=changes) if changes else entity), about or bool(changes)

    def scrub(self, value: Any, *, names: bool) -> Any:
        """Return a value without their addresses and numbers, and without their names where it is about them."""
        if type(value) is str:
            return self.scrub_text(value, names=names)
        if isinstance(value, Mapping):
            return {key: self.scrub(inner, names=names) for key, inner in value.items()}
        if isinstance(value, tuple):
            return tuple(self.scrub(inner, names=names) for inner in value)
        return [self.scrub(inner, names=names) for inner in value] if isinstance(value, list) else value

    def scrub_text(self, text: str, *, names: bool) -> str:
        """Do :meth:`scrub` to a text."""
        if "@" in text:
            text = _EMAIL.sub(self._unless(EMAIL, lambda found: found.strip("'").casefold()), text)
        text = _PHONE.sub(self._unless(PHONE, digits_of), text)
        return self._without_names(text) if names and self.lengths else text

    def _unless(self, kind: str, key: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda found: ERASED if self.has(kind, key(found[0])) else found[0]

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        spans: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            for length in self.lengths:
                window = words[at : at + length]
                if len(window) == length and self.has(NAME, " ".join(word[0].casefold() for word in window)):
                    spans.append((window[0].start(), window[-1].end()))
                    at += length - 1
                    break
            at += 1
        for start, end in reversed(spans):
            text = text[:start] + ERASED + text[end:]
        return text


NOBODY: Final = ErasedPeople()


@lru_cache(maxsize=65_536)
def digest(key: bytes, source_id: int, kind: str, value: str) -> str:
    """Return the digest under which a value is kept; ids belong to their connection, addresses to everybody."""
    where = source_id if kind in {CONTACT, TICKET, TECHNICIAN} else 0
    return hmac.new(key, f"{kind}\0{where}\0{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def load(tx: Connection, source_id: int) -> ErasedPeople:
    """Return the people who were erased, as a connection meets them."""
    rows = frozenset((row.kind, row.digest) for row in tx.execute(select(suppressed)))
    if not rows:
        return NOBODY
    lengths = sorted({int(kind.partition(":")[2]) for kind, _ in rows if kind.startswith(f"{NAME}:")}, reverse=True)
    known = frozenset((kind.partition(":")[0], value) for kind, value in rows)
    return ErasedPeople(source_id, bytes.fromhex(meta.get(tx, _KEY) or ""), known, tuple(lengths))


def blinded(tx: Connection, texts: Iterable[str]) -> dict[str, str]:
    """Return by text the one that stands in its place where somebody was erased: nobody can make it from a guess.

    Of a store in which nobody was erased none is returned.
    """
    key = meta.get(tx, _KEY)
    return {} if key is None else {text: digest(bytes.fromhex(key), 0, "text", text) for text in texts}


def add(tx: Connection, source_id: int, values: Iterable[tuple[str, str]]) -> None:
    """Keep values out from now on.

    Args:
        tx: A write transaction.
        source_id: The connection that ids belong to.
        values: Kind and value; see :func:`digits_of` and :func:`words_of` for how numbers and names are written.
    """
    key = meta.get(tx, _KEY)
    if key is None:
        meta.put(tx, _KEY, key := secrets.token_hex(32))
    rows = [
        {
            "kind": f"{kind}:{len(value.split())}" if kind == NAME else kind,
            "digest": digest(bytes.fromhex(key), source_id, kind, value),
        }
        for kind, value in values
        if value and (kind != PHONE or len(value) >= _FEWEST_DIGITS)
    ]
    if rows:
        tx.execute(insert_into(tx, suppressed).on_conflict_do_nothing(), rows)
