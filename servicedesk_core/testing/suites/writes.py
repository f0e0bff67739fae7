"""What every connector that writes must do, as tests that its author subclasses.

::

    class TestAcmeWrites(WriteSuite):
        @pytest.fixture
        async def connector(self, sandbox):
            async with opened(Acme, AcmeSettings(...), http=granted_http(*KINDS)) as acme:
                yield acme

        @pytest.fixture
        def vendor(self, sandbox):
            return AcmeVendor(sandbox)  # a WriteVendor: examples, and what goes wrong

The suite plays core's part: it sends, and after an answer that got lost it looks before it sends again. Whatever goes
wrong, the vendor must have done each write once, or at most once where a person has to decide. A test of something that
the connector or the stand-in cannot do skips itself and says so.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import (
    OutcomeUnknownError,
    PermanentError,
    RejectedError,
    TransientError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import (
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    ReconcilableBy,
    Write,
    WriteCapability,
    WriteReceipt,
)
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.write_truths import WriteTruths, new_id
from servicedesk_core.testing.suites.write_vendor import WriteFault, WriteVendor

MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a write ended.

    Attributes:
        ref: The vendor's id; ``None`` while a person has to decide.
        error: Why it was refused, if it was.
    """

    ref: str | None = None
    error: PermanentError | None = None


class WriteSuite(WriteTruths):
    """Subclass it in a test file and give it the fixtures ``connector`` and ``vendor``.

    ``connector`` is opened and may write everything; ``ungranted`` is one that may write nothing. They share one
    stand-in with ``vendor``. The tests leave it changed, so give each test its own or one whose records do not matter.
    """

    @pytest.fixture
    async def ungranted(self) -> AnyConnector | None:
        """Return an opened connector without any grant; the subclass overrides this."""
        return None

    def test_writes_are_described_completely(self, connector: AnyConnector) -> None:
        """Each kind once, with its right, its fields, and a way to settle a doubt that its hooks can go."""
        described = self._kinds(connector)
        assert described, "a connector without writes needs no WriteSuite"
        kinds = [one.kind for one in described]
        assert len(kinds) == len(set(kinds)), "a kind is described twice"
        for hook in ("send_write", "find_write"):
            assert hasattr(getattr(type(connector), hook), "servicedesk_impl"), f"{hook} is not implemented"
        for one in described:
            assert "." in one.kind, "a kind is named like its grant: tickets.update"
            assert one.right, f"{one.kind}: say which right the vendor's administrator must grant"
            assert one.fields, f"{one.kind}: name the fields that it understands"
            assert {name for names in one.required for name in names.split("|")} <= set(one.fields), one.kind
            assert set(one.max_lengths) <= set(one.fields), one.kind
            assert one.settle_s >= 0, one.kind
            assert one.timeout_s > 0, one.kind

    async def test_a_write_is_done_once_and_then_found(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """The receipt names the record, and looking for the write names the same one."""
        for kind in self._kinds(connector):
            done = await vendor.writes_done()
            write = await self._example(connector, vendor, kind.kind)
            receipt = await connector.send_write(write)
            assert isinstance(receipt, WriteReceipt)
            assert receipt.ref, f"{kind.kind}: a receipt names the record"
            assert await vendor.writes_done() == done + 1, kind.kind
            if write.target is not None:
                assert receipt.ref == write.target, kind.kind
            found = await connector.find_write(write)
            if kind.reconcilable_by is not ReconcilableBy.NOTHING:
                assert found == Found(receipt.ref), f"{kind.kind}: it was done, and looking for it gave {found}"

    async def test_what_is_read_back_is_what_a_pull_would_bring(
        self, connector: AnyConnector, vendor: WriteVendor
    ) -> None:
        """Core stores a receipt's record like a pulled one, so that the next pull finds no news."""
        if not hasattr(type(connector).fetch_records, "servicedesk_impl"):
            pytest.skip("the connector does not implement fetch_records")
        for kind in self._kinds(connector):
            receipt = await connector.send_write(await self._example(connector, vendor, kind.kind))
            if receipt.record is None:
                continue
            stream = kind.kind.partition(".")[0]
            (pulled,) = [one async for one in connector.fetch_records(stream, [receipt.ref])]
            assert (receipt.record,) == pulled.records, f"{kind.kind}: it reads back something else than a pull"

    async def test_what_the_vendor_takes_is_no_problem_before(
        self, connector: AnyConnector, vendor: WriteVendor
    ) -> None:
        """Whoever proposes what the vendor takes is told of no problem, whether lists are read again or not."""
        if not hasattr(type(connector).check_write, "servicedesk_impl"):
            pytest.skip("the connector does not implement check_write")
        for kind in self._kinds(connector):
            write = await self._example(connector, vendor, kind.kind)
            done = await vendor.writes_done()
            for max_age_s in (None, 0.0):
                problems = await connector.check_write(write, max_age_s)
                assert problems == (), f"{kind.kind}: {problems}"
            assert await vendor.writes_done() == done, f"{kind.kind}: a check writes nothing"
            assert (await connector.send_write(write)).ref, kind.kind

    async def test_what_was_never_sent_is_not_found(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """Before the settling time nothing is proven; after it only what the way of looking can prove."""
        for kind in self._kinds(connector):
            earlier = await self._earlier(connector, vendor, kind)
            write = replace(await self._example(connector, vendor, kind.kind), earlier=earlier)
            early = await connector.find_write(write)
            assert not isinstance(early, Found), f"{kind.kind}: found, but never sent"
            if kind.settle_s:
                assert isinstance(early, Inconclusive), f"{kind.kind}: absence was proven before {kind.settle_s:g} s"
            await vendor.settle(kind.settle_s + 1)
            late = await connector.find_write(write)
            assert not isinstance(late, Found), f"{kind.kind}: found, but never sent"
            if isinstance(late, ProvenAbsent):
                assert kind.reconcilable_by.may_prove_absence, f"{kind.kind}: its way of looking cannot prove absence"
                assert late.evidence, kind.kind
                canary = late.canary or not kind.reconcilable_by.searches
                assert canary, f"{kind.kind}: nothing shows that the search works which did not find it"
            elif kind.reconcilable_by.searches:
                pytest.fail(f"{kind.kind}: found by {kind.reconcilable_by}, so absence must be proven in time: {late}")

    @pytest.mark.parametrize("fault", list(WriteFault), ids=lambda fault: fault.value)
    async def test_whatever_goes_wrong_it_is_done_at_most_once(
        self, connector: AnyConnector, vendor: WriteVendor, fault: WriteFault
    ) -> None:
        """Sent, lost, looked for, sent again: the vendor has it once, or a person decides."""
        for kind in self._kinds(connector):
            earlier = await self._earlier(connector, vendor, kind)
            write = replace(await self._example(connector, vendor, kind.kind), earlier=earlier)
            done = await vendor.writes_done()
            await vendor.fail_next_write(fault)
            delivery = await self._deliver(connector, vendor, write, kind)
            times = await vendor.writes_done() - done
            if fault is WriteFault.REFUSED:
                assert delivery.error is not None, f"{kind.kind}: the vendor refused it, and nobody was told"
                assert times == 0, kind.kind
                continue
            assert times <= 1, f"{kind.kind} after {fault}: done {times} times"
            assert delivery.error is None, f"{kind.kind} after {fault}: {delivery.error}"
            if delivery.ref is not None:
                assert times == 1, f"{kind.kind} after {fault}: confirmed, but not done"
            elif fault is WriteFault.BUSY or kind.reconcilable_by.searches:
                pytest.fail(f"{kind.kind} after {fault}: left in doubt although there is a certain way to look")
            elif fault.is_done and kind.reconcilable_by is not ReconcilableBy.NOTHING:
                pytest.fail(f"{kind.kind} after {fault}: it was done and can be found, but was not")

    async def test_two_equal_acts_are_two(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """Equal content under two ids is written twice, and neither is taken for the other."""
        for kind in self._kinds(connector):
            first = await self._example(connector, vendor, kind.kind)
            if first.target is not None or "number" in kind.required:  # a document's own number tells it apart
                continue
            second = replace(first, id=new_id())
            done = await vendor.writes_done()
            if kind.unique_by:
                same = [(await connector.send_write(one)).ref for one in (first, second)]
                assert await vendor.writes_done() == done + 1, f"{kind.kind}: one is enough, and two were made"
                assert same[0] == same[1], kind.kind
                continue
            refs = [(await connector.send_write(one)).ref for one in (first, second)]
            assert await vendor.writes_done() == done + 2, kind.kind
            assert refs[0] != refs[1], kind.kind
            if kind.reconcilable_by is ReconcilableBy.NOTHING:
                continue
            for one, own, other in ((first, refs[0], refs[1]), (second, refs[1], refs[0])):
                found = await connector.find_write(replace(one, taken_refs=frozenset({other})))
                assert found == Found(own), f"{kind.kind}: {found}"
                unaided = await connector.find_write(one)
                assert unaided == Found(own) or isinstance(unaided, Inconclusive), f"{kind.kind}: {unaided}"

    async def test_a_newer_edit_is_not_overwritten(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """A change that is based on what no longer stands there is refused, and nothing is sent."""
        for kind in self._kinds(connector):
            ours = await self._example(connector, vendor, kind.kind)
            theirs = await self._example(connector, vendor, kind.kind)
            if ours.target is None:
                continue
            assert ours.base, f"{kind.kind}: an example of a change needs the base it stands on"
            await connector.send_write(theirs)
            done = await vendor.writes_done()
            both_want_the_same = ours.values == theirs.values
            with suppress(PermanentError) if both_want_the_same else pytest.raises(RejectedError):
                await connector.send_write(ours)
            assert await vendor.writes_done() == done, f"{kind.kind}: it was written over a newer edit"

    async def test_what_cannot_be_right_is_refused_unsent(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """Unknown kinds and fields, missing fields and too long texts reach nobody."""
        done = await vendor.writes_done()
        with pytest.raises(PermanentError):
            await connector.send_write(Write(new_id(), "nobody.knows_this", values={"a": 1}))
        for kind in self._kinds(connector):
            write = await self._example(connector, vendor, kind.kind)
            wrong: list[Mapping[str, Any]] = [{**write.values, "no_such_field": "x"}]
            wrong += [{n: v for n, v in write.values.items() if n not in name.split("|")} for name in kind.required]
            wrong += [{**write.values, name: "x" * (longest + 1)} for name, longest in kind.max_lengths.items()]
            for values in wrong:
                with pytest.raises(RejectedError):
                    await connector.send_write(replace(write, values=dict(values)))
        assert await vendor.writes_done() == done

    async def test_what_hangs_on_nothing_is_refused_unsent(self, connector: AnyConnector, vendor: WriteVendor) -> None:
        """A note or a time entry without the record that it belongs to reaches nobody."""
        for kind in self._kinds(connector):
            if not _belongs(kind):
                continue
            write = await self._example(connector, vendor, kind.kind)
            done = await vendor.writes_done()
            with pytest.raises(RejectedError):
                await connector.send_write(replace(write, parent=None))
            assert await vendor.writes_done() == done, f"{kind.kind}: it was sent without what it belongs to"

    async def test_nothing_is_written_without_its_grant(
        self, ungranted: AnyConnector | None, vendor: WriteVendor
    ) -> None:
        """Without a grant the HTTP kit refuses each kind, whatever the connector wants to send."""
        if ungranted is None:
            pytest.skip("give the suite a fixture named 'ungranted'")
        done = await vendor.writes_done()
        for kind in self._kinds(ungranted):
            with pytest.raises(WriteNotGrantedError):
                await ungranted.send_write(await self._example(ungranted, vendor, kind.kind))
        assert await vendor.writes_done() == done

    async def _deliver(
        self, connector: AnyConnector, vendor: WriteVendor, write: Write, kind: WriteCapability
    ) -> Delivery:
        """Do what core does: send, and after a doubt look before sending again."""
        for _ in range(MOST_ATTEMPTS):
            attempt = replace(write, attempted_at=connector.ctx.clock.now())
            try:
                return Delivery((await connector.send_write(attempt)).ref)
            except OutcomeUnknownError:
                found = await self._look(connector, vendor, attempt, kind)
                if isinstance(found, Found):
                    return Delivery(found.ref)
                if not isinstance(found, ProvenAbsent):
                    return Delivery()
            except TransientError:
                continue
            except PermanentError as error:
                return Delivery(error=error)
        pytest.fail(f"{kind.kind}: still not delivered after {MOST_ATTEMPTS} attempts")

    async def _look(
        self, connector: AnyConnector, vendor: WriteVendor, write: Write, kind: WriteCapability
    ) -> FindResult:
        found: FindResult = await connector.find_write(write)
        if isinstance(found, Inconclusive):
            await vendor.settle(kind.settle_s + 1)
            found = await connector.find_write(write)
        if isinstance(found, ProvenAbsent):
            assert kind.reconcilable_by.may_prove_absence, f"{kind.kind}: its way of looking cannot prove absence"
        return found


def _belongs(kind: WriteCapability) -> bool:
    """Return whether a new record of this kind is nothing without the ticket that it is of."""
    stream, _, act = kind.kind.partition(".")
    ticket = STREAMS[stream].model_fields.get("ticket_ref") if stream in STREAMS else None
    return kind.needs == "parent" or (act.startswith("create") and ticket is not None and ticket.is_required())
