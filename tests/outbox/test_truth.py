"""What the outbox says of a write is what the vendor made of it: versions, parts, merges, and searches that work."""

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import WriteNotGrantedError, WriteStateError, WriteStoppedError
from servicedesk_core.outbox.copying import Copier
from servicedesk_core.outbox.delivery import Delivery
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import changes, records, sources
from tests.outbox.conftest import QUICK, settings_for


@pytest.fixture
def told(request):
    return getattr(request, "param", {})


@pytest.fixture
async def desk(vendor, store_url, clock, told):
    async with ServiceDesk(settings_for(vendor, store_url, **told), clock=clock) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        yield desk


def versioned(**more):
    return pytest.mark.parametrize("told", [{"revisions": True} | more], indirect=True)


async def stored_revision(desk, ref="1"):
    def read(tx):
        return records.revision_of(tx, sources.get(tx, "psa").id, "tickets", ref)

    return await desk.store.read(read)


async def shown(desk, write):
    return {change.field: change for change in (await desk.writes.show(write.id)).write.changes}


@versioned()
async def test_the_version_that_was_read_is_kept_and_the_one_after_a_write_replaces_it(desk, vendor):
    await desk.sync("psa", mode="full")
    assert await stored_revision(desk) == vendor.records["tickets"]["1"]["modified"]
    before = await stored_revision(desk)
    write = await desk.tickets.update("T1", title="Ours", send=True)
    assert write.state is WriteState.CONFIRMED
    assert await stored_revision(desk) == vendor.records["tickets"]["1"]["modified"] != before


@versioned()
async def test_a_change_between_look_and_write_is_a_conflict_that_shows_both(desk, vendor):
    await desk.sync("psa", mode="full")

    def somebody(path):
        vendor.on_write = None
        vendor.put("tickets", "1", title="Theirs")

    vendor.on_write = somebody
    write = await desk.tickets.update("T1", title="Ours", send=True)
    assert (write.state, write.error_code) == (WriteState.REJECTED, "write_conflict")
    assert vendor.records["tickets"]["1"]["title"] == "Theirs"
    title = (await shown(desk, write))["title"]
    assert (title.before, title.after, title.theirs) == ("Printer 1", "Ours", "Theirs")
    (again,) = await desk.writes.retry([write.id], send=True)
    assert (again.state, vendor.records["tickets"]["1"]["title"]) == (WriteState.CONFIRMED, "Ours")


@versioned()
async def test_a_change_of_something_else_since_the_proposal_is_no_conflict(desk, vendor):
    await desk.sync("psa", mode="full")
    write = await desk.tickets.update("T1", title="Ours")
    vendor.put("tickets", "1", description="Somebody adds this")
    (write,) = await desk.writes.approve([write.id], send=True)
    assert write.state is WriteState.CONFIRMED
    assert vendor.records["tickets"]["1"]["description"] == "Somebody adds this"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "says"), [({}, "No right to do that."), ({"reads_back": True}, "")], indirect=["told"]
)
async def test_what_was_left_out_is_told_and_a_person_decides(desk, vendor, says):
    vendor.leaves_out = {"queue_ref": says}
    write = await desk.tickets.update("T1", title="Ours", queue="Projects", send=True)
    assert write.state is WriteState.PARTLY_APPLIED
    assert "applied title, and not queue_ref" in write.error
    fields = await shown(desk, write)
    assert fields["title"].refused is None
    assert fields["queue_ref"].refused == (says or "The vendor took it without a word, and still shows the old value.")
    await desk.writes.run()  # what a busy machine could not read back at once is read back now
    assert (await desk.tickets.get("T1")).row.title == "Ours"
    assert write.id in [one.id for one in (await desk.writes.list()).items]
    vendor.leaves_out = {}
    (write,) = await desk.writes.retry([write.id], send=True)
    assert (write.state, vendor.records["tickets"]["1"]["queue_ref"]) == (WriteState.CONFIRMED, "q2")
    assert not any(change.refused for change in write.changes)


@pytest.mark.slow
@pytest.mark.parametrize("told", [{"reads_back": True}], indirect=True)
async def test_what_was_left_out_is_told_though_the_answer_got_lost(desk, vendor):
    vendor.leaves_out = {"queue_ref": ""}
    vendor.faults.append("reset_after")
    write = await desk.tickets.update("T1", title="Ours", queue="Projects", send=True)
    assert (write.state, write.attempts) == (WriteState.PARTLY_APPLIED, 1)
    assert (await shown(desk, write))["queue_ref"].refused
    assert (await desk.tickets.get("T1")).row.title == "Ours"


async def test_the_rest_may_be_left_and_what_was_applied_can_be_taken_back(desk, vendor):
    vendor.leaves_out = {"queue_ref": "No."}
    write = await desk.tickets.update("T1", title="Ours", queue="Projects", send=True)
    (left,) = await desk.writes.discard([write.id])
    assert left.state is WriteState.CONFIRMED
    assert (await desk.writes.show(write.id)).history[-1].why == "the rest is left: queue_ref"
    back = await desk.writes.revert(write.id)
    assert [change.field for change in back.write.changes] == ["title"]


async def test_what_was_made_in_part_is_not_made_a_second_time(desk, vendor):
    vendor.leaves_out = {"queue_ref": "No."}
    write = await desk.tickets.create("New", company="Bolt & Co", queue="Projects", send=True)
    assert (write.state, write.ref) == (WriteState.PARTLY_APPLIED, "1001")
    for again in (desk.writes.retry([write.id], send=True), desk.writes.edit(write.id, {"title": "x"})):
        with pytest.raises(WriteStateError, match="a second one"):
            await again
    assert len(vendor.commits) == 1


@pytest.mark.parametrize("told", [{}, {"tells_merges": True}], indirect=True)
async def test_a_write_to_a_merged_record_goes_nowhere_and_names_the_survivor(desk, vendor):
    write = await desk.tickets.update("T1", title="Ours")
    vendor.merged["1"] = "2"
    (write,) = await desk.writes.approve([write.id], send=True)
    assert (write.state, write.error_code, write.moved_to) == (WriteState.REJECTED, "record_moved", "2")
    assert "The record 1 was merged or moved" in write.error
    assert "Propose it for that record" in write.hint
    seen = await desk.writes.show(write.id, scope=Scope("psa", companies="c1"))
    assert seen.write.moved_to is None, "it may be another client's"
    assert "2" not in f"{seen.write.error} {seen.write.hint} {[event.why for event in seen.history]}"
    assert vendor.writes == []


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
async def test_a_search_that_the_vendor_ignores_settles_nothing(desk, vendor, fault):
    vendor.ignores_search = True
    vendor.faults.append(fault)
    write = await desk.tickets.note("T1", "Hello", send=True)
    assert write.state is WriteState.IN_DOUBT
    assert "does not search by it" in write.error
    vendor.ignores_search = False
    await desk.writes.run("psa")
    (write,) = await desk.writes.retry([write.id], send=True)
    assert write.state is WriteState.CONFIRMED
    assert len(vendor.added("notes")) == 1


async def test_a_search_that_finds_nothing_at_all_proves_nothing(desk, vendor):
    for record in vendor.records["notes"].values():
        record["ref"] = ""
    vendor.faults.append("reset_before")
    write = await desk.tickets.note("T1", "Hello", send=True)
    assert write.state is WriteState.IN_DOUBT
    assert "found nothing proves nothing" in write.error


@pytest.mark.slow
async def test_a_change_says_by_whom_with_which_write_and_what_stood_there_before(desk, vendor):
    since = await desk.store.read(changes.head)
    write = await desk.tickets.update("T1", title="Ours", queue="Projects", send=True)
    vendor.put("tickets", "2", title="Theirs")
    await desk.sync("psa", mode="full")
    ours, theirs = [one async for one in desk.changes(since, entities=["tickets"])]
    assert (ours.origin, ours.actor, ours.write) == ("write", write.proposed_by, write.id)
    assert (ours.before["title"], ours.after["title"]) == ("Printer 1", "Ours")
    assert (ours.before["queue_ref"], ours.after["queue_ref"]) == ("q1", "q2")
    assert (theirs.origin, theirs.actor, theirs.write) == ("pull", None, None)
    assert (theirs.before["title"], theirs.after["title"]) == ("Printer 2", "Theirs")
    assert set(theirs.after) == set(theirs.changed_fields)


async def test_time_is_put_before_the_client_only_with_a_grant_of_its_own(vendor, store_url, clock):
    said = {"technician": "Ana Diaz", "summary": "Toner", "send": True}
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as desk:
        assert (await desk.tickets.log_time("T1", 900, **said)).state is WriteState.CONFIRMED
        with pytest.raises(WriteNotGrantedError, match=r"time_entries\.create_public"):
            await desk.tickets.log_time("T1", 900, public=True, **said)
    settings = settings_for(vendor, store_url, writes=["time_entries.create_public"])
    async with ServiceDesk(settings, clock=clock) as desk:
        write = await desk.tickets.log_time("T1", 900, public=True, **said)
        assert (write.visibility, len(write.warnings)) == ("public", 1), "an equal entry is there already"
    assert [entry["public"] for entry in vendor.records["time_entries"].values()] == [False, True]


async def test_the_next_write_of_a_record_waits_until_the_one_before_was_read_back(desk, vendor, monkeypatch):
    await desk.sync("psa", mode="full")
    one = await desk.tickets.update("T1", title="First")
    two = await desk.tickets.update("T1", description="Second")
    deliver, land, happened = Delivery.deliver, Copier.land, []

    async def delivering(self, write):
        happened.append(("sent", write.id))
        return await deliver(self, write)

    async def landing(self, calls, stream, found, by):
        landed = await land(self, calls, stream, found, by)
        happened.append(("stored", by[1]))
        return landed

    monkeypatch.setattr(Delivery, "deliver", delivering)
    monkeypatch.setattr(Copier, "land", landing)
    await desk.writes.approve([one.id, two.id], send=True)
    assert happened == [("sent", one.id), ("stored", one.id), ("sent", two.id), ("stored", two.id)]
    assert (
        (await desk.tickets.get("T1")).ticket.description == vendor.records["tickets"]["1"]["description"] == "Second"
    )


@versioned()
async def test_what_two_systems_carry_round_is_stopped_after_three_writes(desk, vendor):
    await desk.sync("psa", mode="full")
    change, hops = await newest_change(desk), []
    assert (change.hops, len(change.instance)) == (0, 32)
    for number in range(3):
        write = await desk.because_of(change).tickets.update("T1", title=f"Round {number}", send=True)
        assert write.state is WriteState.CONFIRMED
        change = await newest_change(desk)
        hops.append(change.hops)
    assert hops == [1, 2, 3]
    written = vendor.writes
    with pytest.raises(WriteStoppedError, match="4 writes lie before this one"):
        await desk.because_of(change).tickets.update("T1", title="Round again", send=True)
    assert vendor.writes == written
    assert (await desk.tickets.update("T1", title="A person", send=True)).state is WriteState.CONFIRMED
    assert (await newest_change(desk)).hops == 0


async def newest_change(desk):
    return [one async for one in desk.changes(entities=["tickets"], include_backfill=True) if one.external_id == "1"][
        -1
    ]
