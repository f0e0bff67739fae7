"""Records that can be had only below their parents, read from a small PSA over HTTP."""

import pytest


@pytest.mark.slow
async def test_children_come_with_new_and_changed_parents_only(world):
    psa = world.psa
    psa.company("c1", "s1", "s2")
    for ref in ("1", "2", "3"):
        psa.ticket(ref)
        for text in ("one", "two", "three", "four"):
            psa.act(ref, text)
    report = await world.sync()
    assert sorted(psa.asked(of="actions")) == ["1", "2", "3"]
    assert len(await world.live("notes")) == 12
    assert await world.live("sites") == ["s1", "s2"]
    assert report.stream("notes").requests == 9
    assert report.stream("notes").backfilled

    psa.act("2", "five", hours=0.25)
    report = await world.sync()
    assert psa.asked(of="actions") == ["2"]
    assert (report.stream("notes").new, report.stream("notes").unchanged) == (1, 4)
    assert await world.sql("SELECT external_id, worked_s FROM time_entries WHERE gone_at IS NULL") == [("2:5", 900)]
    await world.sync()
    assert psa.asked(of="actions") == []
    world.clock.advance(8 * 86_400)
    await world.sync()
    assert sorted(psa.asked(of="actions")) == ["1", "2", "3"]  # a deletion may have moved no stamp


@pytest.mark.slow
async def test_an_allowance_is_kept_open_parents_come_first_and_the_rest_is_counted(world):
    psa = world.psa
    psa.company("c1")
    for n in range(1, 10):
        psa.ticket(f"{n}", status="Open" if n % 3 == 0 else "Done")
        psa.act(f"{n}", "text")  # two requests: the page, and the empty one behind it
    few = {"children_requests": 8}
    report = await world.sync(connection=few)
    first = psa.asked(of="actions")
    assert {"3", "6", "9"} <= set(first)
    assert len(first) < 9
    notes = report.stream("notes")
    assert 8 <= notes.requests <= 8 + 4  # a parent that was begun is read to its end
    assert notes.parents_left == 9 - len(first)
    async with world.desk() as desk:
        [stream] = [s for s in (await desk.status()).streams if s.stream == "notes"]
        plan = await desk.plan_sync("psa")
    assert (stream.parents_left, stream.is_complete) == (9 - len(first), False)
    [planned] = [one for one in plan.streams if one.stream == "notes"]
    assert (planned.parents, planned.requests) == (9 - len(first), 9 - len(first))
    second = []
    while (report := await world.sync(connection=few)).stream("notes").parents_left:
        second += psa.asked(of="actions")
    second += psa.asked(of="actions")
    assert sorted(first + second) == [f"{n}" for n in range(1, 10)]
    async with world.desk() as desk:
        [stream] = [s for s in (await desk.status()).streams if s.stream == "notes"]
    assert (stream.parents_left, stream.is_complete) == (0, True)


@pytest.mark.slow
async def test_what_a_parent_has_no_more_is_gone_and_an_answer_without_its_end_proves_nothing(world):
    psa = world.psa
    psa.company("c1", "s1", "s2")
    for ref in ("1", "2"):
        psa.ticket(ref)
        for text in ("one", "two", "three", "four"):
            psa.act(ref, text, hours=1)
    await world.sync()
    del psa.actions["1"][2], psa.actions["2"][3]
    psa.touch("1")
    await world.sync()
    assert await world.live("notes") == ["1:1", "1:3", "1:4", "2:1", "2:2", "2:3", "2:4"]
    assert await world.live("time_entries") == await world.live("notes")

    psa.touch("2")
    psa.asked(of="actions")
    report = await world.sync(connection={"ends": False})
    assert "1 of the tickets gave no notes, such as 2" in report.stream("notes").error
    assert "2:3" in await world.live("notes")
    world.clock.advance(3600)
    await world.sync()
    assert await world.live("notes") == ["1:1", "1:3", "1:4", "2:1", "2:2", "2:4"]
    gone = await world.sql("SELECT external_id, gone_reason FROM notes WHERE gone_at IS NOT NULL ORDER BY external_id")
    assert gone == [("1:2", "deleted"), ("2:3", "deleted")]


@pytest.mark.slow
async def test_a_parent_that_does_not_answer_spoils_only_itself_and_is_told(world):
    psa = world.psa
    psa.company("c1")
    for ref in ("1", "2", "3", "4"):
        psa.ticket(ref)
        psa.act(ref, "text")
    psa.refused = {"/tickets/1/actions": 403, "/tickets/2/actions": 404, "/tickets/3/actions": 400}
    report = await world.sync()
    notes = report.stream("notes")
    assert report.ok
    assert await world.live("notes") == ["4:1"]
    assert notes.error.startswith("3 of the tickets gave no notes, such as ")
    assert notes.parents_left == 1  # what is refused or missing was answered, what failed is asked again
    async with world.desk() as desk:
        [stream] = [s for s in (await desk.status()).streams if s.stream == "notes"]
    assert stream.parents_silent == 3
    psa.asked(of="actions")
    psa.refused = {}
    await world.sync()
    assert psa.asked(of="actions") == []
    world.clock.advance(3600)
    psa.touch("1")
    await world.sync()
    assert sorted(psa.asked(of="actions")) == ["1", "3"]


@pytest.mark.slow
async def test_children_follow_a_parent_that_is_deleted_merged_or_another(world):
    psa = world.psa
    psa.company("c1", "s1", "s2")
    psa.company("c2", "s3")
    for n in range(1, 31):
        psa.ticket(f"{n}")
        psa.act(f"{n}", "text", hours=1)
    await world.sync()
    before = await world.live("notes")
    del psa.tickets["1"], psa.actions["1"]
    psa.merge("2", into="3")
    psa.sites["s2"]["company"] = "c2"  # numbered for the whole desk: it moves as it is
    await world.sync(mode="reconcile")
    assert await world.sql("SELECT external_id, gone_reason FROM tickets WHERE gone_at IS NOT NULL ORDER BY 1") == [
        ("1", "deleted"),
        ("2", "merged"),
    ]
    assert set(before) - set(await world.live("notes")) == {"1:1", "2:1"}
    assert "3:2" in await world.live("notes")
    assert await world.live("time_entries") == await world.live("notes")
    [told] = await world.sql("SELECT after FROM ticket_events WHERE ticket_ref = '2' AND type = 'merged'")
    assert '"3"' in told[0]
    assert await world.sql("SELECT external_id, company_ref FROM sites WHERE gone_at IS NULL ORDER BY 1") == [
        ("s1", "c1"),
        ("s2", "c2"),
        ("s3", "c2"),
    ]
    psa.ticket("1")
    psa.act("1", "text")
    await world.sync()
    assert "1:1" in await world.live("notes")


@pytest.mark.slow
async def test_a_record_that_is_said_to_be_merged_into_itself_is_there(world, monkeypatch):
    from servicedesk_core.hooks import FetchOutcome, FetchStatus, source_record

    psa = world.psa
    psa.company("c1")
    psa.ticket("1")
    await world.sync()

    async def fetch_records(self, stream, refs):
        for ref in refs:
            yield FetchOutcome(ref, FetchStatus.MERGED, (source_record(psa.tickets[ref]),), into=ref)

    async with world.desk() as desk:
        opened = await desk.host.open("psa")
        monkeypatch.setattr(type(opened.calls), "fetch_records", fetch_records)
        assert (await desk.read_again("psa", {"tickets": {"1": False}})).gone == 0
    assert await world.live("tickets") == ["1"]


@pytest.mark.slow
async def test_records_below_another_than_they_name_are_not_believed(world):
    psa = world.psa
    psa.company("c1")
    for ref in ("1", "2"):
        psa.ticket(ref)
        psa.act(ref, "text")
    await world.sync()
    psa.actions["1"][1] = dict(psa.actions["2"][1], text="another's", ticket="2")
    psa.touch("1")
    report = await world.sync()
    assert "of another record than it was asked about" in report.stream("notes").error
    assert await world.live("notes") == ["1:1", "2:1"]
    assert await world.sql("SELECT body FROM notes ORDER BY external_id") == [("text",), ("text",)]


@pytest.mark.slow
async def test_a_strange_record_among_more_children_than_are_stored_together_proves_nothing(world, monkeypatch):
    monkeypatch.setattr("small_psa.ON_A_PAGE", 600)
    psa = world.psa
    psa.company("c1")
    psa.ticket("1")
    for _ in range(1_500):
        psa.act("1", "text")
    psa.actions["1"][3]["ticket"] = "2"
    report = await world.sync()
    assert report.stream("notes").error.startswith("1 of the tickets gave no notes")
    assert report.stream("notes").parents_left == 1
    psa.actions["1"][3]["ticket"] = "1"
    world.clock.advance(3600)
    await world.sync()
    assert len(await world.live("notes")) == 1_500


@pytest.mark.slow
async def test_parents_that_are_gone_do_not_keep_others_from_being_asked(world):
    psa = world.psa
    psa.company("c1")
    for n in range(1, 31):
        psa.ticket(f"{n}")
        psa.act(f"{n}", "text")
    psa.refused = {f"/tickets/{n}/actions": 404 for n in range(1, 26)}  # as many as are asked together
    report = await world.sync()
    assert report.stream("notes").state == "complete"
    assert await world.live("notes") == ["26:1", "27:1", "28:1", "29:1", "30:1"]
    assert report.stream("notes").parents_left == 0


@pytest.mark.slow
async def test_what_was_not_understood_leaves_the_quarantine_with_its_parent_or_when_that_has_it_no_more(world):
    psa = world.psa
    psa.company("c1", "s1", "s2")
    psa.company("c2", "s3")
    for site in ("s1", "s2", "s3"):
        del psa.sites[site]["name"]  # numbered for the whole desk, so that its id says nothing of the company
    psa.ticket("1")
    psa.act("1", "text")
    psa.actions["1"][1]["id"] = None
    held = "SELECT stream, external_id FROM quarantine ORDER BY 1, 2"
    await world.sync()
    (nameless,) = [ref for stream, ref in await world.sql(held) if stream == "notes"]
    sites = [("sites", "s1"), ("sites", "s2"), ("sites", "s3")]
    assert await world.sql(held) == [("notes", nameless), *sites]
    del psa.sites["s1"], psa.actions["1"][1]
    await world.sync(mode="reconcile")
    assert await world.sql(held) == sites[1:]
    del psa.companies["c2"]
    await world.sync(mode="reconcile", accept_mass_change=True)
    assert await world.sql(held) == sites[1:2]


@pytest.mark.slow
async def test_a_right_that_is_lost_is_not_taken_for_deletions(world):
    psa = world.psa
    psa.company("c1")
    for n in range(1, 9):
        psa.ticket(f"{n}")
        psa.act(f"{n}", "text")
    await world.sync()
    kept = {ref: dict(actions) for ref, actions in psa.actions.items()}
    for ref in psa.actions:
        psa.actions[ref] = {}
        psa.touch(ref)
    report = await world.sync()
    assert report.stream("notes").state == "held"
    assert len(await world.live("notes")) == 8
    psa.actions = kept
    assert (await world.sync()).stream("notes").state == "complete"
    psa.actions = {ref: {} for ref in kept}
    for ref in psa.actions:
        psa.touch(ref)
    await world.sync(accept_mass_change=True)
    assert await world.live("notes") == []


@pytest.mark.slow
async def test_a_part_that_a_record_holds_no_more_is_gone_and_mapping_again_keeps_the_others(world):
    psa = world.psa
    psa.company("c1")
    psa.ticket("1")
    psa.act("1", "text", hours=1)
    psa.act("1", "text", hours=2)
    await world.sync()
    assert await world.live("time_entries") == ["1:1", "1:2"]
    psa.actions["1"][1]["hours"] = 0
    psa.touch("1")
    await world.sync()
    assert await world.live("time_entries") == ["1:2"]
    async with world.desk() as desk:
        await desk.remap("psa")
    await world.sync(mode="reconcile")
    assert await world.live("time_entries") == ["1:2"]
    psa.actions["1"][1]["hours"] = 3
    psa.touch("1")
    await world.sync()
    assert await world.sql("SELECT external_id, worked_s FROM time_entries WHERE gone_at IS NULL ORDER BY 1") == [
        ("1:1", 10800),
        ("1:2", 7200),
    ]
