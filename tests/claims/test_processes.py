"""A process that is killed while it submits a claim: the claim is neither lost nor doubled."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import ClaimState
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.outbox.policy import WritePolicy
from tests.claims.conftest import PART

HERE = Path(__file__).parent
QUICK = WritePolicy(lease_ttl_s=1.0, lease_margin_s=0.2, longest_attempt_s=3.0, shortest_settle_s=0.0, first_ask_s=0.05)


def until(condition, what):
    ends = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < ends, f"waited ten minutes for {what}"
        time.sleep(0.02)


async def drafted(config):
    async with ServiceDesk.open(config) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        assert (await desk.claims.check(name)).can_be_sent
        return name


async def recovered(config, name):
    """Do what the scheduled job does, until nothing is under way any more."""
    async with ServiceDesk.open(config) as desk:
        desk.outbox.sending.policy = QUICK
        for _ in range(6_000):
            await desk.writes.run()
            found = await desk.claims.get(name)
            if found.claim.state not in {ClaimState.SUBMITTING, ClaimState.IN_DOUBT}:
                return found
            waiting = await desk.writes.list(states=(WriteState.PROPOSED,), connection="maker")
            if waiting:  # nobody had said yes before the process died: now somebody does
                await desk.writes.approve([one.id for one in waiting])
            await asyncio.sleep(0.1)
        return await desk.claims.get(name)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize("point", ["proposed", "before_send", "accepted", "after_send"])
def test_a_killed_submission_arrives_exactly_once(home, point):
    folder = home.parent / "vendor"
    name = asyncio.run(drafted(home))
    if point == "accepted":
        (folder / "script").write_text("hang")
    reached = folder / ("accepted" if point == "accepted" else "reached")
    with subprocess.Popen([sys.executable, HERE / "child.py", home, name, point]) as child:
        try:
            until(lambda: reached.exists() or child.poll() is not None, point)
            assert child.poll() is None, "the child ended before it was killed"
        finally:
            os.kill(child.pid, signal.SIGKILL)
    found = asyncio.run(recovered(home, name))
    assert (found.claim.state, found.claim.ref) == (ClaimState.UNDER_REVIEW, "C1")
    assert len(list(folder.glob("claim-*.json"))) == 1


@pytest.mark.slow
async def test_two_operators_send_one_claim_and_the_guard_holds(home):
    folder = home.parent / "vendor"
    async with ServiceDesk.open(home) as ana, ServiceDesk.open(home) as dana:
        drafts = await asyncio.gather(
            *(desk.claims.new("T50", changes=PART) for desk in (ana, dana)), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in drafts) == ["ClaimDetail", "ClaimExistsError"]
        name = next(one.claim.claim_id for one in drafts if not isinstance(one, BaseException))
        await ana.claims.check(name)
        sent = await asyncio.gather(*(desk.claims.submit(name) for desk in (ana, dana)), return_exceptions=True)
        assert [type(one).__name__ for one in sent if isinstance(one, BaseException)] == ["ClaimStateError"]
        assert (await dana.claims.get(name)).claim.state is ClaimState.UNDER_REVIEW
        (outcome,) = await dana.claims.poll(everything=True)
        assert (outcome.asked, outcome.error) == (1, None)
        assert [one.ticket for one in (await ana.claims.propose()).tickets] == []
        assert (await ana.claims.numbers()).submitted == 1
    assert len(list(folder.glob("claim-*.json"))) == 1
