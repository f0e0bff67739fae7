"""What is linked to what, and what a ledger has. Pure."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from servicedesk_core.domain.billing import Customer, LedgerAccount, SalesItem, TaxCode

COMPANIES: Final = "companies"
SERVICES: Final = "services"
"""What is sold on several contracts; the ids are those that its units and places on contracts name."""
DEFAULT: Final = "default"
"""Of what is linked for a whole sort of lines; then the id is the sort."""
ROUNDING: Final = "rounding"
"""The sort of a line that makes a total right."""

LedgerRecord = Customer | SalesItem | TaxCode | LedgerAccount


class Linkable(StrEnum):
    """What of the PSA is linked."""

    COMPANY = "company"
    PRODUCT = "product"
    SERVICE = "service"
    CONTRACT_SERVICE = "contract service"
    """A service on one contract, which is none of those that are sold on several."""
    CODE = "billing code"
    ROLE = "role"
    DEFAULT = "default"
    """Lines of one sort, such as labour, of which nothing else is linked; or rounding."""

    @property
    def stream(self) -> str:
        """Where its records are."""
        return _STREAMS[self]


_STREAMS: Final = {
    Linkable.COMPANY: COMPANIES,
    Linkable.PRODUCT: "products",
    Linkable.SERVICE: SERVICES,
    Linkable.CONTRACT_SERVICE: "contract_services",
    Linkable.CODE: "billing_codes",
    Linkable.ROLE: "roles",
    Linkable.DEFAULT: DEFAULT,
}


LINKED: Final = frozenset(_STREAMS.values())
"""The streams of what is linked."""


class Target(StrEnum):
    """What it is in the ledger."""

    CUSTOMER = "customer"
    ITEM = "item"
    TAX_CODE = "tax code"
    ACCOUNT = "account"

    @property
    def entity(self) -> type[LedgerRecord]:
        """Class of its records."""
        return _ENTITIES[self]


_ENTITIES: Final[dict[Target, type[LedgerRecord]]] = {
    Target.CUSTOMER: Customer,
    Target.ITEM: SalesItem,
    Target.TAX_CODE: TaxCode,
    Target.ACCOUNT: LedgerAccount,
}


class Key(NamedTuple):
    """What is linked: a record of a PSA, or of no connection a sort of lines; and to what stream of the ledger."""

    connection: str
    stream: str
    ref: str
    target: str

    @property
    def sort(self) -> Linkable:
        """What of the PSA it is."""
        return next(one for one, stream in _STREAMS.items() if stream == self.stream)

    @property
    def to(self) -> Target:
        """What it is in the ledger."""
        return next(one for one, entity in _ENTITIES.items() if entity.stream == self.target)


@dataclass(frozen=True, slots=True)
class Link:
    """To what something is linked.

    Attributes:
        target_ref: The ledger's id of that.
        target_name: What it was called when it was linked.
        at: When that was.
        author: Who did it.
    """

    target_ref: str
    target_name: str
    at: datetime
    author: str


class NoLink(StrEnum):
    """Why something leads nowhere in the ledger."""

    MISSING = "missing"
    """Nobody linked it."""
    GONE = "gone"
    """The ledger does not have it any more."""
    INACTIVE = "inactive"
    """It is archived there, or was merged into another."""


@dataclass(frozen=True, slots=True)
class Books:
    """What a ledger has, and what is linked to it.

    Attributes:
        ledger: Name of its connection.
        links: What is linked.
        records: What the ledger has, by stream and id.
        gone: What it has no more.
        made: The ledger's ids of what was made there for something that it did not have.
    """

    ledger: str
    links: Mapping[Key, Link]
    records: Mapping[tuple[str, str], LedgerRecord]
    gone: AbstractSet[tuple[str, str]] = frozenset()
    made: Mapping[Key, str] = field(default_factory=dict)

    def record(self, stream: str, ref: str) -> LedgerRecord | NoLink:
        """Return a record that documents may name, or why they may not."""
        found = self.records.get((stream, ref))
        if found is None or (stream, ref) in self.gone:
            return NoLink.GONE
        return NoLink.INACTIVE if found.is_active is False else found

    def made_for(self, key: Key) -> str | None:
        """Return the ledger's id of what was made for something; ``None`` = nothing that documents may name was."""
        ref = self.made.get(key)
        return None if ref is None or isinstance(self.record(key.target, ref), NoLink) else ref

    def linked(self, key: Key) -> LedgerRecord | NoLink:
        """Return what something is in the ledger, or why it is nothing there."""
        link = self.links.get(key)
        return NoLink.MISSING if link is None else self.record(key.target, link.target_ref)

    def has(self, stream: str) -> bool:
        """Whether the ledger has any record of a stream."""
        return any(of == stream for of, _ in self.records)

    def told(self, key: Key, name: str, why: NoLink) -> tuple[str, str]:
        """Return what is wrong with a link, and what to do about it, as sentences.

        Args:
            key: What is, or should be, linked.
            name: What people call it.
            why: Why it leads nowhere.
        """
        to, sort = key.to, key.sort
        to_other = f" --to {_word(to)}" if to is not usual_target(sort) else ""
        word = key.ref if sort is Linkable.CONTRACT_SERVICE else name  # several are called alike
        do = f'`servicedesk billing link {_word(sort)} "{word}" NAME{to_other}`'
        if why is NoLink.MISSING:
            also = "" if sort in {Linkable.COMPANY, Linkable.DEFAULT} else ", or what its sort is by default"
            return f'Nobody said which {to.value} of {self.ledger} the {sort.value} "{name}" is.', f"{do}{also}."
        link = self.links[key]
        now = "is not there any more" if why is NoLink.GONE else "is inactive there, or was merged into another"
        what = f"{sort.value.capitalize()} {name} is {to.value} {link.target_name} of {self.ledger}, which {now}."
        return what, f"Bring it back there, or {do}."


def usual_target(sort: Linkable) -> Target:
    """Return what something is in a ledger unless somebody says otherwise."""
    return Target.CUSTOMER if sort is Linkable.COMPANY else Target.ITEM


def _word(one: StrEnum) -> str:
    return one.value.replace(" ", "-")
