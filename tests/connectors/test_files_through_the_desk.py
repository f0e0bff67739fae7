"""A log synced through the whole product: growth, corrections, a changed mapping, bad rows."""

import unicodedata

import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.features.tickets.model import TicketFilter
from tests.connectors import file_desk
from tests.connectors.file_desk import ask, sync

pytestmark = pytest.mark.slow  # whole desks over files

CONFIG = (
    file_desk.DESK
    + """
[[connections.log.files]]
path = "log.csv"
layout = "event"
derive = ["completed_by_ref"]

[connections.log.files.columns]
ticket_ref = "case"
effective_at = "at"
vendor_word = "step"
actor_ref = "who"

[connections.log.files.words]
open = "new"
work = "in_progress"
solve = "resolved"
"""
)
HEAD = "case,step,who,at\n"
ONE = "T1,open,Ana,2024-01-01T08:00:00Z\nT1,work,Ben,2024-01-01T09:00:00Z\n"
TWO = "T2,open,Ana,2024-01-02T08:00:00Z\n"


async def words(folder):
    async with ServiceDesk.open(folder / "servicedesk.toml") as desk:
        return [(word.kind, word.value, word.count, word.section) for word in (await desk.status()).issues]


async def test_a_grown_file_brings_only_its_new_rows(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    logs.write(tmp_path / "log.csv", HEAD + ONE + TWO)
    assert (await sync(tmp_path)).new == 3
    logs.write(tmp_path / "log.csv", HEAD + ONE + "T1,solve,Ben,2024-01-03T08:00:00Z\n" + TWO)
    grown = await sync(tmp_path)
    assert (grown.read, grown.new, grown.changed, grown.unchanged) == (4, 1, 0, 3)
    assert ask(tmp_path, "SELECT external_id, status_category, completed_by_ref FROM v_tickets ORDER BY 1") == [
        ("T1", "resolved", "Ben"),
        ("T2", "new", None),
    ]


@pytest.mark.slow
async def test_an_untouched_file_costs_a_look_from_the_second_sync_on(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    logs.write(tmp_path / "log.csv", HEAD + ONE)
    assert [(await sync(tmp_path)).read for _ in range(3)] == [2, 0, 0]
    logs.write(tmp_path / "log.csv", HEAD + ONE + TWO)
    assert [(await sync(tmp_path)).read for _ in range(3)] == [3, 0, 0]
    assert ask(tmp_path, "SELECT COUNT(*) FROM v_ticket_events") == [(3,)]


async def test_a_changed_mapping_replaces_the_whole_generation(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    logs.write(tmp_path / "log.csv", HEAD + ONE + TWO)
    await sync(tmp_path)
    before = dict(ask(tmp_path, "SELECT external_id, local_id FROM v_tickets"))
    changed = CONFIG.replace('ticket_ref = "case"', 'ticket_ref = { columns = ["case", "who"], join = "/" }')
    logs.write(tmp_path / "servicedesk.toml", changed.replace('work = "in_progress"', 'work = "on_hold"'))
    await sync(tmp_path)
    tickets = ask(tmp_path, "SELECT external_id, status_category FROM v_tickets ORDER BY 1")
    assert tickets == [("T1/Ana", "new"), ("T1/Ben", "on_hold"), ("T2/Ana", "new")]
    assert ask(tmp_path, "SELECT COUNT(*) FROM v_ticket_events") == [(3,)]
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    await sync(tmp_path)
    assert dict(ask(tmp_path, "SELECT external_id, local_id FROM v_tickets")) == before


async def test_bad_rows_wait_in_quarantine_with_their_line_and_leave_it_when_corrected(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    logs.write(tmp_path / "log.csv", HEAD + ONE + "T2,open,Ana,soon\nT3,open\n")
    stream = await sync(tmp_path)
    assert (stream.new, stream.quarantined) == (2, 2)
    reasons = [reason for (reason,) in ask(tmp_path, "SELECT reason FROM quarantine ORDER BY 1")]
    assert [reason[:6] for reason in reasons] == ["Line 4", "The ro"]
    assert "line 5 has 2 cells where 4 are expected" in reasons[1]
    assert "soon" not in "".join(reasons)
    assert ask(tmp_path, "SELECT COUNT(*) FROM v_tickets") == [(1,)]


async def held(folder):
    async with ServiceDesk.open(folder / "servicedesk.toml") as desk:
        return sorted(record.external_id for record in await desk.quarantine.list())


ROWS = "id,state,how\n1,Open,\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "right", "count"),
    [
        (ROWS + "2,Net, down,x\n", ROWS + '2,"Net, down",x\n', 2),
        (ROWS + ",Open,\n", ROWS + "2,Open,\n", 2),
        (ROWS + ",Open,\n", ROWS, 1),
        (ROWS + "2,Open,\n2,Closed,\n", ROWS + "2,Open,\n3,Closed,\n", 3),
        (ROWS + "2,Op\n", ROWS + "2,Open,\n", 2),
        (",,\n".join(("id,state,how\n", "2", "3,3\n")), ROWS, 1),
    ],
)
async def test_a_row_that_the_file_does_not_hold_any_more_leaves_quarantine(logs, tmp_path, wrong, right, count):
    logs.write(tmp_path / "servicedesk.toml", RECORDS)
    logs.write(tmp_path / "log.csv", wrong)
    assert (await sync(tmp_path)).quarantined == len(await held(tmp_path)) > 0
    logs.write(tmp_path / "log.csv", wrong + "9,Open,\n")
    await sync(tmp_path)
    assert await held(tmp_path)
    logs.write(tmp_path / "log.csv", right)
    await sync(tmp_path)
    assert await held(tmp_path) == []
    await sync(tmp_path, mode="reconcile")
    assert ask(tmp_path, "SELECT COUNT(*) FROM v_tickets") == [(count,)]


@pytest.mark.slow
async def test_rows_of_a_log_leave_quarantine_with_the_file_or_the_mapping_that_is_corrected(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    odd = "T2,open,Ana,02/01/2024\nT3,open\n"
    logs.write(tmp_path / "log.csv", HEAD + ONE + odd)
    await sync(tmp_path)
    assert len(await held(tmp_path)) == 2
    rule = 'effective_at = { column = "at", format = ["iso", "day-first"] }'
    logs.write(tmp_path / "servicedesk.toml", CONFIG.replace('effective_at = "at"', rule))
    await sync(tmp_path)
    assert len(await held(tmp_path)) == 1
    logs.write(tmp_path / "log.csv", HEAD + ONE + odd.replace("T3,open", "T3,open,Ben,2024-01-03"))
    await sync(tmp_path)
    assert await held(tmp_path) == []
    assert ask(tmp_path, "SELECT external_id FROM v_tickets ORDER BY 1") == [("T1",), ("T2",), ("T3",)]


async def test_a_step_without_a_meaning_is_listed_with_its_section_until_it_has_one(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    logs.write(tmp_path / "log.csv", HEAD + ONE + TWO + "T2,zorbing,Ana,2024-01-03T08:00:00Z\n")
    await sync(tmp_path)
    assert await words(tmp_path) == [("unmapped_event", "zorbing", 1, "[files.words]")]
    logs.write(tmp_path / "servicedesk.toml", CONFIG + 'zorbing = "resolved"\n')
    await sync(tmp_path)
    assert await words(tmp_path) == []


RECORDS = (
    file_desk.DESK
    + """
[[connections.log.files]]
path = "log.csv"
stream = "tickets"
columns = { external_id = "id", status = "state", priority_name = "how" }
"""
)
PRIORITY = '[connections.log.mapping.priority]\nurgent = "P1"\n'


async def test_words_of_a_list_of_tickets_are_listed_with_their_sections_until_they_have_a_meaning(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", RECORDS)
    logs.write(tmp_path / "log.csv", "id,state,how\n1,Open,urgent\n2,Zorbing,\n3,Zorbing,urgent\n")
    await sync(tmp_path)
    assert await words(tmp_path) == [
        ("unmapped_priority", "urgent", 2, "[connections.log.mapping.priority]"),
        ("unmapped_status", "Zorbing", 2, "[connections.log.mapping.status]"),
        ("unmapped_status", "Open", 1, "[connections.log.mapping.status]"),
    ]
    meaning = '[connections.log.mapping.status]\nOpen = "new"\nZorbing = "on_hold"\n'
    logs.write(tmp_path / "servicedesk.toml", RECORDS + PRIORITY + meaning)
    await sync(tmp_path)
    assert await words(tmp_path) == []
    assert ask(tmp_path, "SELECT status_category, priority FROM v_tickets ORDER BY external_id") == [
        ("new", "P1"), ("on_hold", None), ("on_hold", "P1"),
    ]  # fmt: skip


async def test_a_word_that_was_corrected_in_the_file_is_listed_no_longer(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", RECORDS + PRIORITY)
    logs.write(tmp_path / "log.csv", "id,state,how\n1,,\n2,Opne,\n")
    await sync(tmp_path)
    assert [value for _, value, _, _ in await words(tmp_path)] == ["Opne"]
    logs.write(tmp_path / "log.csv", "id,state,how\n1,,\n2,,urgent\n")
    await sync(tmp_path)
    assert await words(tmp_path) == []


NAMES = (
    file_desk.DESK
    + """
[connections.log.mapping.status]
"Zur\u0075\u0308ckgestellt" = "on_hold"

[[connections.log.files]]
path = "log.csv"
stream = "tickets"
columns = { external_id = "id", status = "state", company_ref = "client", assignee_ref = "who", queue_ref = "team" }
"""
)
SPELLINGS = ("Mu\u0308ller\u00a0& Co", "M\u00fcller & Co", "M\u00fcller & Co\u200b", "\ufeffMu\u0308ller & Co")


@pytest.mark.slow
async def test_a_name_is_one_record_however_it_is_composed_and_is_shown_as_it_was_written_first(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", NAMES)
    rows = [f"{n},{state},{name},{name},{name}" for n, (name, state) in enumerate(
        zip(SPELLINGS, ("Zur\u00fcckgestellt", "Zuru\u0308ckgestellt") * 2, strict=True)
    )]  # fmt: skip
    logs.write(tmp_path / "log.csv", "\n".join(("id,state,client,who,team", *rows[:3], "")))
    await sync(tmp_path)
    logs.write(tmp_path / "log.csv", "\n".join(("id,state,client,who,team", *rows, "")))
    await sync(tmp_path)
    for view in ("v_companies", "v_technicians", "v_queues"):
        assert ask(tmp_path, f"SELECT external_id, name FROM {view}") == [(SPELLINGS[1], SPELLINGS[0])]
    assert ask(tmp_path, "SELECT status, status_category, COUNT(*) FROM v_tickets GROUP BY 1, 2") == [
        ("Zur\u00fcckgestellt", "on_hold", 4)
    ]
    async with ServiceDesk.open(tmp_path / "servicedesk.toml") as desk:
        for name in (*SPELLINGS, "m\u00dcLLER & co"):
            for field in ("company", "assignee", "queue"):
                page = await desk.tickets.list(TicketFilter(**{field: (name,)}))
                assert len(page.items) == 4, (field, name)


async def test_a_column_is_found_however_its_name_is_composed(logs, tmp_path):
    config = NAMES.replace('"client"', '"K\u00e4ufer"').replace('"who"', '"Zusta\u0308ndig"')
    logs.write(tmp_path / "servicedesk.toml", config)
    logs.write(tmp_path / "log.csv", "id,state,Ka\u0308ufer,\ufeffZust\u00e4ndig,team\n1,,Acme,Ana,\n")
    await sync(tmp_path)
    assert ask(tmp_path, "SELECT company_ref, assignee_ref FROM v_tickets") == [("Acme", "Ana")]
    lines = '{"id": 1, "state": "", "Ka\u0308ufer": "Acme", "Zust\u00e4ndig": "Ben", "team": ""}\n'
    logs.write(tmp_path / "log.jsonl", lines)
    logs.write(tmp_path / "servicedesk.toml", config.replace("log.csv", "log.jsonl"))
    await sync(tmp_path)
    assert ask(tmp_path, "SELECT company_ref, assignee_ref FROM v_tickets") == [("Acme", "Ben")]


async def test_an_event_is_the_same_when_its_file_comes_from_a_system_that_composes_otherwise(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG.replace("work =", '"pru\u0308fen" ='))
    text = HEAD + "T\u00fc1,pr\u00fcfen,Jos\u00e9,2024-01-01T08:00:00Z\nT\u00fc1,solve,Ana,2024-01-02T08:00:00Z\n"
    logs.write(tmp_path / "log.csv", text)
    await sync(tmp_path)
    logs.write(tmp_path / "log.csv", unicodedata.normalize("NFD", text))
    assert (await sync(tmp_path)).new == 0
    assert await words(tmp_path) == []
    assert ask(tmp_path, "SELECT external_id, status_category FROM v_tickets") == [("T\u00fc1", "resolved")]
    assert ask(tmp_path, "SELECT COUNT(*) FROM v_ticket_events") == [(2,)]


async def test_an_excluded_client_is_not_stored_however_its_name_is_composed(logs, tmp_path):
    excluded = '[connections.log.exclude]\ncompanies = ["Mu\u0308ller & Co"]\n\n[[connections'
    logs.write(tmp_path / "servicedesk.toml", NAMES.replace("[[connections", excluded))
    rows = "".join(f"{n},,{name},,\n" for n, name in enumerate((*SPELLINGS, "Other")))
    logs.write(tmp_path / "log.csv", "id,state,client,who,team\n" + rows)
    await sync(tmp_path)
    assert ask(tmp_path, "SELECT name FROM v_companies") == [("Other",)]
    assert ask(tmp_path, "SELECT external_id FROM v_tickets") == [("4",)]
