"""Somebody who was erased is nowhere in the store, and does not come back with the next sync."""

import asyncio
from pathlib import Path

import pytest

from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.domain import Contact
from servicedesk_core.domain.warranty import ClaimDraft, DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import NotFoundLocallyError, WriteStateError
from servicedesk_core.features.claims.tables import changing, files
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.features.privacy import tables as erasing
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.hooks import Capabilities, Mapped, StreamCapability
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import audit, outbox, runs, sources, state
from servicedesk_core.store.schema import record_issues, record_revisions
from tests.sync.conftest import fake_vendor
from tests.sync.test_exclusions import on_disk

pytestmark = pytest.mark.slow  # the command line erases too

SURNAME = "Quoxberry"
EMAIL = "jane.quox@example.com"


def contact(raw):
    return Mapped(
        Contact(
            external_id=raw["id"],
            first_name=raw.get("first"),
            last_name=raw.get("last"),
            email=raw.get("email"),
            phone=raw.get("phone"),
        )
    )


def ticket(raw):
    mapped = fake_vendor._ticket(raw)
    return mapped._replace(entity=mapped.entity.model_copy(update={"contact_ref": raw.get("contact")}))


@pytest.fixture
def people(desk, monkeypatch, tmp_path):
    """A vendor with two people, one of whom wants to be forgotten."""
    monkeypatch.setitem(fake_vendor.MAPPERS, "contacts", contact)
    monkeypatch.setitem(fake_vendor.MAPPERS, "tickets", ticket)
    vendor = desk.vendor
    vendor.capabilities = Capabilities("Fake", (*fake_vendor.STREAMS, StreamCapability("contacts", page_size=500)))
    vendor.tables["contacts"] = {}
    vendor.put("contacts", "k1", first="Jane", last=SURNAME, email=EMAIL, phone="+49 (30) 555-1234")
    vendor.put("contacts", "k2", first="Ana", last="Other", email="ana@example.com")
    vendor.ticket("1", title=f"Printer of Jane {SURNAME}", contact="k1", description=f"Call 030 555 1234 or {EMAIL}.")
    vendor.ticket("2", title="Of Ana", contact="k2", description=f"{EMAIL} was copied in", cc=EMAIL)
    vendor.ticket("3", title="Odd", broken=1, contactID="k1", description="k1 here")
    vendor.put("notes", "n1", ticket="1", body=f"{SURNAME}, Jane called. JANE {SURNAME.upper()} said so.")
    vendor.put("notes", "n2", ticket="2", body="kept words of Ana Other")
    desk.clock.advance(600)
    (tmp_path / "servicedesk.toml").write_text(
        f'[desk]\nname = "X"\nstore = "{desk.store.url.render_as_string(hide_password=False)}"\n'
    )
    return vendor


def config(tmp_path):
    return tmp_path / "servicedesk.toml"


async def erase(desk, tmp_path, who=EMAIL):
    async with StoredDesk.open(config(tmp_path), actor=Actor("user:ana", Way.SDK), clock=desk.clock) as opened:
        return await opened.privacy.erase(who)


async def held_of(desk, tmp_path, who):
    async with StoredDesk.open(config(tmp_path), clock=desk.clock, read_only=True) as opened:
        return (await opened.privacy.export(who)).found


def named(content):
    """Whatever is left of the person."""
    lowered = content.casefold()
    return [word for word in (SURNAME.casefold(), EMAIL, "555-1234", "555 1234") if word in lowered]


async def test_an_erased_person_is_nowhere_and_stays_away(desk, people, tmp_path):
    await desk.sync()
    people.ticket("2", description=f"{EMAIL} was copied in twice")
    desk.clock.advance(600)
    await desk.sync()
    assert desk.sql("SELECT COUNT(*) FROM changes WHERE states IS NOT NULL") != [(0,)]
    assert len(named(on_disk(desk))) == 4
    done = await erase(desk, tmp_path)
    assert done.connections == ("psa",)
    assert done.rows >= 4
    assert named(on_disk(desk)) == []
    assert desk.sql("SELECT title FROM tickets WHERE external_id = '1'") == [("Printer of [erased]",)]
    assert desk.sql("SELECT contact_ref FROM tickets ORDER BY external_id") == [(None,), ("k2",)]
    assert desk.sql("SELECT body FROM notes WHERE external_id = 'n2'") == [("kept words of Ana Other",)]
    told = "SELECT entity, external_id, kind FROM changes WHERE mode = 'erase' ORDER BY entity, external_id"
    assert {("contacts", "[erased]", "erased"), ("tickets", "1", "changed")} <= set(desk.sql(told))
    assert desk.store.read_blocking(audit.verify).is_valid
    people.put("contacts", "k1", first="Jane", last=SURNAME, title="changed")
    people.put("contacts", "k77", first="Jane", last=SURNAME, email=EMAIL.upper())
    people.ticket("1", title=f"Again Jane {SURNAME}", status="Doing")
    people.ticket("9", title=f"New of Jane {SURNAME}", contact="k1", description=EMAIL)
    people.put("notes", "n1", body=f"Jane {SURNAME} again")
    people.put("notes", "n9", ticket="9", body=f"Jane {SURNAME} on a new ticket")
    assert (await desk.sync(mode="full")).ok
    assert desk.ids("contacts") == {"k2"}
    assert desk.sql("SELECT title FROM tickets WHERE external_id = '9'") == [("New of [erased]",)]
    assert desk.sql("SELECT body FROM notes WHERE external_id = 'n9'") == [("[erased] on a new ticket",)]
    assert named(on_disk(desk)) == []


async def test_not_even_the_vendors_id_of_an_erased_person_is_left_beside_versions_and_unknown_words(
    desk, people, tmp_path
):
    await desk.sync()

    def note(tx):
        psa = sources.get(tx, "psa").id
        for ref in ("k1", "k2"):
            key = {"source_id": psa, "stream": "contacts", "external_id": ref}
            tx.execute(record_revisions.insert().values(**key, revision="7"))
            tx.execute(record_issues.insert().values(**key, kind="unknown", field="kind", value="9"))

    desk.store.write_blocking(note)
    await erase(desk, tmp_path)
    assert desk.sql("SELECT external_id FROM record_revisions WHERE stream = 'contacts'") == [("k2",)]
    assert desk.sql("SELECT external_id FROM record_issues WHERE stream = 'contacts'") == [("k2",)]


async def test_the_list_of_the_erased_says_nothing_about_them(desk, people, tmp_path):
    await desk.sync()
    await erase(desk, tmp_path)
    rows = desk.sql("SELECT kind, digest FROM suppressed")
    assert {kind.partition(":")[0] for kind, _ in rows} == {"contact", "ticket", "email", "phone", "name"}
    assert all(len(digest) == 64 for _, digest in rows)


async def test_what_is_held_of_a_person_is_told_and_nothing_changes(desk, people, tmp_path):
    await desk.sync()
    before = desk.sql("SELECT COUNT(*), MAX(changed_at) FROM tickets")
    found = await held_of(desk, tmp_path, "k1")
    where = {(one.where, one.id) for one in found}
    assert {("contacts", "k1"), ("tickets", "1"), ("tickets", "2"), ("notes", "n1"), ("quarantine", "1")} <= where
    assert ("contacts", "k2") not in where
    assert ("notes", "n2") not in where
    assert desk.sql("SELECT COUNT(*), MAX(changed_at) FROM tickets") == before


async def test_a_write_that_names_them_is_finished_or_discarded_first(desk, people, tmp_path):
    await desk.sync()

    def write(tx):
        return outbox.propose(
            tx,
            Intent(
                connection="psa",
                kind="notes.create_internal",
                aggregate="tickets:1",
                label="T1",
                values={"body": f"Jane {SURNAME} called"},
            ),
            actor="user:ana",
            now=desk.clock.now(),
        )

    made = desk.store.write_blocking(write)
    with pytest.raises(WriteStateError, match="Nothing was erased"):
        await erase(desk, tmp_path)
    assert SURNAME in on_disk(desk)
    desk.store.write_blocking(
        lambda tx: outbox.move(tx, made, WriteState.DISCARDED, actor="user:ana", now=desk.clock.now())
    )
    await erase(desk, tmp_path)
    assert named(on_disk(desk)) == []
    assert desk.sql("SELECT new_values FROM outbox") == [('{"body":"[erased] called"}',)]
    assert desk.store.read_blocking(audit.verify).is_valid


async def test_whatever_a_column_is_read_as_its_text_is_searched_and_cleaned(desk, people, tmp_path):
    await desk.sync()
    (source_id,), *_ = desk.sql("SELECT id FROM sources")
    now = desk.clock.now()

    def fill(tx):
        run = runs.start(tx, "r", source_id, "tickets", mode="incremental", now=now)
        runs.finish(tx, run, runs.RunCounts(), outcome="failed", now=now, error=f"Of Jane {SURNAME} it failed.")
        state.put(tx, source_id, "last", {"who": f"Jane {SURNAME}", "n": 1}, now)

    desk.store.write_blocking(fill)
    held = await held_of(desk, tmp_path, EMAIL)
    assert {"runs", "state"} <= {one.where for one in held}
    await erase(desk, tmp_path)
    assert ("Of [erased] it failed.",) in desk.sql("SELECT error FROM runs")
    assert ('{"who":"[erased]","n":1}',) in desk.sql("SELECT value FROM state")
    assert named(on_disk(desk)) == []


def claim_with_file(tx, ticket, name, content, *, now, source_id, **draft):
    device = DeviceRef(manufacturer="maker", serial_number=f"S{ticket}")
    stored = changing.add(
        tx, connection=None, manufacturer="maker", by_hand=True, origin=Origin(source_id, ticket), now=now,
        actor="user:ana", draft=ClaimDraft(device=device, **draft), filing_due_on=None,
    )  # fmt: skip
    return files.add(
        tx, stored.id, name=name, media_type="image/png", kind="photo", content=content, actor="user:ana", now=now
    )


async def test_files_of_claims_and_answers_of_makers_are_erased_too(desk, people, tmp_path):
    await desk.sync()
    now = desk.clock.now()
    (source_id,), *_ = desk.sql("SELECT id FROM sources")
    told = {"site": {"owner": f"Jane {SURNAME}", "mail": EMAIL}, "tag": "A1"}

    at = {"now": now, "source_id": source_id}

    def fill(tx):
        claim_with_file(tx, "1", "desk.png", b"\x89PNG of her desk", **at)
        claim_with_file(tx, "77", "invoice.png", b"\x89PNG invoice", contact_name=f"Jane {SURNAME}", **at)
        claim_with_file(tx, "2", "log.txt", f"user {EMAIL} logged in".encode(), **at)
        claim_with_file(tx, "3", "kept.png", b"\x89PNG kept", **at)
        said = [
            EntitlementResult(
                device=DeviceRef(manufacturer="maker", serial_number=serial), outcome=LookupOutcome.FOUND, raw=raw
            )
            for serial, raw in (("A1", told), ("B2", {"tag": "B2"}))
        ]
        answers.put(tx, said, origin="maker", source=CoverSource.MAKER, now=now)

    desk.store.write_blocking(fill)
    held = await held_of(desk, tmp_path, EMAIL)
    assert sorted(one.content["name"] for one in held if one.where == "claim_attachments") == [
        "desk.png", "invoice.png", "log.txt",
    ]  # fmt: skip
    assert [one.content for one in held if one.where == "cover_facts"] == [{"payload": told}]
    await erase(desk, tmp_path)
    assert desk.sql("SELECT name FROM claim_attachments") == [("kept.png",)]
    kept = [desk.store.read_blocking(lambda tx, n=n: answers.raw(tx, n, "maker")) for n in (1, 2)]
    assert kept == [{"site": {"owner": "[erased]", "mail": "[erased]"}, "tag": "A1"}, {"tag": "B2"}]
    assert named(on_disk(desk)) == []


async def test_backups_that_still_hold_them_are_named(desk, people, tmp_path):
    if desk.store.dialect != "sqlite":
        pytest.skip("backups of PostgreSQL lie elsewhere")
    await desk.sync()
    copy = Path(f"{desk.store.url.database}.backup-1")
    await asyncio.to_thread(copy.touch)
    assert (await erase(desk, tmp_path)).copies == (str(copy),)


async def test_somebody_unknown_is_told(desk, people, tmp_path):
    await desk.sync()
    with pytest.raises(NotFoundLocallyError, match="no contact"):
        await erase(desk, tmp_path, "nobody@example.com")


async def test_a_first_name_alone_erases_nobody_else(desk, people, tmp_path):
    people.put("contacts", "k3", first="Other")
    await desk.sync()
    person = desk.store.read_blocking(lambda tx: erasing.find(tx, "k3"))[0]
    assert [kind for kind, _ in person.values()] == ["contact"]
    await erase(desk, tmp_path, "k3")
    assert desk.sql("SELECT body FROM notes WHERE external_id = 'n2'") == [("kept words of Ana Other",)]
