"""Sampling, reviewing, answers, figures and concerns on a desk."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Verdict, Watch
from servicedesk_core.features.quality import importing
from servicedesk_core.features.quality.alerting import late_concerns
from servicedesk_core.features.quality.model import Answered, ReviewState
from servicedesk_core.store.schema import quality_answers
from servicedesk_core.testing import FakeClock
from tests.quality.conftest import DEFINITIONS, NOW
from tests.stored import ON_BOTH, ON_POSTGRESQL

OCTOBER = {"period": "2026-10"}


EACH_DATABASE = pytest.mark.parametrize("desk", ON_BOTH, indirect=True)


def acting(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CLI))


async def figures(desk, name, **more):
    return (await desk.kpi.show(name, **OCTOBER, **more)).items


@EACH_DATABASE
@pytest.mark.slow
async def test_from_a_draw_to_a_score(desk):
    tried = await desk.quality.sample("weekly", dry_run=True, **OCTOBER)
    assert (tried.is_kept, tried.resolved, len(await desk.quality.reviews())) == (False, 18, 0)

    rita, tom, ana = (acting(desk, name) for name in ("rita", "tom", "ana"))
    drawn = await rita.quality.sample("weekly", **OCTOBER)
    assert [one.ticket for one in drawn.drawn] == [one.ticket for one in tried.drawn]
    theirs = [sum(one.technician == who for one in drawn.drawn) for who in ("Ana", "Ben", "Tom")]
    assert (theirs, drawn.left_out) == ([3, 2, 2], {"without a technician": 1})
    assert {one.reviewer for one in drawn.drawn if one.technician in {"Ben", "Tom"}} == {"rita"}, "Tom worked on them"
    assert "tom" in {one.reviewer for one in drawn.drawn if one.technician == "Ana"}
    again = await rita.quality.sample("weekly", **OCTOBER)
    assert (len(again.drawn), again.before) == (0, 7)

    by_ben = next(one for one in drawn.drawn if one.technician == "Ben")
    with pytest.raises(NotPermittedError, match="worked on the ticket"):
        await tom.quality.review(by_ben.id, passed=True)
    failed = await rita.quality.review(
        by_ben.id, missed={"the client": "no word to them"}, skip=["3"], note="else fine"
    )
    assert [one.answer for one in failed.items] == [Answered.MET, Answered.MISSED, Answered.SKIPPED]
    assert failed.review.missed == ("The client knows: no word to them",)
    with pytest.raises(SettingsError, match="has reviewed it: failed"):
        await rita.quality.review(by_ben.id, passed=True)
    for one in drawn.drawn:
        if one.technician == "Ana":
            await rita.quality.review(one.id, passed=True)
    await desk.quality.review(by_ben.id, missed={"1": "nothing on the cause"}, instead="the client was told by phone")

    [score] = await desk.kpi.show("K15", period="2026-11")
    assert (score.value, score.numerator, score.sample, score.verdict) == (75, 3, 4, Verdict.MISSED)
    by_whom = await desk.kpi.show("quality-score", by="technician", period="2026-11")
    assert [(one.group, one.value) for one in by_whom.items] == [("Ana", 100), ("Ben", 0)]
    covered = await desk.quality.coverage(**OCTOBER)
    assert [(one.technician, one.resolved, one.drawn, one.reviewed, one.passed, one.failed) for one in covered] == [
        ("Ana", 12, 3, 3, 3, 0),
        ("Ben", 3, 2, 1, 0, 1),
        ("Tom", 2, 2, 0, 0, 0),
    ]
    [whole] = await figures(desk, "review-coverage")
    assert (whole.numerator, whole.denominator) == (4, 17)

    [hidden] = (await ana.kpi.show("K15", period="2026-11")).items
    assert (hidden.value, hidden.needs) == (None, 'the right "quality.read"')
    assert {one.technician for one in await ana.quality.reviews()} == {"Ana"}
    assert [one.technician for one in await ana.quality.coverage(**OCTOBER)] == ["Ana"]
    with pytest.raises(NotFoundLocallyError):
        await ana.quality.show(by_ben.id)
    with pytest.raises(NotPermittedError, match=r"quality\.write"):
        await ana.quality.sample("weekly", **OCTOBER)
    cora = acting(desk, "cora")
    assert len(await cora.quality.reviews(state=ReviewState.FAILED)) == 1
    with pytest.raises(NotPermittedError, match=r"quality\.write"):
        await cora.quality.review(by_ben.id, passed=True)

    told = [one for one in await desk.audit.list(limit=100) if one.action.startswith("quality.")]
    assert sum(one.action == "quality.reviewed" for one in told) == 5
    assert (await desk.audit.verify()).is_valid


async def test_what_the_psa_asked_counts_with_its_scale(desk):
    [found] = await figures(desk, "K08")
    assert (found.value, found.sample, found.verdict) == (4.8, 5, Verdict.MET)
    assert found.excluded == {"impossible score": 1}
    [sent] = await figures(desk, "survey-response")
    assert (sent.numerator, sent.denominator) == (6, 7)
    [nps] = await figures(desk, "promoter-score")
    assert (nps.value, nps.verdict) == (None, Verdict.NO_DATA)


@pytest.mark.slow
async def test_another_scale_does_not_change_what_was_answered_before_it(desk, tmp_path):
    before = await figures(desk, "K08")
    path = tmp_path / "team.csv"
    path.write_text("date,score\n" + "2026-10-02,10\n" * 5)
    await desk.quality.import_file(path, survey="team")
    staff = await figures(desk, "K17")
    rules = DEFINITIONS.replace('do?"]\n', 'do?"]\nlowest = 0\nhighest = 10\n')
    rules = rules.replace('"staff"\nlowest = 0\nhighest = 10', '"staff"\nlowest = 0\nhighest = 20')
    (tmp_path / "service" / "quality.toml").write_text(rules)
    await desk.definitions.apply(reason="a longer scale", folder=tmp_path / "service")
    desk.clock.advance(2)
    assert await figures(desk, "K08") == before
    assert await figures(desk, "K17") == staff
    path.write_text("date,score\n" + "2026-11-09 12:00:01,10\n" * 5)
    await desk.quality.import_file(path, survey="How did we do?")
    [now] = (await desk.kpi.show("K08", period="2026-11")).items
    assert now.value == 5


@EACH_DATABASE
async def test_answers_from_a_file_are_taken_once_and_what_is_odd_is_told(desk, tmp_path):
    path = tmp_path / "nps.csv"
    path.write_text(
        "Date,NPS,Ticket,E-Mail,Comment\n"
        "2026-10-02 10:00,9,T1,nina@mill.example,Nina Winter was happy\n"
        "2026-10-02 10:01,10,T1,nina@mill.example,\n"
        "2026-10-02 10:02,0,T1,NINA@mill.example,\n"
        "2026-10-03 10:00,10,T2,max@quay.example,\n"
        "2026-10-03 11:00,11,T3,max@quay.example,\n"
        "2026-10-03 12:00,8,X9,max@quay.example,\n"
        "2026-10-04 12:00,,T4,max@quay.example,\n"
        "2026-10-04 12:00,good,T4,max@quay.example,\n"
        "soon,9,T4,max@quay.example,\n"
    )
    tried = await desk.quality.import_file(path, survey="nps", dry_run=True)
    assert (tried.new, tried.is_kept) == (6, False)
    taken = await desk.quality.import_file(path, survey="NPS")
    assert (taken.new, taken.impossible, taken.repeated, taken.without_ticket, taken.left_out) == (6, 1, 2, 1, 3)
    assert [one.line for one in taken.bad] == [8, 9, 10]
    again = await desk.quality.import_file(path, survey="nps")
    assert (again.new, again.known, again.is_kept) == (0, 6, False)
    [found] = await figures(desk, "K29")
    clients = await figures(desk, "K29", by="client")
    assert (found.value, found.sample, found.verdict) == (0, 3, Verdict.NO_GOAL)
    assert found.excluded == {"answered again": 2, "impossible score": 1}
    assert [(one.group, one.value) for one in clients] == [("Mill & Sons", 0), ("none", 0)]
    with pytest.raises(SettingsError, match="No definition says the scale"):
        await desk.quality.import_file(path, survey="unknown")


@pytest.mark.slow
async def test_erasing_a_person_takes_them_out_of_answers_that_came_in_files(desk, tmp_path, monkeypatch):
    path = tmp_path / "nps.csv"
    path.write_text(
        "date,score,contact,comment\n2026-10-02,9,nina@mill.example,Nina Winter was happy\n"
        "2026-10-02,9,otto@quay.example,\n"
    )
    await desk.quality.import_file(path, survey="nps")
    before = importing.read(path, declared={}, dates=None, zone="UTC", survey="nps").rows
    assert {one.key for one in before} == {one.key for one in await told(desk)}
    monkeypatch.chdir(tmp_path)
    await acting(desk, "una").privacy.erase("nina@mill.example")
    await acting(desk, "una").privacy.erase("otto@quay.example")
    [found] = await figures(desk, "K29")
    assert (found.value, found.sample) == (100, 2), "two who are erased are not one"
    assert "nina" not in str(await told(desk)).casefold()
    guessed = replace(next(iter(before)), contact="nina@mill.example", comment="Nina Winter was happy").key
    assert guessed not in {one.key for one in await told(desk)}, "who guesses whom it was finds no proof of it"
    again = await desk.quality.import_file(path, survey="nps")
    assert (again.new, again.known) == (0, 2), "the same file brings nothing twice"
    path.write_text(path.read_text().replace("-02", "-03"))
    await desk.quality.import_file(path, survey="nps")
    assert (len(await told(desk)), "nina" in str(await told(desk)).casefold()) == (4, False)
    keys = {one.key for one in importing.read(path, declared={}, dates=None, zone="UTC", survey="nps").rows}
    assert keys.isdisjoint(one.key for one in await told(desk))


async def test_a_score_that_is_too_large_for_any_scale_is_left_out(desk, tmp_path):
    path = tmp_path / "nps.csv"
    path.write_text("date,score\n2026-10-02,1e999999999\n2026-10-02,1e-999999999\n2026-10-02,9\n")
    taken = await desk.quality.import_file(path, survey="nps")
    assert (taken.new, [one.line for one in taken.bad]) == (1, [2, 3])


@pytest.mark.parametrize(("text", "told"), [("1,000", 1), ("1.000", 1), ("4,5", 0), ("4.50", 0), ("0,500", 0)])
async def test_a_score_that_can_be_read_in_two_ways_is_left_out_and_told(desk, tmp_path, text, told):
    path = tmp_path / "nps.csv"
    path.write_text(f'date,score\n2026-10-02,"{text}"\n')
    taken = await desk.quality.import_file(path, survey="nps")
    assert [one.reason for one in taken.bad] == ["The score can be read as 1 or as 1000."] * told
    assert taken.new == 1 - told


async def told(desk):
    return await desk.store.read(lambda tx: tx.execute(quality_answers.select()).all())


async def test_our_peoples_answers_are_kept_without_who_and_shown_from_five_on(desk, tmp_path):
    def write(*answers):
        path = tmp_path / "team.csv"
        path.write_text("answered,score,name\n" + "".join(f"{day},{score},{who}\n" for day, score, who in answers))
        return path

    few = write(*((f"2026-09-0{at}", 2, f"P{at}") for at in range(1, 5)))
    taken = await desk.quality.import_file(few, survey="team")
    assert (taken.new, taken.is_kept, taken.left_out) == (0, False, 4)
    assert "less than 5 people" in taken.bad[0].reason
    [found] = await desk.kpi.show("K17", period="2026-09")
    assert (found.value, found.sample) == (None, 0)

    wave = [(f"2026-10-0{at}", score, f"P{at}") for at, score in enumerate((10, 10, 10, 5, 5), 1)]
    taken = await desk.quality.import_file(write(*wave, ("2026-10-09", 0, "p1")), survey="team")
    assert (taken.new, taken.repeated) == (5, 1)
    more = await desk.quality.import_file(write(*wave, ("2026-10-09", 0, "P9")), survey="team")
    assert (more.new, more.known) == (0, 6)
    assert "--replace" in more.bad[0].reason
    [found] = await figures(desk, "K17")
    assert (found.value, found.sample) == (3.4, 5)
    assert len(await desk.kpi.records("K17", **OCTOBER)) == 0, "nothing tells one answer from the others"
    [part] = await desk.kpi.show("K17", period="2026-10-01")
    assert (part.value, part.sample) == (3.4, 5), "a day tells no less than its month"
    replaced = await desk.quality.import_file(write(*wave, ("2026-10-09", 10, "P9")), survey="team", replace=True)
    assert (replaced.new, (await figures(desk, "K17"))[0].sample) == (6, 6)
    rows = await told(desk)
    assert not any(who in str(row) for row in rows for who in ("P1", "p1", "P9"))
    assert {row.answered_at for row in rows} == {datetime(2026, 10, 1, tzinfo=UTC)}

    await desk.quality.import_file(write(*((f"2026-11-0{at}", 2, f"P{at}") for at in range(1, 7))), survey="team")
    [found] = await desk.kpi.show("K17", period="2026-Q4")
    assert (found.sample, found.excluded) == (6, {"months that are not over": 1}), "more may come, and tell"


@pytest.mark.slow
async def test_no_face_tells_one_answer_of_our_people_from_the_others(desk, tmp_path):
    """A closed month beside what is there now, a part of a period beside the whole: each has five answers or none."""
    path = tmp_path / "team.csv"
    head, month = "answered,score\n", "2026-10-02,10\n" * 5
    path.write_text(head + month + "2026-09-30,2\n" * 4)
    await desk.quality.import_file(path, survey="team")
    await desk.kpi.close("2026-10", reason="sent")
    path.write_text(head + month + "2026-10-03,1\n")
    replaced = await desk.quality.import_file(path, survey="team", replace=True)
    assert (replaced.new, "is closed" in replaced.bad[0].reason) == (0, True)
    periods = ("2026-10", "2026-10-01", "2026-Q4", "2026-W40", "2026-W41", "2026-09", "2026")
    shown = {period: (await desk.kpi.show("K17", period=period)).items for period in periods}
    assert {period: [(one.value, one.sample) for one in found] for period, found in shown.items()} == {
        period: [(5, 5) if period not in {"2026-W41", "2026-09"} else (None, 0)] for period in periods
    }
    assert (await desk.kpi.show("K17", period="2026-10")).adjustments == ()
    for by in ("client", "technician", "survey"):
        for period in ("2026-10", "2026-Q4"):
            with suppress(SettingsError):  # it cannot be divided
                assert all(one.sample in {0, 5} for one in await desk.kpi.show("K17", period=period, by=by))
    assert len(await desk.kpi.records("K17", period="2026-10")) == 0


@pytest.mark.parametrize("desk", [ON_POSTGRESQL], indirect=True)
async def test_of_two_who_take_in_the_same_month_at_once_one_finds_it_there(desk, tmp_path):
    paths = [tmp_path / name for name in ("fives.csv", "nines.csv")]
    for path, line in zip(paths, ("2026-10-02,5\n" * 500, "2026-10-02,9\n" * 800), strict=True):
        path.write_text("date,score\n" + line)
    async with ServiceDesk(desk.settings, clock=FakeClock(NOW), actor=desk.actor) as other:
        taken = await asyncio.gather(
            *(one.quality.import_file(path, survey="team") for one, path in zip((desk, other), paths, strict=True))
        )
    [found] = await figures(desk, "K17")
    assert [found.sample] == [one.new for one in taken if one.new]


@pytest.mark.slow
async def test_of_people_who_are_not_named_each_answer_counts_and_once(desk, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("date,score\n" + "2026-10-02,10\n" * 6 + "2026-10-02,0\n" * 2)
    for survey, figure, value in (("nps", "K29", 50), ("team", "K17", 4)):
        assert (await desk.quality.import_file(path, survey=survey)).new == 8
        again = await desk.quality.import_file(path, survey=survey)
        assert (again.new, again.known) == (0, 8)
        [found] = await figures(desk, figure)
        assert (found.value, found.sample) == (value, 8)


@pytest.mark.slow
async def test_five_answers_of_four_people_tell_who_they_are(desk, tmp_path):
    path = tmp_path / "team.csv"
    for people in (("", 1), ("P", 1), ("P", 4), ("P", 5), ("", 5)):
        name, count = people
        rows = (f"2026-10-02,{at},Q{number},{name and name + str(at)}\n" for at in range(count) for number in range(5))
        path.write_text("date,score,question,contact\n" + "".join(rows))
        taken = await desk.quality.import_file(path, survey="team", dry_run=True)
        assert taken.new == (25 if count == 5 else 0), people
    assert await told(desk) == []


@EACH_DATABASE
async def test_a_concern_is_open_until_somebody_says_what_was_done(desk):
    with pytest.raises(SettingsError, match='no person "rta"'):
        await desk.quality.concern("They call twice a day", owner="rta")
    first = await desk.quality.concern("They call twice a day", owner="cora", ticket="T1", due=desk.clock.now().date())
    other = await desk.quality.concern("Nobody answers at noon", owner="max")
    assert (first.client, first.ticket, first.is_late, other.due_on.isoformat()) == (
        "Mill & Sons",
        "T1",
        False,
        "2026-11-16",
    )
    desk.clock.advance(3 * 86_400)
    [late] = [one for one in await desk.quality.concerns() if one.is_late]
    assert late.id == first.id
    [figure] = await desk.kpi.show("concerns-late")
    assert figure.value == 1
    today = desk.clock.now().date()
    look = partial(Watch, desk=desk, now=desk.clock.now(), today=today, told=frozenset())
    [alert] = await desk.store.read(lambda tx: late_concerns(look(tx)))
    assert (alert.key, alert.problem) == (
        f"concern:{first.id}",
        f"Concern {first.id} was to be closed by 2026-11-09; cora sees to it.",
    )
    moved = await desk.quality.concern_change(first.id, owner="max", reason="Cora is away")
    assert moved.owner == "max"
    closed = await desk.quality.concern_close(first.id, done="A visit, and a number to call")
    assert (closed.done, closed.closed_by) == ("A visit, and a number to call", "user:max via cli")
    with pytest.raises(SettingsError, match="was closed by"):
        await desk.quality.concern_change(first.id, owner="cora")
    assert [one.id for one in await desk.quality.concerns()] == [other.id]
    assert await desk.store.read(lambda tx: late_concerns(look(tx))) == []
    assert len(await desk.quality.concerns(everything=True)) == 2
    steps = [one.action for one in await desk.audit.list(entity=f"concern:{first.id}")]
    assert sorted(steps) == ["concern.changed", "concern.closed", "concern.opened"]


async def test_the_report_is_figures_coverage_and_concerns(desk):
    await desk.quality.concern("They call twice a day", owner="cora")
    board = await desk.quality.report()
    assert [(one.kind, one.title) for one in board.blocks] == [
        ("figures", "Last 30 days"),
        ("table", "Coverage of the last 30 days"),
        ("table", "Open concerns"),
    ]
    theirs = await acting(desk, "ana").quality.report()
    assert [one.title for one in theirs.blocks] == ["Last 30 days", "Coverage of the last 30 days"]


async def test_the_template_is_written_once_and_its_answers_are_taken_in(desk, tmp_path):
    path = tmp_path / "servqual.csv"
    written = await desk.quality.template("servqual", to=path)
    assert "quality import" in written.next
    with pytest.raises(SettingsError, match="is there already"):
        await desk.quality.template("servqual", to=path)
    lines = path.read_text().splitlines()
    assert len(lines) == 23
    filled = [lines[0], *(line.replace(",,,,", ",5,4,2026-10-05,nina@mill.example") for line in lines[1:])]
    path.write_text("\n".join(filled))
    taken = await desk.quality.import_file(path, survey="How did we do?")
    assert (taken.new, taken.repeated, taken.columns["score"], taken.columns["question"]) == (
        22, 0, "perceived", "statement",
    )  # fmt: skip
