"""Saying who and what is which in the ledger."""

from typing import Annotated

from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.billing.mapping.choosing import link_meant, record_meant, thing_meant
from servicedesk_core.features.billing.mapping.links import Books, Key, Link, Linkable, Target, usual_target
from servicedesk_core.features.billing.mapping.matching import Evidence
from servicedesk_core.features.billing.mapping.model import Linked, LinkedAll, Unlinked
from servicedesk_core.features.billing.mapping.queries import UNSCOPED, LinkQueries, named_by, suggestions
from servicedesk_core.features.billing.mapping.tables import books_of, forget, keep, ledger_of
from servicedesk_core.features.billing.mapping.things import Place, Thing, things
from servicedesk_core.features.billing.periods.actions import BillingDesk
from servicedesk_core.features.billing.preview.queries import month_of
from servicedesk_core.store import Tx, audit

_WHAT = Annotated[Linkable, Help("What of the PSA.")]
_NAME = Annotated[str, Help("Its name, number or id there; of a default: labour, part, service … or rounding.")]
_AS = Annotated[Target | None, Help("As what [default: a customer of a company, else an item].", name="to")]
_WHERE = Annotated[str | None, Help("Connection of the PSA, if several have it.")]


class Linking(LinkQueries[Manner]):
    """Who and what is which in the ledger."""

    desk: BillingDesk

    @action("billing.link", about="What was linked.", needs=Capability.BILLING_WRITE, unscoped=UNSCOPED)
    async def link(
        self,
        what: _WHAT,
        name: _NAME,
        ledger_name: Annotated[str, Help("Name, code or id of what it is in the ledger.")],
        *,
        target: _AS = None,
        connection: _WHERE = None,
    ) -> Linked:
        """Say what something of the PSA is in the ledger, in place of what was said before.

        A tax code of a company goes before that of what is sold, one of what is sold before the ledger's own.

        Raises:
            NotFoundLocallyError: There is no such thing, or several, or no accounting system was read yet.
            SettingsError: Several accounting systems are connected, and nobody decided which.
        """

        def work(tx: Tx) -> Linked:
            audit.take_turn(tx)
            books = self._books(tx)
            thing = thing_meant(tx, what, name, connection)
            to = target or usual_target(what)
            return self._keep(tx, books, thing, to, ref=record_meant(books, to, ledger_name).ref)

        return await self.desk.store.write(work)

    @action(
        "billing.link-certain",
        about="What was linked.",
        needs=Capability.BILLING_WRITE,
        unscoped=UNSCOPED,
        page="servicedesk_core.features.billing.mapping.pages:linked_all",
    )
    async def link_certain(
        self,
        *,
        what: Annotated[Linkable | None, Help("Only this.")] = None,
        period: Annotated[
            str | None, Help("Also what is out of use, where bills of this month name it.", metavar="YYYY-MM")
        ] = None,
    ) -> LinkedAll:
        """Link what is certain: the only one with the same tax number, or with exactly the same name, on both sides.

        Raises:
            NotFoundLocallyError: No accounting system was read yet.
            SettingsError: That is no month, or several ledgers are connected, and nobody decided which.
        """
        days = None if period is None else month_of(period)

        def work(tx: Tx) -> LinkedAll:
            audit.take_turn(tx)
            books = self._books(tx)
            used = frozenset[Place]() if days is None else frozenset(named_by(tx, self.desk, *days))
            found = {one.key(): one for one in things(tx, tuple(Linkable) if what is None else (what,), used)}
            customers = {link.target_ref for key, link in books.links.items() if key.to is Target.CUSTOMER}
            may_be = suggestions(books, found.values())
            links = tuple(
                self._keep(tx, books, found[key], key.to, ref=one.ref, why=one.why)
                for key, one in may_be.items()
                # Two clients that are one customer is somebody's word, and never a guess.
                if one.is_certain and not (key.to is Target.CUSTOMER and one.ref in customers)
            )
            return LinkedAll(links, len(may_be) - len(links))

        return await self.desk.store.write(work)

    @action("billing.unlink", about="What is linked no more.", needs=Capability.BILLING_WRITE, unscoped=UNSCOPED)
    async def unlink(self, what: _WHAT, name: _NAME, *, target: _AS = None, connection: _WHERE = None) -> Unlinked:
        """Take back what something of the PSA is in the ledger. What was sent already stays as it is.

        Raises:
            NotFoundLocallyError: Nothing that is linked so is called so, or several are.
            SettingsError: Several accounting systems are connected, and nobody decided which.
        """

        def work(tx: Tx) -> Unlinked:
            audit.take_turn(tx)
            books = self._books(tx)
            key = link_meant(tx, books, target or usual_target(what), (what, name), connection)
            forget(tx, books.ledger, key)
            self._note_link(tx, "billing.unlinked", books, key, {"ref": books.links[key].target_ref})
            return Unlinked(what, name, key.to, books.ledger)

        return await self.desk.store.write(work)

    def _books(self, tx: Tx) -> Books:
        return books_of(tx, ledger_of(tx, self.desk.clock.now()))

    def _keep(self, tx: Tx, books: Books, thing: Thing, to: Target, *, ref: str, why: Evidence | None = None) -> Linked:
        key = thing.key(to)
        name = books.records[key.target, ref].name
        keep(tx, books.ledger, key, Link(ref, name, self.desk.clock.now(), str(self.desk.actor)))
        self._note_link(tx, "billing.linked", books, key, {"ref": ref, "why": why.value if why else "said"})
        return Linked(thing.sort, thing.name, to, books.ledger, name, ref, why, _sharing(tx, books, key, ref))

    def _note_link(self, tx: Tx, act: str, books: Books, key: Key, after: dict[str, str]) -> None:
        where = f"{key.connection}/{key.ref}" if key.connection else key.ref
        audit.append(
            tx,
            at=self.desk.clock.now(),
            actor=str(self.desk.actor),
            action=act,
            entity=f"{key.sort.value}:{where}",
            after={"ledger": books.ledger, "as": key.to.value} | after,
        )


def _sharing(tx: Tx, books: Books, key: Key, ref: str) -> tuple[str, ...]:
    """Return the other clients that a customer is."""
    if key.to is not Target.CUSTOMER:
        return ()
    others = {other[:3] for other, link in books.links.items() if (other.target, link.target_ref) == (key.target, ref)}
    others.discard(key[:3])
    return tuple(one.name for one in things(tx, (Linkable.COMPANY,)) if one.key()[:3] in others) if others else ()
