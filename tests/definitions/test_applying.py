"""Applying definitions: all or nothing, one after the other, with an author and a reason, and what it leaves alone."""

import asyncio
import shutil
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.errors import DefinitionsError, DefinitionsRefusedError, NotFoundLocallyError, SettingsError
from servicedesk_core.features.definitions import versions_of
from servicedesk_core.features.definitions.model import Change
from servicedesk_core.features.sla import CALENDARS, POLICIES, evaluate
from servicedesk_core.testing import FakeClock
from tests.definitions.conftest import SLA
from tests.sla.office import at, created, event

pytestmark = pytest.mark.slow  # many stores with much in them

ANA, BOB = Actor("user:ana", Way.CLI), Actor("user:bob", Way.CONSOLE)


async def versions(desk, kind):
    return await desk.store.read(lambda tx: versions_of(tx, kind))


async def counts(desk, folder):
    plan = await desk.definitions.plan(folder=folder)
    return plan.added, plan.changed, plan.removed


async def test_what_the_files_say_holds_with_who_when_and_why(desk, folder, clock):
    assert await counts(desk, folder) == (2, 0, 0)
    applied = await desk.acting_as(ANA).definitions.apply(reason="the first contract", folder=folder)
    assert (applied.version, applied.added, applied.is_noted) == (1, 2, True)
    assert await counts(desk, folder) == (0, 0, 0)
    [version] = await desk.definitions.history()
    assert (version.version, version.at, version.author, version.reason) == (
        1,
        clock.now(),
        "user:ana via cli",
        "the first contract",
    )
    assert version.changed == ("calendars.office", "sla")
    [record] = await desk.audit.list(entity="definitions:1")
    assert (record.actor, record.action, record.reason) == (
        "user:ana via cli",
        "definitions.applied",
        "the first contract",
    )
    assert record.after["changed"] == {"calendars.office": "added", "sla": "added"}
    assert (await desk.audit.verify()).is_valid


async def test_a_version_whose_record_was_taken_out_of_the_trail_shows(desk, folder):
    await desk.definitions.apply(reason="first", folder=folder)
    await desk.store.write(lambda tx: tx.exec_driver_sql("DELETE FROM audit"))
    verdict = await desk.audit.verify()
    told = "1 step of a write, claim, definition or month has no record: definitions 1 applied. Records were taken out."
    assert (verdict.is_valid, [one.what for one in verdict.problems]) == (False, [told])


async def test_a_plan_shows_what_would_change_field_by_field_and_changes_nothing(desk, folder, edit, clock):
    await desk.definitions.apply(reason="first", folder=folder)
    clock.advance(3600)
    edit("sla.toml", '"15 min"', '"10 min"')
    edit("sla.toml", '\n[freezes.summer]\nstarts = 2026-07-01\nends = 2026-08-01\nwhy = "holidays"\n')
    for rows in (await desk.definitions.plan(folder=folder), await desk.definitions.diff(folder=folder)):
        assert [(one.definition, one.change, one.field, one.before, one.after) for one in rows] == [
            ("freezes.summer", Change.ADDED, None, None, None),
            ("sla", Change.CHANGED, "policies.standard.targets.P1.triage", "15 min", "10 min"),
        ]
        assert [one.holds_from for one in rows] == [None, clock.now()]
    assert len(await desk.definitions.history()) == 1


async def test_nothing_is_applied_when_a_file_is_half_written_and_every_mistake_is_told(desk, folder, edit):
    await desk.definitions.apply(reason="first", folder=folder)
    edit("calendars.toml", "hours", "huors")
    edit("calendars.toml", "New_York", "New_Yrok")
    edit("sla.toml", 'completion = "24 h" }', 'completion = "2')
    for call in (desk.definitions.plan(folder=folder), desk.definitions.apply(reason="second", folder=folder)):
        with pytest.raises(DefinitionsError) as refused:
            await call
        text = str(refused.value)
        assert 'calendars.toml:3: calendars.office.huors: unknown setting. Did you mean "hours"?' in text
        assert 'calendars.toml:2: calendars.office.zone: there is no time zone "America/New_Yrok"' in text
        assert "sla.toml:7: no valid TOML: " in text
    assert len(await desk.definitions.history()) == 1


async def test_a_file_that_ends_too_early_but_reads_well_removes_nothing_unasked(desk, folder):
    await desk.definitions.apply(reason="first", folder=folder)
    (folder / "sla.toml").write_text("")
    assert await counts(desk, folder) == (0, 0, 1)
    with pytest.raises(DefinitionsRefusedError, match=r"no sla any more: say --remove, or put it back"):
        await desk.definitions.apply(reason="oops", folder=folder)
    done = await desk.definitions.apply(reason="no promises any more", folder=folder, remove=True)
    assert (done.version, done.removed) == (2, 1)
    assert await counts(desk, folder) == (0, 0, 0)
    (folder / "sla.toml").write_text(SLA)
    assert (await desk.definitions.apply(reason="again", folder=folder)).added == 1


async def test_a_policy_that_names_a_missing_calendar_is_refused_with_its_line(desk, folder, edit):
    edit("sla.toml", 'calendar = "office"', 'calendar = "offices"')
    with pytest.raises(DefinitionsError, match=r'sla\.toml:2: sla\.calendar: there is no calendar "offices"\. Did you'):
        await desk.definitions.apply(reason="first", folder=folder)
    (folder / "calendars.toml").unlink()
    with pytest.raises(DefinitionsError, match="there is no calendar"):
        await desk.definitions.plan(folder=folder)


async def test_what_another_machine_applied_meanwhile_is_not_overwritten(settings, desk, folder, edit, clock):
    await desk.acting_as(ANA).definitions.apply(reason="first", folder=folder)
    elsewhere = folder.with_name("elsewhere")
    async with ServiceDesk(settings, clock=clock, actor=BOB) as other:
        await other.definitions.export(to=elsewhere)
        text = (elsewhere / "sla.toml").read_text()
        (elsewhere / "sla.toml").write_text(text.replace('"24 h"', '"20 h"'))
        await other.definitions.apply(reason="the client asked", folder=elsewhere)
    edit("sla.toml", '"15 min"', '"10 min"')
    plan = await desk.definitions.plan(folder=folder)
    assert (plan.version, plan.files_version) == (2, 1)
    [obstacle] = plan.obstacles
    assert 'from version 1, and the newest version in the store is 2, by user:bob via console, "the cl' in obstacle
    with pytest.raises(DefinitionsRefusedError, match=r"diff 1 2\", or say --over 2"):
        await desk.definitions.apply(reason="mine", folder=folder)
    with pytest.raises(DefinitionsRefusedError, match="--over names version 1"):
        await desk.definitions.apply(reason="mine", folder=folder, over=1)
    assert len(await desk.definitions.history()) == 2
    done = await desk.acting_as(ANA).definitions.apply(reason="mine, knowing theirs", folder=folder, over=2)
    assert done.version == 3
    assert {one.field for one in await desk.definitions.diff(2, 3)} == {
        "policies.standard.otherwise.completion",
        "policies.standard.targets.P1.triage",
    }


async def test_files_that_say_nothing_of_their_version_replace_one_only_when_it_is_named(desk, folder, edit):
    await desk.definitions.apply(reason="first", folder=folder)
    (folder / "version.toml").unlink()
    assert (await desk.definitions.apply(reason="the same", folder=folder)).changed == 0
    (folder / "version.toml").unlink()
    edit("sla.toml", '"15 min"', '"10 min"')
    with pytest.raises(DefinitionsRefusedError, match="do not say from which version they are"):
        await desk.definitions.apply(reason="second", folder=folder)
    (folder / "version.toml").write_text("version = 9")
    with pytest.raises(DefinitionsRefusedError, match="of another desk, or the store was restored"):
        await desk.definitions.apply(reason="second", folder=folder)
    assert (await desk.definitions.apply(reason="second", folder=folder, over=1)).version == 2
    assert "version = 2" in (folder / "version.toml").read_text()


async def test_of_two_that_apply_at_once_one_is_refused_and_numbers_have_no_gap(settings, desk, folder, edit, clock):
    await desk.definitions.apply(reason="first", folder=folder)
    edit("sla.toml", '"15 min"', '"10 min"')
    async with ServiceDesk(settings, clock=clock, actor=BOB) as other:
        other_folder = folder.with_name("other")
        other_folder.mkdir()
        for path in folder.iterdir():
            (other_folder / path.name).write_text(path.read_text().replace('"24 h"', '"20 h"'))
        done = await asyncio.gather(
            desk.definitions.apply(reason="a", folder=folder),
            other.definitions.apply(reason="b", folder=other_folder),
            return_exceptions=True,
        )
    assert sorted(type(one).__name__ for one in done) == ["Applied", "DefinitionsRefusedError"]
    assert [one.version for one in await desk.definitions.history()] == [2, 1]


CHILD = """
import asyncio, os, signal, sys
from servicedesk_core import ServiceDesk
from servicedesk_core.features.definitions import actions

append = actions.append

def doomed(tx, version, changed):
    append(tx, version, changed)
    os.kill(os.getpid(), signal.SIGKILL)

actions.append = doomed

async def main():
    async with ServiceDesk({"desk": {"timezone": "America/New_York"}}, store=sys.argv[1]) as desk:
        await desk.definitions.apply(reason="second", folder=__import__("pathlib").Path(sys.argv[2]))

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
async def test_killed_in_the_middle_it_applied_nothing_and_can_be_said_again(desk, store_url, folder, edit):
    await desk.definitions.apply(reason="first", folder=folder)
    edit("sla.toml", '"15 min"', '"10 min"')
    command = [sys.executable, "-c", CHILD, store_url, str(folder)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [one.version for one in await desk.definitions.history()] == [1]
    assert [one.policies[0].targets["P1"].triage for one in await versions(desk, POLICIES)] == [timedelta(minutes=15)]
    assert (await desk.definitions.apply(reason="second", folder=folder)).version == 2


async def test_applied_and_not_noted_in_the_folder_it_is_noted_the_next_time(desk, folder, edit):
    await desk.definitions.apply(reason="first", folder=folder)
    mark = (folder / "version.toml").read_text()
    edit("sla.toml", '"15 min"', '"10 min"')
    await desk.definitions.apply(reason="second", folder=folder)
    (folder / "version.toml").write_text(mark)  # as if it had been killed before it wrote that
    done = await desk.definitions.apply(reason="once more", folder=folder)
    assert (done.version, done.changed, done.is_noted) == (2, 0, True)
    assert "version = 2" in (folder / "version.toml").read_text()


async def test_a_folder_that_cannot_be_written_is_told_and_what_was_applied_holds(settings, folder):
    class Clock(FakeClock):
        """Takes the folder away when it is asked the time, which is after the files were read."""

        def now(self):
            shutil.rmtree(folder, ignore_errors=True)
            return super().now()

    async with ServiceDesk(settings, clock=FakeClock()) as desk:
        desk._clock = Clock()
        done = await desk.definitions.apply(reason="first", folder=folder)
        assert (done.version, done.is_noted) == (1, False)
        assert len(await desk.definitions.history()) == 1


async def test_an_edit_never_changes_a_clock_that_was_decided(desk, folder, edit, clock):
    events = [created("03-02 09:30", "P1"), event("03-02 09:42", status_category="in_progress")]
    await desk.definitions.apply(reason="first", folder=folder)

    async def judged(now):
        promised, calendars = await versions(desk, POLICIES), await versions(desk, CALENDARS)
        return [(one.clock, one.outcome, one.target) for one in evaluate(events, promised, calendars, now)][:2]

    decided = await judged(at("03-02 10:00"))
    assert [(outcome, target) for _, outcome, target in decided] == [
        ("met", timedelta(minutes=15)),
        ("met", timedelta(hours=1)),
    ]
    clock.advance(3600)
    edit("sla.toml", '"15 min"', '"5 min"')
    edit("calendars.toml", "08:00-18:00", "11:00-18:00")
    await desk.definitions.apply(reason="stricter", folder=folder)
    assert await judged(at("03-03 10:00")) == decided
    assert [one.effective_from for one in await versions(desk, POLICIES)] == [None, clock.now()]


async def test_a_coming_change_holds_from_then_and_one_that_replaces_it_before_holds_instead(desk, folder, edit, clock):
    await desk.definitions.apply(reason="first", folder=folder)
    clock.advance(60)
    edit("sla.toml", 'calendar = "office"', 'calendar = "office"\neffective_from = 2027-01-01')
    edit("sla.toml", '"15 min"', '"10 min"')
    await desk.definitions.apply(reason="the new contract", folder=folder)
    coming = at("2027-01-01 00:00")
    assert [one.effective_from for one in await versions(desk, POLICIES)] == [None, coming]
    edit("sla.toml", "\neffective_from = 2027-01-01", "")
    clock.advance(60)
    await desk.definitions.apply(reason="at once after all", folder=folder)
    found = await versions(desk, POLICIES)
    assert [one.effective_from for one in found] == [None, clock.now()]
    assert found[-1].policies[0].targets["P1"].triage == timedelta(minutes=10)


async def test_a_change_for_the_past_is_refused_with_its_line(desk, folder, edit, clock):
    edit("sla.toml", 'calendar = "office"', 'calendar = "office"\neffective_from = 2026-01-01')
    await desk.definitions.apply(reason="first", folder=folder)
    assert await counts(desk, folder) == (0, 0, 0)
    edit("sla.toml", '"15 min"', '"10 min"')
    with pytest.raises(DefinitionsError, match=r"sla\.toml:3: sla\.effective_from: has passed, and what was decided"):
        await desk.definitions.plan(folder=folder)
    edit("sla.toml", "\neffective_from = 2026-01-01", "")
    clock.advance(60)
    await desk.definitions.apply(reason="second", folder=folder)
    assert [one.effective_from for one in await versions(desk, POLICIES)] == [at("01-01 00:00"), clock.now()]


async def test_a_machine_whose_clock_lags_behind_does_not_turn_versions_round(desk, folder, edit, clock):
    await desk.definitions.apply(reason="first", folder=folder)
    for minutes, reason in ((10, "second"), (5, "third")):
        edit("sla.toml", f'"{minutes + 5} min"', f'"{minutes} min"')
        await desk.definitions.apply(reason=reason, folder=folder)
        clock.advance(-3600)
    assert [one.version for one in await desk.definitions.history(sort="-at")] == [3, 2, 1]
    assert len(await versions(desk, POLICIES)) == 3


async def test_what_was_removed_is_still_there_for_what_was_promised_by_it(desk, folder, edit):
    edit("calendars.toml", '[calendars.night]\nzone = "UTC"\nhours = { mon = "20:00-24:00" }\n')
    await desk.definitions.apply(reason="first", folder=folder)
    edit("calendars.toml", '[calendars.night]\nzone = "UTC"\nhours = { mon = "20:00-24:00" }\n', "")
    await desk.definitions.apply(reason="nobody works at night", folder=folder, remove=True)
    assert {one.name for one in await versions(desk, CALENDARS)} == {"office", "night"}


async def test_an_export_reads_again_to_the_same_also_of_an_older_version(desk, folder, edit, tmp_path, settings):
    edit(
        "calendars.toml",
        'public_holidays = { country = "US", first_year = 2026, last_year = 2026, worked = [2026-10-12] }',
    )
    await desk.definitions.apply(reason="first", folder=folder)
    edit("sla.toml", '"15 min"', '"10 min"')
    await desk.definitions.apply(reason="second", folder=folder)
    exported = await desk.definitions.export(to=tmp_path / "now")
    assert exported.files == ("calendars.toml", "sla.toml", "version.toml")
    assert await counts(desk, tmp_path / "now") == (0, 0, 0)
    await desk.definitions.export(to=tmp_path / "then", version=1)
    then = await desk.definitions.plan(folder=tmp_path / "then")
    assert [(one.before, one.after) for one in then] == [("10 min", "15 min")]
    assert then.files_version == 1, "so that it is not applied by mistake"
    with pytest.raises(SettingsError, match="has TOML files already"):
        await desk.definitions.export(to=folder)
    with pytest.raises(NotFoundLocallyError, match="no version 3"):
        await desk.definitions.export(to=tmp_path / "other", version=3)


async def test_two_versions_are_compared_either_way(desk, folder, edit):
    await desk.definitions.apply(reason="first", folder=folder)
    edit("sla.toml", '\n[freezes.summer]\nstarts = 2026-07-01\nends = 2026-08-01\nwhy = "holidays"\n')
    await desk.definitions.apply(reason="second", folder=folder)
    for pair, change in (
        ((1, 2), Change.ADDED),
        ((2, 1), Change.REMOVED),
        ((1,), Change.ADDED),
        ((None, 1), Change.REMOVED),
    ):
        assert [(one.definition, one.change) for one in await desk.definitions.diff(*pair)] == [
            ("freezes.summer", change)
        ]
    assert len(await desk.definitions.diff(0, 1)) == 2
    with pytest.raises(NotFoundLocallyError, match="no version 7"):
        await desk.definitions.diff(1, 7)


async def test_history_tells_which_versions_changed_a_definition(desk, folder, edit):
    await desk.definitions.apply(reason="first", folder=folder)
    edit("sla.toml", '"15 min"', '"10 min"')
    await desk.definitions.apply(reason="second", folder=folder)
    told = {name: [one.version for one in await desk.definitions.history(definition=name)] for name in
            ("sla", "calendars.office", "calendars.other")}  # fmt: skip
    assert told == {"sla": [2, 1], "calendars.office": [1], "calendars.other": []}


async def test_a_folder_that_is_not_there_and_an_empty_reason_are_told(desk, folder, tmp_path):
    with pytest.raises(NotFoundLocallyError, match="Nothing was applied yet"):
        await desk.definitions.export(to=tmp_path / "nowhere")
    with pytest.raises(DefinitionsError, match="There is no folder"):
        await desk.definitions.plan(folder=tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="reason is empty"):
        await desk.definitions.apply(reason=" ", folder=folder)
    (folder / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DefinitionsError, match=r"odd\.toml cannot be read: it is not UTF-8"):
        await desk.definitions.plan(folder=folder)


async def test_who_may_only_read_definitions_applies_none(settings, folder, clock):
    people = {"people": {"cora": {"roles": ["coordinator"]}, "ana": {"roles": ["service-manager"]},
                         "kim": {"roles": ["client-contact"], "companies": ["1"]}}}  # fmt: skip
    async with ServiceDesk(settings | people, clock=clock, actor=Actor("user:cora", Way.CLI)) as desk:
        assert await counts(desk, folder) == (2, 0, 0)
        with pytest.raises(Exception, match="may not"):
            await desk.definitions.apply(reason="mine", folder=folder)
        with pytest.raises(Exception, match="may not"):
            await desk.acting_as(Actor("user:kim", Way.CLI)).definitions.history()
        await desk.acting_as(Actor("user:ana", Way.CLI)).definitions.apply(reason="first", folder=folder)
        [used] = [one for one in await desk.acting_as(Actor("user:ana", Way.CLI)).people.review(person="ana")
                  if one.capability == "definitions.apply"]  # fmt: skip
        assert used.last_used_at == clock.now()
