"""What the words of plans mean in the store: clients, agreements, sites, devices, queues and technicians."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, null, select

from servicedesk_core.domain import STREAMS, plain_name
from servicedesk_core.features.recurring.kinds import RecurringPlan
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS

_PIECE: Final = 500
_NOUNS: Final = {
    "companies": "client",
    "contracts": "agreement of its client",
    "sites": "site of its client",
    "assets": "device of its client",
    "queues": "queue",
    "technicians": "technician",
}
_GONE: Final = "the vendor has it no more"
_OFF: Final = {
    "companies": "no active client",
    "contracts": "not in force",
    "sites": "not in use",
    "assets": "retired",
    "queues": "not in use",
    "technicians": "not active",
}
_ALSO: Final = {"contracts": ("number",), "assets": ("serial_number", "hostname", "reference_number")}
"""Fields by which people call records beside their name."""


class Record(NamedTuple):
    """A record that a plan can name.

    Attributes:
        source_id: Its source.
        ref: The vendor's id.
        name: What people call it.
        why: Why nothing is done for it any more; empty = it is in use.
        kind: The vendor's type of device.
        start_on: First day of an agreement.
        end_on: Its last day, inclusive.
    """

    source_id: int
    ref: str
    name: str
    why: str = ""
    kind: str | None = None
    start_on: date | None = None
    end_on: date | None = None

    def refuses(self, day: date) -> str:
        """Return why nothing is done for it on a day; empty = nothing is in the way."""
        if self.start_on is not None and day < self.start_on:
            return f"{self.name} begins on {self.start_on}"
        if self.end_on is not None and day > self.end_on:
            return f"{self.name} ended on {self.end_on}"
        return self.why


_Owner = tuple[int, str] | None
"""The client that a record belongs to; ``None`` = it belongs to the desk."""


class Places:
    """The records that some plans can name.

    Args:
        tx: Any transaction.
        plans: The plans.
    """

    def __init__(self, tx: Tx, plans: Sequence[RecurringPlan]) -> None:
        self._tx = tx
        self._by: defaultdict[tuple[str, _Owner, str], list[Record]] = defaultdict(list)
        self._kinds: defaultdict[tuple[_Owner, str], list[Record]] = defaultdict(list)
        self._read("companies", ())
        clients = {one.ref for plan in plans for one in self.clients(plan)}
        named = {
            "contracts": any(one.agreement for one in plans),
            "sites": any(one.site for one in plans),
            "assets": any(one.assets or one.asset_kinds for one in plans),
        }
        for stream in (name for name, is_named in named.items() if is_named):
            for some in _pieces(sorted(clients)):
                self._read(stream, (RECORDS[stream].c.company_ref.in_(some),))
        if any(one.queue for one in plans):
            self._read("queues", ())
        if any(one.technician for one in plans):
            self._read("technicians", ())

    def clients(self, plan: RecurringPlan) -> list[Record]:
        """Return the clients that a plan may mean, of whichever connection."""
        return self._called("companies", None, plan.client)

    def one(self, stream: str, word: str, client: Record) -> Record | str:
        """Return the record that a word means beside a client, or what is the matter with the word."""
        owner = (client.source_id, client.ref) if "company_ref" in STREAMS[stream].model_fields else None
        found = [one for one in self._called(stream, owner, word) if one.source_id == client.source_id]
        if len(found) == 1:
            return found[0]
        noun = _NOUNS[stream]
        if not found:
            return f'There is no {noun} "{word}".'
        ids = ", ".join(one.ref for one in found[:5])
        return f'There are {len(found)} called "{word}": name the {noun} by its id, {ids}.'

    def of_kind(self, client: Record, kind: str) -> list[Record]:
        """Return the devices in use of a client that the vendor calls so, by their ids."""
        found = self._kinds[(client.source_id, client.ref), _folded(kind)]
        return sorted((one for one in found if not one.why), key=lambda one: (len(one.ref), one.ref))

    def _called(self, stream: str, owner: _Owner, word: str) -> list[Record]:
        """Return the records that a word means: by id, else by name; one that is gone only if none is left."""
        found = self._by.get((stream, owner, word)) or self._by.get((stream, owner, _folded(word)), [])
        exact = [one for one in found if one.ref == word]
        return exact or [one for one in found if one.why != _GONE] or found[:1]

    def _read(self, stream: str, where: Collection[ColumnElement[bool]]) -> None:
        t, fields = RECORDS[stream].c, STREAMS[stream].model_fields
        names = [t.name, *(t[field] for field in _ALSO.get(stream, ()))]
        more = [
            t[field] if field in fields else null()
            for field in ("is_active", "company_ref", "kind", "start_on", "end_on")
        ]
        query = select(t.source_id, t.external_id, t.gone_at, *more, *names).where(*where)
        for source_id, ref, gone_at, is_active, company, kind, start_on, end_on, *called in self._tx.execute(query):
            shown = next(filter(None, called), ref)
            why = _GONE if gone_at is not None else f"{shown} is {_OFF[stream]}" if is_active is False else ""
            one = Record(source_id, ref, shown, why, kind, _day(start_on), _day(end_on))
            owner = (source_id, company or "") if "company_ref" in fields else None
            for key in {ref, *(_folded(name) for name in called if name)}:
                self._by[stream, owner, key].append(one)
            if stream == "assets" and kind:
                self._kinds[owner, _folded(kind)].append(one)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _folded(word: str) -> str:
    return plain_name(word).casefold()


def _pieces(several: Sequence[str]) -> Iterator[Sequence[str]]:
    return (several[start : start + _PIECE] for start in range(0, len(several), _PIECE))
