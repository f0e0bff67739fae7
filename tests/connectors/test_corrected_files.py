"""What a file does not say any more leaves the desk: a row that was half written, corrected, or taken out."""

import pytest

from tests.connectors import file_desk
from tests.connectors.file_desk import ask

pytestmark = pytest.mark.slow  # whole desks over files

CONFIG = (
    file_desk.DESK
    + """
[[connections.log.files]]
path = "log.csv"
layout = "event"

[connections.log.files.columns]
ticket_ref = "case"
effective_at = "at"
vendor_word = "step"
actor_ref = "who"

[connections.log.files.ticket]
assignee_ref = "to"

[connections.log.files.words]
open = "new"
work = "in_progress"
close = "closed"
"""
)
HEAD = "case,step,at,to,who\n"
ROWS = [
    f"T{n},{step},2026-01-0{day} 08:00,{to},Ana\n"
    for n in range(30)
    for day, step, to in ((1, "open", "Ben"), (2, "work", "Cy"))
]


@pytest.fixture
def folder(logs, tmp_path):
    logs.write(tmp_path / "servicedesk.toml", CONFIG)
    return tmp_path


async def sync(folder, text, **options):
    (folder / "log.csv").write_bytes(text.encode())
    return await file_desk.sync(folder, **options)


def events(folder):
    query = "SELECT ticket_ref, vendor_word, actor_ref FROM v_ticket_events ORDER BY ticket_ref, effective_at"
    return ask(folder, query)


def people(folder):
    return {name for (name,) in ask(folder, "SELECT name FROM v_technicians")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("half", "whole"),
    [
        ("T9,close,2026-01-03 08:00,Cy,De", "T9,close,2026-01-03 08:00,Cy,Dee\n"),
        ("T9,close,2026-01-03 08:0,Cy,Dee", "T9,close,2026-01-03 08:05,Cy,Dee\n"),
        ("T99,close,2026-01-03 08:00,Cy,", "T99,close,2026-01-03 08:00,Cy,Dee\nT9,open,2026-01-04 08:00,Cy,Dee"),
    ],
)
async def test_a_last_row_that_was_read_half_written_goes_when_it_is_whole(folder, half, whole):
    await sync(folder, HEAD + "".join(ROWS) + half)
    await sync(folder, HEAD + "".join(ROWS) + whole)
    healed, who = events(folder), people(folder)
    assert who == {"Ana", "Ben", "Cy", "Dee"}
    assert len(healed) == len(ROWS) + whole.count("T9")
    await sync(folder, HEAD + "".join(ROWS) + whole, mode="reconcile")
    assert (events(folder), people(folder)) == (healed, who)


async def test_a_whole_last_row_without_a_line_end_stays(folder):
    text = HEAD + "".join(ROWS).rstrip("\n")
    await sync(folder, text)
    before = events(folder)
    stream = await sync(folder, text + "\nT1,close,2026-01-05 08:00,Cy,Ana\n")
    assert (stream.new, stream.gone) == (1, 0)
    assert set(before) < set(events(folder))


@pytest.mark.slow
async def test_a_comparison_takes_out_of_a_log_what_its_file_does_not_list_any_more(folder):
    await sync(
        folder, HEAD + "".join([*ROWS, "T5,close,2026-01-03 08:00,Eve,Eve\n", "X1,open,2026-01-03 08:00,Cy,Fay\n"])
    )
    assert people(folder) == {"Ana", "Ben", "Cy", "Eve", "Fay"}
    corrected = HEAD + "".join([*ROWS, "T5,close,2026-01-03 08:00,Cy,Ana\n"])
    assert (await sync(folder, corrected)).gone == 0  # a log may go back less far than the desk
    assert (await sync(folder, corrected, mode="reconcile")).gone == 2
    assert len(events(folder)) == len(ROWS) + 1
    assert people(folder) == {"Ana", "Ben", "Cy"}
    query = "SELECT external_id, status_category, assignee_ref FROM v_tickets WHERE external_id IN ('T5', 'X1')"
    assert ask(folder, query) == [("T5", "closed", "Cy")]


async def test_who_was_named_only_in_between_stays_named(folder):
    """Ben is on no ticket any more and did nothing, but the history says that he was assigned."""
    odd = "T5,close,2026-01-03 08:00,Eve,Eve\n"
    await sync(folder, HEAD + "".join(ROWS) + odd)
    await sync(folder, HEAD + "".join(ROWS), mode="reconcile")
    assert people(folder) == {"Ana", "Ben", "Cy"}


async def test_a_changed_mapping_leaves_no_people_of_the_old_one(folder):
    await sync(folder, HEAD + "".join(ROWS))
    (folder / "servicedesk.toml").write_text(CONFIG.replace('actor_ref = "who"\n', "").replace('"to"', '"who"'))
    await sync(folder, HEAD + "".join(ROWS))
    assert people(folder) == {"Ana"}


async def test_a_client_whose_name_was_corrected_in_a_list_is_one_client(folder):
    head, rows = "id,client\n", "".join(f"{n},Acme\n" for n in range(20))
    columns = '[connections.log.files.columns]\nexternal_id = "id"\ncompany_ref = "client"\n'
    table = file_desk.DESK + '\n[[connections.log.files]]\npath = "log.csv"\nstream = "tickets"\n\n'
    (folder / "servicedesk.toml").write_text(table + columns)
    await sync(folder, head + rows + "99,Acmee\n")
    await sync(folder, head + rows + "99,Acme\n", mode="reconcile")
    assert ask(folder, "SELECT name FROM v_companies") == [("Acme",)]
