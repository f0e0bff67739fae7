"""The outbox as a state machine: whatever is done in whatever order, nothing is lost or sent twice."""

import contextlib
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from servicedesk_core.domain.writing import TRANSITIONS, IllegalTransitionError, Intent, Standing, WriteState
from servicedesk_core.errors import LeaseLostError, WriteStateError
from servicedesk_core.outbox.deciding import approve, discard, resolve, retry
from servicedesk_core.store import Store, audit, leases, location, outbox
from servicedesk_core.store.outbox import propose
from servicedesk_core.testing.clock import FakeClock


@pytest.mark.parametrize("before", WriteState)
@pytest.mark.parametrize("after", WriteState)
def test_only_the_transitions_of_the_table_are_possible(before, after):
    clock = FakeClock()
    standing = Standing(before, attempt=1)

    def move():
        if after is WriteState.SENDING:
            return standing.begin(owner="o", fence=1, not_after=clock.now())
        return standing.to(after)

    if after in TRANSITIONS[before]:
        assert move().state is after
        assert move().attempt == 1 + (after is WriteState.SENDING)
    else:
        with pytest.raises(IllegalTransitionError, match=after.value):
            move()


def test_an_attempt_expires_at_its_end_and_nothing_else_does():
    clock = FakeClock()
    sending = Standing(WriteState.QUEUED).begin(owner="o", fence=1, not_after=clock.now())
    assert sending.is_expired(clock.now())
    assert not sending.to(WriteState.IN_DOUBT).is_expired(clock.now())


class OutboxMachine(RuleBasedStateMachine):
    """Two senders that overtake one another, a person, and a vendor that remembers what reached it."""

    acts = Bundle("acts")
    attempts = Bundle("attempts")
    template = None

    def __init__(self):
        super().__init__()
        self.folder = type(self).folder / str(id(self))
        self.folder.mkdir()
        shutil.copyfile(type(self).template, self.folder / "desk.db")
        self.clock = FakeClock()
        self.store = Store.open(f"sqlite:///{self.folder / 'desk.db'}", clock=self.clock)
        url, now = self.store.url, self.clock.now()  # a copy sends nothing before it is adopted
        self.store.write_blocking(lambda tx: location.adopt(tx, url, actor="user:test", now=now))
        self.vendor, self.approved, self.fence = [], set(), None
        self.take_over()

    def teardown(self):
        self.store.close()
        shutil.rmtree(self.folder)

    def write(self, work, fence=None):
        with contextlib.suppress(WriteStateError, LeaseLostError):
            return self.store.write_blocking(work, fence=fence)
        return None

    @property
    def now(self):
        return self.clock.now()

    @rule(target=acts, aggregate=st.sampled_from("ab"))
    def somebody_proposes(self, aggregate):
        intent = Intent("psa", "notes.create_internal", aggregate, "x", {"body": "x"})
        return self.store.write_blocking(lambda tx: propose(tx, intent, actor="user:a", now=self.now)).id

    @rule(act=acts)
    def somebody_approves(self, act):
        if self.write(lambda tx: approve(tx, act, actor="user:a", now=self.now)):
            self.approved.add(act)

    @rule(act=acts)
    def somebody_discards(self, act):
        if self.write(lambda tx: discard(tx, act, actor="user:a", now=self.now)):
            self.approved.discard(act)

    @rule(act=acts)
    def somebody_tries_again(self, act):
        self.write(lambda tx: retry(tx, act, actor="user:a", now=self.now))

    @rule()
    def take_over(self):
        def work(tx):
            tx.exec_driver_sql("UPDATE leases SET expires_at = 0")
            return leases.acquire(tx, "writes:psa", "sender", 3600)

        self.fence = self.store.write_blocking(work)

    @rule(target=attempts)
    def a_sender_begins(self):
        fence = self.fence

        def work(tx):
            first = outbox.due(tx, "psa", now=self.now, limit=1)
            return first and outbox.begin(tx, first[0], fence=fence, actor="s", now=self.now, timeout_s=600)

        begun = self.write(work, fence)
        if begun:
            assert begun.id in self.approved, "nothing is sent without an approval"
        return (begun or None, fence)

    @rule(attempt=consumes(attempts), reaches=st.booleans(), answers=st.sampled_from(["ok", "no", "lost", "dead"]))
    def the_attempt_ends(self, attempt, reaches, answers):
        write, fence = attempt
        if write is None:
            return
        reaches = {"ok": True, "no": False}.get(answers, reaches)
        if reaches:
            self.vendor.append(write.key)
        if answers == "dead":
            return
        state = {"ok": WriteState.CONFIRMED, "no": WriteState.REJECTED, "lost": WriteState.IN_DOUBT}[answers]
        self.write(lambda tx: outbox.move(tx, write, state, actor="s", now=self.now, fence=fence), fence)

    @rule()
    def attempts_expire(self):
        def work(tx):
            tx.exec_driver_sql(
                "UPDATE outbox SET not_after = 0 WHERE state = 'sending' AND fence < (SELECT fence FROM leases)"
            )
            return outbox.expire(tx, "psa", actor="s", now=self.now)

        self.write(work)

    @rule()
    def the_store_is_restored(self):
        self.write(lambda tx: outbox.distrust(tx, actor="s", now=self.now, why="restored"))

    @rule(act=acts)
    def somebody_looks_at_the_vendor(self, act):
        def work(tx):
            write = outbox.get(tx, act)
            there = write.key in self.vendor
            outcome = WriteState.CONFIRMED if there else WriteState.QUEUED
            return resolve(tx, act, outcome=outcome, actor="user:a", now=self.now, ref=write.key if there else None)

        self.write(work)

    @invariant()
    def nothing_is_doubled_and_what_is_confirmed_is_there(self):
        assert len(self.vendor) == len(set(self.vendor))
        rows = self.store.read_blocking(lambda tx: outbox.recent(tx, limit=1_000))
        for row in rows:
            if row.state is WriteState.CONFIRMED:
                assert row.key in self.vendor
            if row.state in {WriteState.QUEUED, WriteState.REJECTED, WriteState.PROPOSED}:
                assert row.key not in self.vendor, "what the vendor has is never sent again"
        under_way = [row.aggregate for row in rows if row.state is WriteState.SENDING]
        assert len(under_way) == len(set(under_way)), "one thing is written in order"

    @invariant()
    def the_audit_trail_holds(self):
        assert self.store.read_blocking(audit.verify).is_valid


@pytest.mark.filterwarnings("ignore::pytest.PytestWarning")
def test_the_outbox_as_a_state_machine(pulled_store, tmp_path):
    class Machine(OutboxMachine):
        template, folder = pulled_store, tmp_path

    Machine.TestCase.settings = settings(
        max_examples=4, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    Machine.TestCase("runTest").runTest()
