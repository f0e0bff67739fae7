"""Alert rules: when an alert opens, stays and closes; what is told of it, and what is not told again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Company, Contract, Survey
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Capability, Condition
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.messages import message_of
from servicedesk_core.features.alerts.model import Notice
from servicedesk_core.features.alerts.ruled import measuring
from servicedesk_core.features.alerts.ruled.kinds import AlertRule
from servicedesk_core.features.alerts.ruled.measuring import period
from servicedesk_core.features.alerts.ruled.metrics import Metric, Reading
from servicedesk_core.features.alerts.ruled.rules import Known, judged
from servicedesk_core.features.kpi import Measuring
from servicedesk_core.features.quality.tables import answers
from tests import stored
from tests.stored import ON_BOTH

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

DEFINITIONS = """\
[surveys."How did we do?"]

[alert_rules.satisfaction]
metric = "satisfaction"
window = "10 answers"
when = "< 4.2"
clear = ">= 4.4"
minimum = 5
repeat = "4h"
tell = ["ops"]

[alert_rules.lag]
metric = "sync-lag"
when = "> 15"
lasts = "20min"
"""


def rule(**said):
    return AlertRule(**{"name": "r", "metric": "satisfaction", "when": "< 4.2"} | said)


def followed(one, *readings, minutes=1):
    """Return after each reading whether the alert is open."""
    known, opened = Known(), []
    for number, (value, sample) in enumerate(readings):
        known = judged(one, known, Reading("", value, sample), NOW + number * minutes * MINUTE)
        opened.append(known.is_open)
    return opened


def test_the_worked_example_of_hysteresis_and_minimum_sample():
    one = rule(clear=">= 4.4", minimum=5)
    assert followed(one, (4.1, 4), (4.1, 5), (4.3, 6), (4.4, 7)) == [False, True, True, False]


@pytest.mark.parametrize(
    ("said", "readings", "opened"),
    [
        ({"lasts": "2min"}, [(4, 9)] * 4, [False, False, True, True]),
        ({"lasts": "2min"}, [(4, 9), (5, 9), (4, 9), (4, 9)], [False] * 4),
        ({"lasts": "2min", "minimum": 5}, [(4, 9), (4, 2), (4, 9), (4, 9)], [False] * 4),
        ({}, [(4, 9), (4.2, 9), (4, 9)], [True, False, True]),
        ({"cool_down": "3min"}, [(4, 9), (4.2, 9), (4, 9), (4, 9), (4, 9)], [True, False, False, False, True]),
        ({"when": "> 0"}, [(3, 3), (0, 0)], [True, False]),
        ({"minimum": 5}, [(4, 9), (None, 0), (5, 4), (5, 5)], [True, True, True, False]),
        ({"when": ">= 10", "clear": "< 10"}, [(10, 1), (9.9, 1)], [True, False]),
    ],
)
def test_an_alert_opens_and_closes(said, readings, opened):
    assert followed(rule(**said), *readings) == opened


@pytest.mark.parametrize(
    "said",
    [
        {"clear": ">= 4.1"},
        {"clear": "< 5"},
        {"when": "<= 4", "clear": ">= 4"},
        {"when": "= 4", "clear": "> 5"},
        {"when": "bad"},
        {"window": "0 answers"},
        {"window": "some answers"},
        {"lasts": "soon"},
        {"minimum": 0},
        {"repeat": "5min"},
        {"window": "10 answers", "by": "client"},
        {"name": "a b"},
    ],
)
def test_a_rule_that_would_never_end_or_says_nothing_is_refused(said):
    with pytest.raises(ValidationError):
        rule(**said)


def test_a_window_is_as_long_where_clocks_are_changed_in_it():
    at = datetime(2026, 3, 30, 9, tzinfo=UTC)
    found = period(at, timedelta(days=2), ZoneInfo("Europe/Berlin"))
    assert found.start == at - timedelta(days=2)


def test_what_is_no_number_is_no_reading(monkeypatch):
    def measure(*_):
        return iter([Reading("a", float("nan"), 3), Reading("b", 2.0, 3)])

    monkeypatch.setattr(measuring, "METRICS", {"m": Metric("", "", "client", measure)})
    found = measuring.Readings(None, None, NOW).of(rule(metric="m", when="> 1"))
    assert [one.scope for one in found.readings] == ["b"]


def answer(number, rating, at):
    return Survey(
        external_id=f"s{number}", survey_name="How did we do?", ticket_ref=str(number), contact_ref="c",
        rating=rating, sent_at=at - timedelta(hours=1), completed_at=at,
    )  # fmt: skip


@pytest.fixture
async def desk(request, tmp_path, clock):
    url = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "alerts.toml").write_text(DEFINITIONS)
    settings = {
        "desk": {"name": "X", "timezone": "UTC", "store": url},
        "connections": {"psa": {"connector": "tabular"}},
        "alerts": {"channels": {"ops": {"kind": "file", "path": str(tmp_path / "ops.jsonl")},
                                "other": {"kind": "file", "path": str(tmp_path / "other.jsonl")}}},
    }  # fmt: skip
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:max", Way.CLI)) as opened:
        await opened.definitions.apply(reason="the first rules", folder=folder)
        yield opened


async def answered(desk, first, *ratings):
    """Take in answers that clients gave in the last minutes."""
    now = desk.clock.now()
    given = [answer(first + n, rating, now - (len(ratings) - n) * MINUTE) for n, rating in enumerate(ratings)]
    await desk.store.write(lambda tx: stored.put(tx, given, now=now))


async def judge(desk):
    (outcome,) = await desk.run_jobs("alert-rules")
    await desk.run_jobs("alerts")
    return outcome


def told(tmp_path, channel="ops"):
    path = tmp_path / f"{channel}.jsonl"
    return [line for line in path.read_text().splitlines() if '"rule:' in line] if path.exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("desk", ON_BOTH, indirect=True)
async def test_satisfaction_of_the_last_ten_answers(desk, clock, tmp_path):
    await answered(desk, 1, 4, 4, 4, 4)
    await judge(desk)
    assert not (await desk.alerts.list()).items, "four answers are too few"
    clock.advance(600)
    await answered(desk, 5, 4)
    await judge(desk)
    (one,) = (await desk.alerts.list()).items
    assert (one.key, one.rule) == ("rule:satisfaction", "satisfaction")
    assert one.problem == "satisfaction is 4 points; it is an alert when < 4.2."
    clock.advance(600)
    await answered(desk, 6, 5, 5)
    await judge(desk)
    assert len((await desk.alerts.list()).items) == 1, "4.29 is between the limits"
    clock.advance(600)
    await answered(desk, 8, 5, 5, 5, 5)
    await judge(desk)
    assert not (await desk.alerts.list()).items
    assert [line.split('"event": "')[1].split('"')[0] for line in told(tmp_path)] == ["opened", "recovered"]
    assert "(after 20 min)" in told(tmp_path)[-1]
    assert told(tmp_path, "other") == [], "the rule says who is told"
    (tried,) = (await desk.alerts.test("satisfaction", last=timedelta(hours=2))).items
    assert (tried.value, tried.closed_at is not None) == (4.0, True)


@pytest.mark.slow
@pytest.mark.parametrize("desk", ON_BOTH, indirect=True)
async def test_what_is_acknowledged_or_muted_is_not_told_again(desk, clock, tmp_path):
    await answered(desk, 1, 3, 3, 3, 3, 3)
    await judge(desk)
    clock.advance(5 * 3_600)
    await judge(desk)
    assert len(told(tmp_path)) == 2, "it is told again, because nobody looks after it"
    await desk.alerts.acknowledge("rule:satisfaction", reason="calling them")
    clock.advance(5 * 3_600)
    await judge(desk)
    assert len(told(tmp_path)) == 2
    (one,) = (await desk.alerts.list()).items
    assert one.acknowledged_by == "user:max via cli"
    await desk.alerts.mute("rule:satisfaction", until=clock.now() + timedelta(days=1))
    clock.advance(600)
    await answered(desk, 6, *[5] * 10)
    await judge(desk)
    assert not (await desk.alerts.list()).items
    assert len(told(tmp_path)) == 2
    clock.advance(600)
    await answered(desk, 16, *[3] * 10)
    await judge(desk)
    (again,) = (await desk.alerts.list()).items
    assert again.acknowledged_by is None, "another time is another alert"
    assert len(told(tmp_path)) == 2, "and it is muted still"
    clock.advance(86_400)
    for _ in range(2):
        await desk.run_jobs("alert-rules")
        await desk.run_jobs("alerts")
        clock.advance(600)
    assert len(told(tmp_path)) == 3, "what opened while it was muted is told once it is not"
    with pytest.raises(NotFoundLocallyError, match="no such alert"):
        await desk.alerts.acknowledge("rule:satisfied")
    with pytest.raises(SettingsError, match="more than a year"):
        await desk.alerts.mute("rule:satisfaction", until=clock.now() + timedelta(days=400))
    audit = await desk.audit.list(entity="alert:rule:satisfaction")
    assert {one.action for one in audit.items} == {"alert.acknowledged", "alert.muted"}


async def test_who_may_not_see_a_figure_tries_no_rule_of_it_and_who_works_on_tickets_mutes_nobody(desk, tmp_path):
    (tmp_path / "service" / "alerts.toml").write_text('[alert_rules.x]\nmetric = "training"\nwhen = "> 1"\n')
    await desk.definitions.apply(reason="x", folder=tmp_path / "service", remove=True)
    desk.clock.advance(60)
    rights = {Capability.READ, Capability.DESK_READ, Capability.PAGES_ACKNOWLEDGE}
    eve = desk.acting_as(Actor("user:eve", Way.CLI), only=frozenset(rights))
    with pytest.raises(NotPermittedError, match="records"):
        await eve.alerts.test("x")
    with pytest.raises(NotPermittedError, match="assign"):
        await eve.alerts.mute("rule:x", until=desk.clock.now())


@pytest.mark.slow
async def test_a_rule_that_is_taken_away_closes_its_alerts_and_the_programs_alerts_stay(desk, tmp_path):
    await answered(desk, 1, 3, 3, 3, 3, 3)
    broken = Condition("stream:psa/x", "failing", "It failed.", "Run it.")
    await desk.store.write(lambda tx: tables.settle(tx, [broken], ("log",), desk.clock.now()))
    await desk.run_jobs("alert-rules")
    assert {one.key for one in (await desk.alerts.list()).items} == {"stream:psa/x", "rule:satisfaction"}
    (tmp_path / "service" / "alerts.toml").write_text('[surveys."How did we do?"]\n')
    await desk.definitions.apply(reason="no more", folder=tmp_path / "service", remove=True)
    desk.clock.advance(60)
    await desk.run_jobs("alert-rules")
    assert {one.key for one in (await desk.alerts.list()).items} == {"stream:psa/x"}
    await desk.alerts.acknowledge("stream:psa/x")
    assert (await desk.alerts.list()).items[0].acknowledged_by, "one system: the same acts for alerts of the program"


@pytest.mark.slow
async def test_contracts_that_end_are_counted_by_client(desk, clock, tmp_path):
    (tmp_path / "service" / "alerts.toml").write_text(
        '[alert_rules.ending]\nmetric = "contracts-ending"\nwindow = "60d"\nwhen = "> 0"\nof = ["Bolt & Co"]\n'
    )
    await desk.definitions.apply(reason="ends", folder=tmp_path / "service", remove=True)
    clock.advance(60)
    records = [
        Company(external_id="1", name="Bolt & Co"),
        Company(external_id="2", name="Quay"),
        *(
            Contract(external_id=f"k{n}", name="Care", company_ref=of, end_on=(NOW + timedelta(days=days)).date())
            for n, (of, days) in enumerate((("1", 30), ("1", 59), ("1", 90), ("2", 30)))
        ),
    ]
    await desk.store.write(lambda tx: stored.put(tx, records, now=NOW))
    await desk.run_jobs("alert-rules")
    (one,) = (await desk.alerts.list()).items
    assert one.problem == "contracts-ending of Bolt & Co is 2 contracts; it is an alert when > 0."
    (row,) = (await desk.alerts.rules()).items
    assert (row.name, row.alerts) == ("ending", 1)
    with pytest.raises(SettingsError, match="nothing is kept"):
        await desk.alerts.test("ending")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ('metric = "satisfactoin"', "there is no figure"),
        ('metric = "created"\nwindow = "10 answers"', "are of answers"),
        ('metric = "stock-value"', "takes the right"),
        ('metric = "sync-lag"\nby = "client"', "divided by connection"),
        ('metric = "created"\nby = "technician"', "single people"),
        ('metric = "created"\nof = ["Bolt & Co"]', "say with `by`"),
        ('metric = "created"\nby = "clinet"', "not divided by clinet. Did you mean"),
    ],
)
async def test_what_is_wrong_with_rules_beside_the_figures(desk, tmp_path, said, wrong):
    (tmp_path / "service" / "alerts.toml").write_text(f'[alert_rules.x]\n{said}\nwhen = "> 1"\n')
    with pytest.raises(DefinitionsError, match=wrong):
        await desk.definitions.plan(folder=tmp_path / "service")


async def ruled(desk, tmp_path, text):
    """Put other rules in the place of those that there are."""
    (tmp_path / "service" / "alerts.toml").write_text(f'[surveys."How did we do?"]\n{text}')
    await desk.definitions.apply(reason="others", folder=tmp_path / "service", remove=True)
    desk.clock.advance(60)
    await desk.run_jobs("alert-rules")


BY_CLIENT = '[alert_rules.content]\nmetric = "satisfaction"\nby = "client"\nwindow = "7d"\nwhen = "< 4"\n'


async def test_a_client_who_answers_no_more_is_not_content_again(desk, clock, tmp_path):
    names = [Company(external_id="1", name="Bolt & Co"), Company(external_id="2", name="Quay")]
    given = [answer(n, 2, NOW - MINUTE).model_copy(update={"company_ref": str(n)}) for n in (1, 2)]
    await desk.store.write(lambda tx: stored.put(tx, [*names, *given], now=NOW))
    await ruled(desk, tmp_path, BY_CLIENT)
    clock.advance(8 * 86_400)
    later = answer(3, 5, clock.now() - MINUTE).model_copy(update={"company_ref": "2"})
    await desk.store.write(lambda tx: stored.put(tx, [later], now=clock.now()))
    await desk.run_jobs("alert-rules")
    (one,) = (await desk.alerts.list()).items
    assert one.key == "rule:content/Bolt & Co"
    await ruled(desk, tmp_path, BY_CLIENT.replace('"client"', '"survey"'))
    assert not (await desk.alerts.list()).items, "the rule asks for something else now"


async def test_answers_that_came_in_files_are_among_the_last_answers(desk, clock):
    one = {"survey": "How did we do?", "answered_at": NOW - MINUTE, "score": Decimal(3), "of_staff": False}
    filed = [{**one, "key": f"f{n}", "contact": f"c{n}", "imported_at": NOW} for n in range(5)]
    await desk.store.write(lambda tx: answers.put(tx, filed))
    clock.advance(60)
    await desk.run_jobs("alert-rules")
    (one,) = (await desk.alerts.list()).items
    assert one.problem == "satisfaction is 3 points; it is an alert when < 4.2."


async def test_a_rule_that_cannot_be_measured_says_why_in_the_list(desk, tmp_path):
    assert {one.state for one in (await desk.alerts.rules()).items} == {"not looked"}
    text = '[alert_rules.new]\nmetric = "created"\nwhen = "> 9"\n'
    await ruled(desk, tmp_path, text + '[alert_rules.net]\nmetric = "promoter-score"\nwhen = "< 0"\n')
    found = {one.name: (str(one.state), one.why) for one in (await desk.alerts.rules()).items}
    assert found["new"] == ("quiet", "")
    assert found["net"][0] == "no data"
    assert found["net"][1].startswith("it takes the scale of a survey")
    (outcome,) = await desk.run_jobs("alert-rules")
    assert "could not be measured" in outcome.summary


async def test_rules_of_one_figure_and_time_measure_it_once(desk, tmp_path, monkeypatch):
    measured = Measuring.measure
    names = []

    def counting(self, kpi):
        names.append(kpi.name)
        return measured(self, kpi)

    monkeypatch.setattr(Measuring, "measure", counting)
    one = '[alert_rules.{}]\nmetric = "created"\nby = "{}"\nwhen = "> 9"\n'
    await ruled(desk, tmp_path, one.format("a", "client") + one.format("b", "queue"))
    assert names.count("created") == 2, "once to plan, once to judge"


def test_a_storm_is_one_message_of_a_few_lines():
    notices = [Notice(n, f"rule:lag/c{n}", 1, "opened", "ops", "It lags.", "Sync.", NOW, 0) for n in range(5_000)]
    message = message_of("X", notices)
    assert message.subject == "[X] servicedesk alert, 5000 new"
    assert len(message.lines) == 41
    assert message.lines[-1] == "And 4,960 more (4960 of rule:lag): servicedesk alerts list"
    assert len(message.events) == 5_000


@pytest.mark.slow
@pytest.mark.parametrize("desk", ON_BOTH, indirect=True)
async def test_a_storm_of_5000_alerts_opens_is_told_once_and_closes(desk, clock, tmp_path):
    storm = [Condition(f"rule:lag/c{n}", "lag", "It lags.", "Sync.", "lag", ("ops",)) for n in range(5_000)]
    channels = ("log", "ops", "other")
    for wrong in (storm, storm, []):
        await desk.store.write(
            lambda tx, wrong=wrong: tables.settle(
                tx, wrong, channels, clock.now(), among=lambda name: name == "lag", tells={"lag": ("ops",)}
            )
        )
        await desk.run_jobs("alerts")
    assert len(told(tmp_path)) == 10_000
    assert not (await desk.alerts.list()).items
