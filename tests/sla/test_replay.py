"""What a draft would have come to, from the tickets in the store."""

from datetime import timedelta

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import Company
from servicedesk_core.errors import DefinitionsError, SettingsError
from servicedesk_core.features.sla.model import ClockFilter
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event, status


@pytest.fixture
async def history(told):
    """An office with a promise kept and one broken, one that is late now, one without a past, and one of its own."""
    await told.promise()
    await told.put(Company(external_id="0", name="Us", is_own=True))
    new = created("03-02 09:00", "P2")
    await told.ticket(1, new, status("03-02 12:00", "resolved"), priority="P2", resolved_at=at("03-02 12:00"))
    await told.ticket(2, new, status("03-03 11:00", "resolved"), priority="P2", resolved_at=at("03-03 11:00"))
    await told.ticket(3, new, event("03-02 09:20", "time_entry"), priority="P2")
    await told.ticket(4, created_at=at("03-02 09:00"), status_category="resolved", resolved_at=at("03-02 10:00"))
    await told.ticket(5, new, status("03-02 10:00", "resolved"), company_ref="0", resolved_at=at("03-02 10:00"))
    await told.move("03-04 09:00")
    await told.desk.sla.evaluate()
    return told


def draft(folder, text):
    path = folder.parent / "draft.toml"
    path.write_text(text)
    return path


async def test_a_draft_is_judged_on_history_beside_what_was_promised_and_changes_nothing(history, tmp_path):
    before = await history.kept()
    longer = BOOK.replace('engagement = "2 h", completion = "8 h"', 'engagement = "2 h", completion = "12 h"')
    found = await history.desk.sla.replay(policy=draft(history.folder, longer), last=timedelta(days=30))
    shares = {(one.by, one.group, one.clock): one for one in found.attained}
    assert [(one.kept_today, one.judged_today, one.kept, one.judged) for one in found.attained[:4]] == [
        (1, 3, 1, 3),  # triage
        (1, 3, 1, 3),  # engagement
        (1, 3, 2, 3),  # completion: the second is kept now, the third late all the same
        (0, 2, 0, 2),
    ]
    assert shares["priority", "P2", "completion"].points == 33.33
    assert shares["client", "Harbor Clinic", "completion"].percent == 66.67
    assert [(one.ticket, one.clock, one.today, one.draft) for one in found] == [("T2", "completion", "missed", "met")]
    assert [(one.reason, one.count) for one in found.changes] == [("missed -> met", 1)]
    assert [(one.reason, one.count) for one in found.excluded] == [("no history", 1), ("our own", 1)]
    assert await history.kept() == before
    assert len(await history.desk.definitions.history()) == 1
    attained = await history.desk.sla.attainment(since=at("02-02 09:00"))
    assert {one.clock: (one.kept, one.judged) for one in attained} == {
        one.clock: (one.kept_today, one.judged_today) for one in found.attained[:4]
    }
    elsewhere = await history.desk.sla.replay(policy=draft(history.folder, longer), scope=Scope("psa", companies="2"))
    assert (elsewhere.tickets, elsewhere.attained, elsewhere.items) == (0, (), ())


@pytest.mark.slow
async def test_it_says_which_target_history_would_have_kept_and_that_target_does(history):
    without = "[sla]\ncalendar = 'always'\n[[sla.policies]]\nname = 'new'\n"
    found = await history.desk.sla.replay(ClockFilter(clock="completion"), policy=draft(history.folder, without))
    [reached] = found.reached
    assert (reached.policy, reached.priority, reached.target_s, reached.ended) == ("new", "P2", None, 2)
    # The third goes on for 48 hours: of a target under that two of three are kept at most, and none is of a longer one.
    assert (reached.within_90_s, reached.within_97_s) == (None, None)
    assert [(one.percent_today, one.percent) for one in found.attained if one.by == "all"] == [(33.33, None)]
    await history.ticket(3, status("03-04 09:00", "resolved"), resolved_at=at("03-04 09:00"))
    await history.move("03-04 09:01")
    await history.desk.sla.evaluate()
    path = draft(history.folder, without)
    [reached] = (await history.desk.sla.replay(ClockFilter(clock="completion"), policy=path)).reached
    assert reached.within_90_s == 48 * 3600
    target = draft(history.folder, f"{without}otherwise = {{ completion = '48 h' }}")
    whole = (await history.desk.sla.replay(ClockFilter(clock="completion"), policy=target)).attained[0]
    assert (whole.kept, whole.judged) == (3, 3)


@pytest.mark.slow
async def test_pages_of_changed_verdicts_hold_each_once_in_any_order(history):
    shorter = draft(history.folder, BOOK.replace('triage = "30 min"', 'triage = "9 h"').replace("8 h", "1 h"))
    whole = await history.desk.sla.replay(policy=shorter, sort="-ticket_id")
    first = await history.desk.sla.replay(policy=shorter, sort="-ticket_id", limit=1)
    second = await history.desk.sla.replay(policy=shorter, sort="-ticket_id", limit=1, after=first.next)
    assert len(whole) == 2
    assert (*first, *second) == whole.items


async def test_a_draft_that_cannot_be_judged_is_refused_with_what_would_be_right(history, tmp_path):
    for text, wrong in (
        ("[sla]\ncalendar = 'ofice'\n[[sla.policies]]\nname = 'x'\n", r'draft.toml:2: .*there is no calendar "ofice"'),
        ("[sla]\ncalender = 'office'", "draft.toml:2"),
    ):
        with pytest.raises(DefinitionsError, match=wrong):
            await history.desk.sla.replay(policy=draft(history.folder, text))
    with pytest.raises(DefinitionsError, match="cannot be read"):
        await history.desk.sla.replay(policy=tmp_path / "nowhere.toml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DefinitionsError, match="no file"):
        await history.desk.sla.replay(policy=tmp_path / "empty")


async def test_on_a_desk_without_policies_a_draft_is_judged_alone(told):
    await told.ticket(1, created("03-02 09:00", "P2"), status("03-02 12:00", "resolved"), resolved_at=at("03-02 12:00"))
    await told.move("03-04 09:00")
    found = await told.desk.sla.replay(policy=draft(told.folder, BOOK))
    assert (found.basis.has_policy, found.tickets, found.items) == (False, 1, ())
    assert [(one.clock, one.judged_today, one.judged) for one in found.attained][:1] == [("triage", 0, 1)]


async def test_more_time_than_there_is_is_refused(told):
    for asked in (told.desk.sla.tolerance, told.desk.kpi.list):
        with pytest.raises(SettingsError, match=r"last: .* is longer than a hundred years"):
            await asked(last=timedelta(days=10**6))
