"""The first look at a page: which records can be stored at all, each payload packed and hashed once."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from servicedesk_core.errors import MappingError
from servicedesk_core.hooks.pulling import SourceRecord
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.raws import Packed, pack

ID_LENGTH: Final = 255


class Arrived(NamedTuple):
    """A record that may be stored.

    Attributes:
        external_id: The vendor's id.
        raw: The payload.
        packed: The payload as it is stored, with its hash.
        revision: The vendor's token of this version, if it has one.
    """

    external_id: str
    raw: Mapping[str, Any]
    packed: Packed
    revision: str | None = None


class Intake(NamedTuple):
    """What a page came to.

    Attributes:
        arrived: Records that may be stored, each id once.
        rejected: Records for the quarantine.
        size: Bytes of payload, roughly.
    """

    arrived: list[Arrived]
    rejected: list[Rejected]
    size: int


def take_in(records: Iterable[SourceRecord]) -> Intake:
    """Check, pack and hash the records of a page.

    A record that comes twice with one content counts once; with two contents the later one is kept, as the newer, and
    the id is put into quarantine for somebody to look at.
    """
    arrived: dict[str, Arrived] = {}
    rejected: list[Rejected] = []
    total = 0
    for external_id, raw, _, revision in records:
        if raw is None:
            continue
        try:
            packed = pack(raw)
        except MappingError as error:
            known = external_id if is_usable_id(external_id) else f"?{digest_of([raw]).hex()}"
            rejected.append(Rejected(known, None, error.message))
            continue
        total += _size(raw, packed)
        if not is_usable_id(external_id):
            reason = f"The id is missing, not text, longer than {ID_LENGTH} characters or not printable."
            rejected.append(Rejected(f"?{packed.hash.hex()}", raw, reason))
            continue
        earlier = arrived.get(external_id)
        if earlier is not None and earlier.packed.hash != packed.hash:
            reason = "The vendor sent this id twice on one page; the later one was kept."
            rejected.append(Rejected(external_id, earlier.raw, reason))
        arrived[external_id] = Arrived(external_id, raw, packed, revision)
    return Intake(list(arrived.values()), rejected, total)


def is_usable_id(external_id: object) -> bool:
    """Whether an id can be stored and asked for: printable text of at most 255 characters."""
    return isinstance(external_id, str) and 0 < len(external_id) <= ID_LENGTH and external_id.isprintable()


def digest_of(values: Iterable[object]) -> bytes:
    """Return a short fingerprint of values in their order, with all that is in them, however deep it nests."""
    digest = blake2b(digest_size=16)
    waiting: list[object] = [*values]
    waiting.reverse()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            inner: Sequence[object] = [one for pair in value.items() for one in pair]
        elif isinstance(value, list | tuple):
            inner = value
        else:
            digest.update(f"{value!r},".encode("utf-8", "replace"))
            continue
        digest.update(f"{type(value).__name__}{len(inner)},".encode())
        waiting += reversed(inner)
    return digest.digest()


def _size(raw: Mapping[str, Any], packed: Packed) -> int:
    if packed.blob[:1].isupper():
        return len(packed.blob)
    # Deflated: what counts against the memory is the text that it was.
    return sum(len(value) for value in raw.values() if isinstance(value, str))
