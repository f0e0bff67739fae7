"""Granting a standing approval, what is shown before, what warns of it, and revoking it, on each database."""

from datetime import date, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company
from servicedesk_core.errors import (
    AnotherPersonError,
    DefinitionsError,
    NotFoundLocallyError,
    NotPermittedError,
    SettingsError,
)
from servicedesk_core.faces import Watch
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.standing import evaluate
from servicedesk_core.features.standing.actions import StandingActs
from servicedesk_core.features.standing.kinds import MODES, ActMode, ModeOfAct
from servicedesk_core.features.standing.rehearsing import rehearsed
from servicedesk_core.features.standing.rules import Granted
from servicedesk_core.features.tickets.kinds import CLOSING, Closing
from servicedesk_core.people import JOBS, Actor, Way
from tests import stored
from tests.outbox.conftest import settings_for
from tests.standing.conftest import ACT, NOW, SOLVED, approval, run, states

pytestmark = pytest.mark.slow  # over real HTTP


@pytest.fixture
def ana(desk):
    return desk.acting_as(Actor("user:ana", Way.CLI))


async def granted(ana, **said):
    going = await StandingActs.grant.foreseen(ana, ACT, **said)
    return await ana.standing.grant(ACT, **said, shown=going)


async def conditions(desk):
    def look(tx):
        return list(evaluate.conditions(Watch(tx, desk, desk.clock.now(), date(2026, 3, 2), frozenset())))

    return await desk.store.read(look)


async def test_nothing_is_granted_before_somebody_saw_what_it_would_have_done(desk, ana):
    with pytest.raises(SettingsError, match="Nobody saw what"):
        await ana.standing.grant(ACT)
    assert not (await ana.standing.list()).items
    told = await granted(ana, clients=("Bolt & Co",))
    assert (told.approval.scope, told.approval.granted_by) == ("client Bolt & Co", "ana")
    other = await ana.standing.grant(ACT, name="unseen", without_dry_run=True)
    seen = [
        one.after["dry_run"]
        for name in (told.approval.name, other.approval.name)
        for one in (await ana.audit.list(entity=f"standing:{name}")).items
    ]
    assert seen == [True, False]
    assert other.approval.name == "unseen"


async def test_an_id_in_a_scope_says_of_which_connection_it_is(desk, ana):
    told = await granted(ana, clients=("c1",), queues=("Helpdesk",))
    assert told.approval.scope == "client psa/c1; queue Helpdesk"
    assert len((await run(desk, send=False)).approved) == SOLVED // 2

    theirs = [Company(external_id="c1", name="Quay"), Company(external_id="c9", name="X")]
    await desk.store.write(lambda tx: stored.put(tx, theirs, now=NOW, connection="other"))
    with pytest.raises(SettingsError, match='"c1" is an id of other and of psa'):
        await granted(ana, clients=("c1",), name="both")
    assert (await granted(ana, clients=("c9",), name="one")).approval.scope == "client other/c9"


async def test_the_dry_run_counts_scope_and_limits(desk, ana):
    going = await StandingActs.grant.foreseen(ana, ACT, clients=("Bolt & Co",), per_hour=3)
    assert (going.suggested, going.covered, going.done, going.days_full) == (SOLVED, SOLVED // 2, 3, 1)
    assert {row.covered for row in going.rows} == {
        "tickets-close-resolved",
        "The standing approval tickets-close-resolved is not for client Harbor Clinic.",
        "Its limit of 3 in an hour was reached.",
    }


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"expires_at": NOW}, "expired"),
        ({"expires_at": NOW + timedelta(days=400)}, "more than 366 days"),
        ({"per_hour": 50, "per_day": 20}, "limit of a day is below"),
        ({"name": "with space"}, "name"),
    ],
)
async def test_what_is_wrong_with_an_approval_is_told(ana, said, wrong):
    with pytest.raises(SettingsError, match=wrong):
        await ana.standing.grant(ACT, **said, without_dry_run=True)
    with pytest.raises(NotFoundLocallyError, match="There is no automatic act"):
        await ana.standing.grant("tickets.close-resolve", without_dry_run=True)


async def test_the_job_does_it_and_the_list_says_how_much(desk, ana, vendor):
    await granted(ana, per_run=3)
    (done,) = await desk.run_jobs("standing")
    assert done.summary.startswith("3 approved by rules, 5 beyond limits")
    await desk.run_jobs("writes")
    assert len(vendor.commits) == 3
    detail = await ana.standing.show("tickets-close-resolved")
    assert (detail.approval.used_hour, len(detail.writes), detail.approval.state) == (3, 3, "holds")
    act = next(one for one in (await ana.standing.acts()).items if one.name == ACT)
    assert (act.mode, act.approvals) == ("auto", ("tickets-close-resolved",))
    write = await ana.writes.show(detail.writes[0].write)
    assert write.act == ACT
    assert write.reasons[0].startswith("Resolved since")


async def test_reaching_a_limit_and_ending_soon_are_alerts(desk, ana, clock):
    await granted(ana, per_hour=2, per_run=2, expires_at=NOW + timedelta(days=8))
    assert await conditions(desk) == []
    await desk.run_jobs("standing")
    (full,) = await conditions(desk)
    assert (full.key, full.kind) == ("standing:tickets-close-resolved/limit", "limit")
    assert "2 in an hour and 2 in a run" in full.problem
    clock.advance(25 * 3_600)
    (soon,) = await conditions(desk)
    assert (soon.key, soon.kind) == ("standing:tickets-close-resolved/expiry", "expiry")
    clock.advance(7 * 86_400)
    await desk.run_jobs("standing")
    assert not (await ana.standing.list()).items
    clock.advance(-3 * 86_400)
    assert (await run(desk)).approved == (), "a clock that is set back makes nothing hold again"


async def test_revoking_stops_what_is_queued_and_says_who(desk, ana, vendor):
    await granted(ana)
    await run(desk, send=False)
    told = await ana.standing.revoke("tickets-close-resolved", reason="too quick")
    assert told.taken_back == SOLVED
    await desk.run_jobs("writes")
    assert (vendor.commits, set(await states(desk))) == ([], {"proposed"})
    assert (await ana.writes.show(1)).write.error == (
        "Not sent: The standing approval tickets-close-resolved was revoked by user:ana."
    )
    with pytest.raises(NotFoundLocallyError):
        await ana.standing.revoke("tickets-close-resolved")


async def test_an_act_that_is_turned_off_does_nothing_whatever_was_approved(desk, ana):
    await granted(ana)
    await run(desk, send=False)
    off = ModeOfAct(name=ACT, mode=ActMode.OFF)
    await desk.store.write(lambda tx: decide(tx, MODES, ACT, off, Version(0, NOW, "user:ana via cli", "off", None)))
    await desk.outbox.run()
    assert set(await states(desk)) == {"proposed"}
    (one,) = (await ana.standing.list()).items
    assert one.state == "off"
    assert {row.covered for row in await ana.standing.suggestions()} == {f"{ACT} is set to off."}


async def test_four_eyes(vendor, store_url, desk, clock):
    settings = settings_for(vendor, store_url) | {"writes": {"approval": "another-person"}}
    async with ServiceDesk(settings, store=desk.store, clock=clock, actor=JOBS) as strict:
        dana, ana = (strict.acting_as(Actor(f"user:{name}", Way.CLI)) for name in ("dana", "ana"))
        with pytest.raises(AnotherPersonError, match="user:dana wrote rule for closing"):
            await granted(dana)
        await granted(ana)
        assert len((await run(strict)).approved) == SOLVED, "the rule is the other person"
        version = Version(0, clock.now(), "user:dana via cli", "quicker", None)
        await desk.store.write(lambda tx: decide(tx, CLOSING, "", Closing(after_days=1), version))
        clock.advance(60)
        told = (await run(strict)).uncovered
        assert any("user:dana changed rule for closing" in why for why in told)


async def test_a_technician_grants_nothing(vendor, store_url, desk, clock):
    people = {"tom": {"roles": ["technician"]}, "mia": {"roles": ["service-manager"]}}
    async with ServiceDesk(
        settings_for(vendor, store_url) | {"people": people}, store=desk.store, clock=clock
    ) as whole:
        tom, mia = (whole.acting_as(Actor(f"user:{name}", Way.CLI)) for name in ("tom", "mia"))
        with pytest.raises(NotPermittedError, match=r"standing\.grant is missing"):
            await granted(tom)
        assert (await granted(mia)).approval.granted_by == "mia"


async def test_files_grant_nothing(ana, tmp_path):
    (tmp_path / "standing.toml").write_text(
        f'[standing_approvals.sly]\nact = "{ACT}"\nper_run = 9\nper_hour = 9\nper_day = 9\n'
        "expires_at = 2026-04-01T00:00:00Z\n"
    )
    with pytest.raises(DefinitionsError, match="was not granted so"):
        await ana.definitions.plan(folder=tmp_path)


def test_a_rehearsal_of_nothing():
    told = rehearsed(Granted(approval(), 0, NOW, "user:ana via cli"), ())
    assert (told.suggested, told.done, told.rows) == (0, 0, ())
