"""Logs of events: keys, order, duplicates, attributes, bad rows."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servicedesk_core.domain import EventType, StatusCategory
from servicedesk_core.errors import CursorError, NotFoundError, ProtocolError, UnsupportedError
from servicedesk_core.hooks import PullMode, PullRequest, VocabularyMapping
from servicedesk_core.testing import FakeClock
from servicedesk_core.testing.memory import MemoryState
from servicedesk_core.testing.suites.ticket_sync import TicketSyncSuite

HEAD = "case,step,who,at,customer\n"
ONE = (
    "T1,open,Ana,2024-01-01T08:00:00Z,Acme\n"
    "T1,work,Ben,2024-01-01T09:00:00Z,Acme\n"
    "T1,solve,Ben,2024-01-01T10:00:00Z,Acme\n"
)
TWO = "T2,open,Ana,2024-01-02T08:00:00Z,Globex\nT2,wait,Ana,2024-01-02T09:00:00Z,Initech\n"


class TestSuite(TicketSyncSuite):
    @pytest.fixture
    async def connector(self, logs: Any, tmp_path: Any) -> Any:
        path = logs.write(tmp_path / "log.csv", HEAD + ONE + TWO + "T3,odd,,2024-01-03,\nT4,open\n" + ONE)
        tabular = logs.tabular(logs.event_file(path))
        await tabular.open()
        yield tabular
        await tabular.aclose()


async def test_tickets_and_their_history_are_folded_from_rows(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE + TWO)
    seen = await logs.read(
        logs.tabular(
            logs.event_file(path, ticket={"company_ref": "customer", "assignee_ref": "who"}, derive=["resolved_at"])
        )
    )
    one, two = seen.tickets["T1"], seen.tickets["T2"]
    assert one.status_category is StatusCategory.RESOLVED
    assert one.created_at == datetime(2024, 1, 1, 8, tzinfo=UTC)
    assert one.resolved_at == one.last_activity_at == datetime(2024, 1, 1, 10, tzinfo=UTC)
    assert (one.assignee_ref, one.completed_by_ref, one.closed_at) == ("Ben", None, None)
    assert two.status_category is StatusCategory.WAITING_CUSTOMER
    assert two.resolved_at is None
    assert [event.type for event in seen.events] == [EventType.STATUS_CHANGED] * 5
    assert {stream for stream, _ in seen.also} == {"companies", "technicians"}
    assert seen.also["technicians", "Ana"].name == "Ana"


async def test_a_grown_file_adds_only_its_new_rows_wherever_they_stand(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE + TWO)
    before = await logs.read(logs.tabular(logs.event_file(path)))
    more = "T1,close,Ana,2024-01-05T10:00:00Z,Acme\n"
    logs.write(path, HEAD + ONE + more + TWO + "T3,open,Ana,2024-01-06T10:00:00Z,Acme\n")
    after = await logs.read(logs.tabular(logs.event_file(path)))
    old = {record.external_id: record.raw for record in before.records}
    new = {record.external_id: record.raw for record in after.records if record.external_id not in old}
    assert sorted(raw["row"]["step"] for raw in new.values()) == ["close", "open"]
    assert all(record.raw == old[record.external_id] for record in after.records if record.external_id in old)


async def test_an_attribute_that_is_corrected_later_does_not_make_a_new_event(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE)
    before = await logs.read(logs.tabular(logs.event_file(path)))
    logs.write(path, HEAD + ONE.replace("Acme", "Acme Ltd"))
    assert (await logs.read(logs.tabular(logs.event_file(path)))).ids == before.ids


async def test_exact_repetitions_are_kept_unless_the_mapping_drops_them(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE + ONE)
    kept = await logs.read(logs.tabular(logs.event_file(path)))
    dropped = await logs.read(logs.tabular(logs.event_file(path, duplicates="drop")))
    assert len(set(kept.ids)) == 6
    assert sorted(one.rsplit("|", 1)[1] for one in kept.ids) == ["1", "1", "1", "2", "2", "2"]
    assert dropped.ids == kept.ids[:3]


async def test_order_is_by_time_or_by_file_as_the_mapping_says(logs, tmp_path):
    text = HEAD + "T1,solve,Ana,2024-01-02T08:00:00Z,\nT1,work,Ana,2024-01-01T08:00:00Z,\n"
    path = logs.write(tmp_path / "log.csv", text)
    by_time = await logs.read(logs.tabular(logs.event_file(path, order="time")))
    by_file = await logs.read(logs.tabular(logs.event_file(path, order="file")))
    assert by_time.tickets["T1"].status == "solve"
    assert by_file.tickets["T1"].status == "work"


@pytest.mark.parametrize("order", ["time", "file"])
async def test_ties_in_time_are_in_the_order_of_the_file(logs, tmp_path, order):
    text = HEAD + "".join(f"T1,{step},Ana,2024-01-01T08:00:00Z,\n" for step in ("work", "solve", "close", "wait"))
    seen = await logs.read(logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", text), order=order)))
    assert seen.tickets["T1"].status == "wait"


async def test_scattered_and_unordered_cases_get_the_same_keys_as_contiguous_ones(logs, tmp_path):
    lines = (ONE + TWO + ONE).splitlines(keepends=True)
    tidy = await logs.read(logs.tabular(logs.event_file(logs.write(tmp_path / "a.csv", HEAD + "".join(sorted(lines))))))
    mixed = "".join(lines[::2] + lines[1::2])
    scattered = await logs.read(logs.tabular(logs.event_file(logs.write(tmp_path / "b.csv", HEAD + mixed))))
    assert sorted(scattered.ids) == sorted(tidy.ids)
    assert scattered.tickets == tidy.tickets


async def test_attributes_that_differ_inside_a_case_follow_the_policy(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + TWO)
    ticket = {"company_ref": "customer", "assignee_ref": {"column": "who", "take": "last"}}
    last = await logs.read(logs.tabular(logs.event_file(path, ticket=ticket)))
    first = await logs.read(logs.tabular(logs.event_file(path, ticket=ticket, attributes="first")))
    assert last.tickets["T2"].company_ref == "Initech"
    assert first.tickets["T2"].company_ref == "Globex"


async def test_final_values_repeated_on_every_row_are_no_history(logs, tmp_path):
    text = "case,step,who,at,final_state,closed\n" + "".join(
        f"T1,{step},Ana,2024-01-0{day}T08:00:00Z,Closed,09/01/2024 17:30\n"
        for day, step in enumerate(("open", "work"), 1)
    )
    ticket = {
        "status_category": {"column": "final_state", "values": {"Closed": "closed"}, "take": "final"},
        "status": {"column": "final_state", "take": "final"},
        "closed_at": {"column": "closed", "format": "day-first", "take": "final"},
    }
    file = logs.event_file(logs.write(tmp_path / "log.csv", text), ticket=ticket)
    seen = await logs.read(logs.tabular(file))
    assert [event.after["status_category"] for event in seen.events] == ["new", "in_progress"]
    assert seen.tickets["T1"].status_category is StatusCategory.CLOSED
    assert seen.tickets["T1"].closed_at == datetime(2024, 1, 9, 17, 30, tzinfo=UTC)
    logs.write(tmp_path / "log.csv", text.replace("09/01/2024", "10/01/2024"))
    assert (await logs.read(logs.tabular(file))).ids == seen.ids


async def test_missing_value_markers_say_nothing(logs, tmp_path):
    text = HEAD + "T1,open,?,2024-01-01T08:00:00Z,?\n?,open,Ana,2024-01-01T08:00:00Z,Acme\n"
    file = logs.event_file(logs.write(tmp_path / "log.csv", text), missing=["?"], ticket={"company_ref": "customer"})
    seen = await logs.read(logs.tabular(file))
    assert seen.events[0].actor_ref is None
    assert seen.events[0].after == {"status": "open", "status_category": "new"}
    assert seen.bad == ['The row cannot be used: line 3 has no ticket_ref (column "case" is empty).']


async def test_bad_rows_are_told_with_their_line_and_stop_nothing(logs, tmp_path):
    text = (
        HEAD
        + 'T1,open,Ana,yesterday,Acme\nT1,"a\nb",Ana,2024-01-01,Acme\nT1,open\n'
        + TWO
        + "T9,a,b,2024-01-01,c,d,e\n"
    )
    seen = await logs.read(logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", text))))
    assert len(seen.events) == 3
    assert seen.bad == [
        (
            "Line 2: The row cannot be used: effective_at cannot be read "
            '(column "at" does not hold a time of the declared format).'
        ),
        "The row cannot be used: line 5 has 2 cells where 5 are expected.",
        "The row cannot be used: line 8 has 7 cells where 5 are expected.",
    ]
    assert not any("yesterday" in reason or "Acme" in reason for reason in seen.bad)


async def test_words_without_a_meaning_are_activities_and_counted(logs, tmp_path):
    text = HEAD + "T1,open,Ana,2024-01-01,\nT1,dance,Ana,2024-01-02,\nT1,dance,Ana,2024-01-03,\n"
    seen = await logs.read(logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", text))))
    assert [event.type for event in seen.events] == ["status_changed", "activity", "activity"]
    assert [(issue.kind, issue.value, count) for issue, count in seen.issues.items()] == [
        ("unmapped_event", "dance", 2)
    ]
    assert seen.tickets["T1"].status_category is StatusCategory.NEW


async def test_without_any_words_every_step_is_without_a_meaning_unless_its_row_states_the_status(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + "T1,open,Ana,2024-01-01,\nT1,dance,Ana,2024-01-02,\n")
    silent = await logs.read(logs.tabular(logs.event_file(path, words={})))
    assert sorted(issue.value for issue in silent.issues) == ["dance", "open"]
    stating = logs.event_file(path, words={}, ticket={"status": "step"})
    vocabulary = VocabularyMapping(status={"open": StatusCategory.NEW})
    told = await logs.read(logs.tabular(stating, mapping=vocabulary))
    assert [(issue.kind, issue.value) for issue in told.issues] == [("unmapped_status", "dance")]


async def test_reopening_clears_what_was_resolved(logs, tmp_path):
    steps = ("open", "solve", "close", "work")
    text = HEAD + "".join(f"T1,{step},Ana,2024-01-0{day},\n" for day, step in enumerate(steps, 1))
    derive = ["resolved_at", "closed_at", "completed_by_ref"]
    file = logs.event_file(logs.write(tmp_path / "log.csv", text), derive=derive)
    ticket = (await logs.read(logs.tabular(file))).tickets["T1"]
    assert (ticket.resolved_at, ticket.closed_at, ticket.completed_by_ref) == (None, None, None)
    assert ticket.status_category is StatusCategory.IN_PROGRESS


STAMPS = ("resolved_at", "closed_at", "created_at", "last_activity_at", "completed_by_ref", "creator_ref")


@pytest.mark.parametrize("field", STAMPS)
@pytest.mark.parametrize("take", ["final", "first", "last"])
async def test_what_the_mapped_column_does_not_say_stays_empty(logs, tmp_path, field, take):
    steps = ("open", "solve", "close")
    text = "case,step,who,at,said\n" + "".join(f"T1,{s},Ana,2024-01-0{n},?\n" for n, s in enumerate(steps, 1))
    ticket = {field: {"column": "said", "take": take}}
    words = {**logs.WORDS, "open": {"type": "created", "status_category": "new"}}
    file = logs.event_file(logs.write(tmp_path / "log.csv", text), ticket=ticket, words=words, missing=["?"])
    assert getattr((await logs.read(logs.tabular(file))).tickets["T1"], field) is None
    derived = (await logs.read(logs.tabular({**file, "derive": [field]}))).tickets["T1"]
    assert getattr(derived, field) is not None
    logs.write(tmp_path / "log.csv", text.replace(",?", ",2024-05-05"))
    stated = getattr((await logs.read(logs.tabular({**file, "derive": [field]}))).tickets["T1"], field)
    assert stated == ("2024-05-05" if field.endswith("_ref") else datetime(2024, 5, 5, tzinfo=UTC))


async def test_when_work_was_done_is_never_concluded_from_steps_unasked(logs, tmp_path):
    text = HEAD + "".join(f"T1,{step},Ana,2024-01-0{day},\n" for day, step in enumerate(("open", "solve", "close"), 1))
    ticket = (await logs.read(logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", text))))).tickets["T1"]
    assert ticket.status_category is StatusCategory.CLOSED
    assert (ticket.resolved_at, ticket.closed_at, ticket.completed_by_ref) == (None, None, None)
    assert ticket.created_at == datetime(2024, 1, 1, tzinfo=UTC)


async def test_a_person_can_be_named_by_several_columns(logs, tmp_path):
    text = "case,step,at,name,country\nT1,open,2024-01-01,Ana,IT\nT1,work,2024-01-02,Ana,SE\n"
    columns = {
        "ticket_ref": "case", "effective_at": "at", "vendor_word": "step",
        "actor_ref": {"columns": ["name", "country"], "name": "name"},
    }  # fmt: skip
    file = logs.event_file(logs.write(tmp_path / "log.csv", text), columns=columns)
    seen = await logs.read(logs.tabular(file))
    assert {ref: one.name for (_, ref), one in seen.also.items()} == {"Ana / IT": "Ana", "Ana / SE": "Ana"}


async def test_overlapping_exports_count_a_row_once(logs, tmp_path):
    logs.write(tmp_path / "2024-01.csv", HEAD + ONE + ONE)
    logs.write(tmp_path / "2024-02.csv", HEAD + ONE + TWO)
    seen = await logs.read(logs.tabular(logs.event_file(tmp_path / "*.csv")))
    alone = await logs.read(logs.tabular(logs.event_file(tmp_path / "2024-01.csv")))
    assert seen.ids[:6] == alone.ids
    assert len(seen.ids) == len(set(seen.ids)) == 8


async def test_positions_in_a_case_go_on_from_file_to_file(logs, tmp_path):
    logs.write(tmp_path / "1.csv", HEAD + ONE)
    logs.write(tmp_path / "2.csv", HEAD + "T1,close,Ana,2024-01-05T10:00:00Z,Acme\n" + TWO)
    seen = await logs.read(logs.tabular(logs.event_file(tmp_path / "*.csv", order="file")))
    assert [(event.ticket_ref, event.source_seq) for event in seen.events] == [
        ("T1", 1), ("T1", 2), ("T1", 3), ("T1", 4), ("T2", 1), ("T2", 2),
    ]  # fmt: skip


async def test_a_pass_goes_on_at_its_position(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv.gz", HEAD + ONE + TWO + ONE)
    connector = logs.tabular(logs.event_file(path))
    whole = await logs.read(connector, page_size=3)
    first = await anext(connector.pull(PullRequest("ticket_events", PullMode.BACKFILL, page_size=3)))
    rest = await logs.read(connector, page_size=3, resume=first.resume)
    assert [*(record.external_id for record in first.records), *rest.ids] == whole.ids


async def test_a_position_in_a_file_that_was_replaced_is_refused(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE)
    connector = logs.tabular(logs.event_file(path))
    first = await anext(connector.pull(PullRequest("ticket_events", PullMode.BACKFILL, page_size=1)))
    logs.write(path, HEAD + TWO)
    with pytest.raises(CursorError, match="replaced"):
        await logs.read(connector, resume=first.resume)


async def test_an_untouched_file_is_not_read_again_however_young_it_is(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE)
    clock, state = FakeClock(datetime.fromtimestamp(path.stat().st_ctime, UTC)), MemoryState()
    connector = logs.tabular(logs.event_file(path), state=state, clock=clock)
    await logs.read(connector)
    for settled in (False, False, True, True):
        since = clock.now() - timedelta(hours=1)
        assert (await logs.read(connector, mode=PullMode.INCREMENTAL, since=since)).ids == []
        assert bool((await state.get("look/ticket_events"))["settled"]) is settled
        clock.advance(1_801)


@pytest.mark.slow
@pytest.mark.parametrize("settled", [False, True])
async def test_a_change_is_seen_also_when_size_and_stamps_stay_as_they_were(logs, tmp_path, settled):
    rows = "".join(f"T{number},open,Ana,2024-01-01,\n" for number in range(4_000))
    path = logs.write(tmp_path / "log.csv", HEAD + rows)
    before = path.stat()
    clock, state = FakeClock(datetime.fromtimestamp(before.st_ctime, UTC) + timedelta(hours=2 * settled)), MemoryState()
    connector = logs.tabular(logs.event_file(path), state=state, clock=clock)
    await logs.read(connector)
    since = clock.now() - timedelta(hours=1)
    assert (await logs.read(connector, mode=PullMode.INCREMENTAL, since=since)).ids == []
    assert bool((await state.get("look/ticket_events"))["settled"]) is settled
    logs.write(path, HEAD + rows.replace("T3999,open", "T3999,work"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert len((await logs.read(connector, mode=PullMode.INCREMENTAL, since=since)).ids) == 4_000


async def test_a_file_is_read_again_until_the_pass_that_read_it_is_stored(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE)
    connector = logs.tabular(logs.event_file(path), state=MemoryState())
    await logs.read(connector)
    logs.write(path, HEAD + ONE + TWO)
    os.utime(path, (0, 0))
    since = datetime.fromtimestamp(path.stat().st_ctime + 3600, UTC)
    for _ in range(2):  # core asks from the same instant on: the pass before was never finished
        assert len((await logs.read(connector, mode=PullMode.INCREMENTAL, since=since)).ids) == 5
    later = since + timedelta(seconds=1)
    assert (await logs.read(connector, mode=PullMode.INCREMENTAL, since=later)).ids == []


async def test_a_file_server_with_a_slow_clock_hides_no_rows(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", HEAD + ONE)
    connector = logs.tabular(logs.event_file(path), state=MemoryState())
    await logs.read(connector)
    logs.write(path, HEAD + ONE + TWO)
    os.utime(path, (0, 0))
    later = datetime.fromtimestamp(path.stat().st_ctime + 3600, UTC)
    assert len((await logs.read(connector, mode=PullMode.INCREMENTAL, since=later)).ids) == 5


async def test_a_reconcile_pass_names_keys_only(logs, tmp_path):
    connector = logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", HEAD + ONE)))
    seen = await logs.read(connector, mode=PullMode.RECONCILE)
    assert seen.ids == (await logs.read(connector)).ids
    assert all(record.raw is None for record in seen.records)


@pytest.mark.parametrize("text", ["", HEAD, HEAD.strip(), "\ufeff" + HEAD])
async def test_a_file_without_rows_is_an_empty_stream(logs, tmp_path, text):
    connector = logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", text)))
    assert (await logs.read(connector)).ids == []
    assert await connector.count(PullRequest("ticket_events", PullMode.BACKFILL)) == 0


async def test_the_mapping_version_changes_with_the_mapping_and_not_with_the_place(logs, tmp_path):
    version = logs.tabular(logs.event_file("a.csv")).mapping_version("ticket_events")
    assert logs.tabular(logs.event_file("b.csv")).mapping_version("ticket_events") == version
    assert logs.tabular(logs.event_file("a.csv", order="file")).mapping_version("ticket_events") != version


async def test_a_missing_column_is_named_with_those_that_exist(logs, tmp_path):
    connector = logs.tabular(logs.event_file(logs.write(tmp_path / "log.csv", "id,at\n1,2024-01-01\n")))
    with pytest.raises(ProtocolError, match=r"no column case; it has id, at"):
        await logs.read(connector)
    (check,) = await connector.check_connection(("ticket_events",))
    assert not check.readable
    assert "no column case" in check.note


async def test_a_missing_or_damaged_file_is_a_clear_error(logs, tmp_path):
    with pytest.raises(NotFoundError, match=r"no file .*nowhere\.csv"):
        await logs.read(logs.tabular(logs.event_file(tmp_path / "nowhere.csv")))
    path = logs.write(tmp_path / "log.csv.gz", HEAD + ONE * 1000)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ProtocolError, match="damaged, or still being written"):
        await logs.read(logs.tabular(logs.event_file(path)))


async def test_an_undeclared_stream_is_refused(logs, tmp_path):
    with pytest.raises(UnsupportedError, match="No file is declared for notes"):
        await logs.read(logs.tabular(logs.event_file(tmp_path / "log.csv")), "notes")


@pytest.mark.parametrize(
    ("last", "queue"),
    [("?", None), ("-", "G1"), ("", "G1"), ("G2", "G2")],
)
async def test_a_value_ends_where_a_row_says_that_there_is_none(logs, tmp_path, last, queue):
    text = f"case,step,who,at,group\nT1,open,Ana,2024-01-01,G1\nT1,close,Ana,2024-01-02,{last}\n"
    rule = {"column": "group", "none": ["?"]}
    file = logs.event_file(logs.write(tmp_path / "log.csv", text), missing=["-"], ticket={"queue_ref": rule})
    seen = await logs.read(logs.tabular(file))
    assert seen.tickets["T1"].queue_ref == queue
    assert {ref for stream, ref in seen.also if stream == "queues"} == {"G1", *([last] if last == "G2" else [])}
