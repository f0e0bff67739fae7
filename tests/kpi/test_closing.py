"""Closing a month of figures: they stay as they were, and what comes later stands beside them."""

from fractions import Fraction

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.domain import Company, Contact
from servicedesk_core.errors import NotFoundLocallyError, PeriodClosedError, SettingsError
from servicedesk_core.faces import Feature, Kpi, Measure, Period
from servicedesk_core.features.kpi.measuring import Measuring
from servicedesk_core.features.kpi.tables.closing import Closed, courses_of, figures_of, keep
from servicedesk_core.features.profit import Month
from tests.kpi.conftest import _entry, _ticket, fill
from tests.kpi.given import NAMED, at

pytestmark = pytest.mark.slow  # many desks with much in them


def _breaks(tx, *_):
    tx.exec_driver_sql("SELECT nothing FROM nowhere")


BROKEN = (Kpi("broken", "Broken", "It breaks.", _breaks, over="period"),)


async def test_a_closed_month_stays_and_what_comes_later_is_an_adjustment(desk):
    ana = desk.acting_as(Actor("user:ana", Way.CLI))
    before = await desk.kpi.list(period="2026-03")
    assert (before.closed_at, before.adjustments) == (None, ())
    clients = [(one.group, one.value) for one in await desk.kpi.show("resolved", by="client", period="2026-03")]
    done = await ana.kpi.close("2026-03", reason="reviewed")
    assert (done.month, done.figures > 20) == ("2026-03", True)

    late = _ticket("20", at(3, 20), at(3, 21), company_ref="2")
    await desk.store.write(lambda tx: fill(tx, [late]))
    after = await desk.kpi.list(period="2026-03")
    kept = {one.name: one for one in after}
    for one in before:
        if one.final_at is None and not one.needs:
            assert kept[one.name] == one
    assert after.closed_at == desk.clock.now()
    told = {one.name: (one.value, one.numerator, one.denominator) for one in after.adjustments}
    assert (told["resolved"], told["created"]) == ((4, 1, None), (5, 1, None))
    assert told["time-to-resolve"][1:] == (24 * 3600, 1)
    assert "hours" not in told
    shown = await desk.kpi.show("resolved", by="client", period="2026-03")
    assert [(one.group, one.value) for one in shown] == clients
    assert [(one.group, one.value, one.numerator) for one in shown.adjustments] == [("Quay", 3, 1)]
    with pytest.raises(SettingsError, match="cannot be divided by moon"):
        await desk.kpi.show("resolved", by="moon", period="2026-03")
    assert (await desk.kpi.explain("resolved", period="2026-03")).figure.value == 3

    [month] = await desk.kpi.months()
    assert (month.month, month.author, month.reason) == ("2026-03", "user:ana via cli", "reviewed")
    for refused, kind in (
        (ana.kpi.close("2026-03", reason="again"), PeriodClosedError),
        (ana.kpi.close("2026-04", reason="early"), SettingsError),
        (ana.kpi.close("2026-02", reason=" "), SettingsError),
        (ana.kpi.reopen("2026-02", reason="why not"), NotFoundLocallyError),
    ):
        with pytest.raises(kind):
            await refused
    await ana.kpi.reopen("2026-03", reason="a late ticket")
    assert (await desk.kpi.list(period="2026-03")).adjustments == ()
    assert (await desk.kpi.show("resolved", period="2026-03")).items[0].value == 4
    await ana.kpi.close("2026-03", reason="for good")
    acts = [one.action for one in await desk.audit.list(entity="kpi:2026-03")]
    assert sorted(acts) == ["kpi.closed", "kpi.closed", "kpi.reopened"]
    assert (await desk.audit.verify()).is_valid


async def test_records_of_a_closed_month_are_those_that_its_figures_count(desk):
    ana = desk.acting_as(Actor("user:ana", Way.CLI))
    figures = ("resolved", "repeat-service", "utilisation", "hours", "time-to-resolve", "first-call-resolution")
    before = {one: await desk.kpi.records(one, period="2026-03") for one in figures}
    assert (await ana.kpi.close("2026-03", reason="reviewed")).broken == ()
    rows = [_ticket("20", at(3, 20), at(3, 21)), _ticket("2", at(3, 3), company_ref="1", assignee_ref="ana")]
    await desk.store.write(lambda tx: fill(tx, [*rows, _entry("z", "2", "ben", at(3, 5, 9), 30)]))
    for one in figures:
        after = await desk.kpi.records(one, period="2026-03")
        assert after == before[one]
        [figure] = await desk.kpi.show(one, period="2026-03")
        assert figure.numerator == sum(each.numerator for each in after if not each.excluded)
        people = {each.group: each.numerator for each in await desk.kpi.show(one, by="technician", period="2026-03")}
        assert sum(people.values()) == figure.numerator
    await ana.kpi.reopen("2026-03", reason="late work")
    assert await desk.kpi.records("resolved", period="2026-03") != before["resolved"]


async def test_a_figure_that_breaks_is_named_and_the_others_are_closed(desk, monkeypatch):
    pack = Feature(name="pack", about="Figures of others.", kpis=f"{__name__}:BROKEN")
    everything = (*desk.features, pack)
    monkeypatch.setattr(type(desk), "features", property(lambda _: everything))
    done = await desk.acting_as(Actor("user:ana", Way.CLI)).kpi.close("2026-03", reason="reviewed")
    assert (done.broken, done.figures > 20) == (("broken",), True)
    assert (await desk.kpi.show("resolved", period="2026-03")).closed_at == desk.clock.now()
    [act] = await desk.audit.list(entity="kpi:2026-03")
    assert act.after["broken"] == "broken"


async def test_a_figure_that_breaks_after_its_month_was_closed_hides_none_of_the_others(desk):
    [broken], month = BROKEN, Month(2026, 3)
    period = Period(at(3, 1, 0), at(4, 1, 0), desk.clock.now())

    def work(tx):
        keep(tx, month, [("broken", Measure(5, 5))], Closed(desk.clock.now(), "user:ana", "reviewed"))
        measuring = Measuring(tx, period)
        return measuring.told(broken).value, list(measuring.adjusted(broken)), measuring.figure(NAMED["created"]).value

    assert await desk.store.write(work) == (5, [], 4)


async def test_who_is_erased_is_in_no_record_of_a_closed_month(desk):
    jane = (
        Company(external_id="7", name="Jane Doe"),
        Contact(external_id="70", first_name="Jane", last_name="Doe", company_ref="7"),
    )
    theirs = _ticket("40", at(3, 20), at(3, 21), company_ref="7", contact_ref="70")
    await desk.store.write(lambda tx: fill(tx, [*jane, theirs]))
    await desk.kpi.close("2026-03", reason="reviewed")

    async def clients():
        return {one.client for one in await desk.kpi.records("resolved", period="2026-03")}

    assert "Jane Doe" in await clients()
    told = await desk.privacy.export("70")
    assert "2026-03/resolved" in str(told)
    await desk.privacy.erase("70")
    assert [one for one in await clients() if one and "Jane" in one] == []
    assert len(await desk.kpi.records("resolved", period="2026-03")) == 6


async def test_closed_months_tell_how_figures_went_and_in_which_currency(desk):
    first, second, third = (Month(2026, number) for number in (1, 2, 3))
    said = Closed(at(4, 1), "ana", "reviewed")
    rate, empty = Measure(Fraction(191, 2), 95.5, unit="USD", sample=2), Measure(None, 0)
    await desk.store.write(lambda tx: keep(tx, first, [("effective-rate", rate), ("resolved", empty)], said))
    await desk.store.write(lambda tx: keep(tx, third, [("effective-rate", Measure(2, 2)), ("created", empty)], said))
    courses = await desk.store.read(lambda tx: courses_of(tx, [first, second, third]))
    assert courses == {"effective-rate": [95.5, None, 2]}
    assert (await desk.store.read(lambda tx: figures_of(tx, first)))["effective-rate"].unit == "USD"
