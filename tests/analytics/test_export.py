"""What stands in the folder is what stands in the store, whatever changed, was erased or was broken off meanwhile."""

import errno
import glob
import hashlib
import json
import os
import sys
from datetime import datetime, timedelta

import duckdb
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import LeaseHeldError, NotPermittedError, SettingsError
from servicedesk_core.features.analytics import folder, tables, writing
from servicedesk_core.features.analytics.writing import ParquetWriter
from servicedesk_core.people import Actor, Way
from servicedesk_core.store.fields import EPOCH, fields_of
from servicedesk_core.store.holding import held
from servicedesk_core.store.schema import sla_clocks
from tests.analytics.conftest import MANY, odd, put


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 4)
    return tmp_path / "it's [all] of *it*"  # no pattern, and nothing that ends a text


def manifest_of(out):
    return json.loads((out / "manifest.json").read_text())


def names_of(out):
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {"manifest.json"}


def rows_of(out, table):
    """Read a table as anybody would, instants in microseconds."""
    told = manifest_of(out)["tables"][table]
    shown = ", ".join(
        f"epoch_us({one['name']})" if one["type"].startswith("TIMESTAMP") else f'"{one["name"]}"'
        for one in told["columns"]
    )
    found = duckdb.read_parquet([glob.escape(str(out / file["path"])) for file in told["files"]])
    return [
        dict(zip([one["name"] for one in told["columns"]], row, strict=True)) for row in found.project(shown).fetchall()
    ]


async def assert_holds_the_store(desk, out):
    for stream, cls in STREAMS.items():
        stored = {one.local_id: one.record async for one in desk.records(cls)}
        exported = {row["local_id"]: row for row in rows_of(out, stream)}
        assert exported.keys() == stored.keys(), stream
        for number, record in stored.items():
            for field in fields_of(cls):
                told, kept = exported[number][field.name], getattr(record, field.name)
                if told is not None and field.python is datetime:
                    told = EPOCH + timedelta(microseconds=told)
                elif told is not None and field.python in {tuple, dict}:
                    told = field.python(json.loads(told))
                assert told == kept, (stream, field.name)
    files = [file for table in manifest_of(out)["tables"].values() for file in table["files"]]
    assert names_of(out) == {file["path"] for file in files}
    assert all(hashlib.sha256((out / file["path"]).read_bytes()).hexdigest() == file["sha256"] for file in files)


async def test_every_value_of_every_stream_is_what_the_store_holds(desk, out):
    done = await desk.analytics.export(out)
    await assert_holds_the_store(desk, out)
    assert done.rows == MANY * len(STREAMS)
    assert {one.stat().st_mode & 0o777 for one in out.rglob("*") if one.is_file()} == {0o600}
    assert {one.stat().st_mode & 0o777 for one in (out, *out.rglob("*")) if one.is_dir()} == {0o700}


@pytest.mark.slow
async def test_a_second_run_writes_only_what_changed(desk, out):
    first = await desk.analytics.export(out)
    assert first.written == first.files
    before = names_of(out)
    assert (await desk.analytics.export(out)).written == 0
    assert names_of(out) == before
    await put(desk, odd("notes", 4).model_copy(update={"body": "another word"}))
    again = await desk.analytics.export(out)
    assert (again.written, again.position) == (1, first.position + 1)
    await assert_holds_the_store(desk, out)


@pytest.mark.slow
async def test_what_is_gone_or_erased_is_gone_from_the_folder_although_no_feed_tells_of_it(desk, out):
    await put(
        desk,
        odd("contacts", 1).model_copy(
            update={"first_name": "Dana", "last_name": "Wolf", "email": "dana.wolf@example.com"}
        ),
    )
    await put(desk, odd("notes", 2).model_copy(update={"body": "ask dana.wolf@example.com"}))
    first = await desk.analytics.export(out)
    assert "dana.wolf@example.com" in str(rows_of(out, "notes"))
    await desk.privacy.erase("dana.wolf@example.com")
    again = await desk.analytics.export(out)
    assert 0 < again.written < first.files
    await assert_holds_the_store(desk, out)
    assert "dana.wolf" not in str([rows_of(out, table) for table in ("contacts", "notes", "tickets")])


@pytest.mark.slow
async def test_clocks_are_there_and_change_with_what_is_judged(desk, out):
    ticket = min([row.local_id async for row in desk.records(STREAMS["tickets"])])
    clock = {"ticket_id": ticket, "clock": "triage", "cycle": 1, "is_next": True, "state": "running"}
    rest = {"outcome": "open", "elapsed_us": 1, "superseded": 0, "is_overridden": False}
    await desk.store.write(lambda tx: tx.execute(sla_clocks.insert().values(**clock, **rest)))
    await desk.analytics.export(out)
    assert [row["outcome"] for row in rows_of(out, "sla_clocks")] == ["open"]
    await desk.store.write(lambda tx: tx.execute(sla_clocks.update().values(outcome="met")))
    assert (await desk.analytics.export(out)).written == 1
    [row] = rows_of(out, "sla_clocks")
    assert (row["outcome"], row["connection"], row["ticket_id"]) == ("met", "psa", ticket)


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 40, "before the manifest", "after the manifest"])
async def test_a_run_that_is_killed_leaves_what_was_there_and_the_next_is_whole(desk, out, monkeypatch, at):
    await desk.analytics.export(out)
    before = manifest_of(out)
    for stream in STREAMS:
        await put(
            desk, *(odd(stream, number + 1).model_copy(update={"external_id": str(number)}) for number in range(MANY))
        )

    with monkeypatch.context() as broken:
        write, replace, written = ParquetWriter.write, folder.replace_file, []

        def writing(self, target, columns, chunks):
            written.append(target)
            if len(written) == at:
                target.write_bytes(b"half")
                raise Killed
            return write(self, target, columns, chunks)

        def replacing(path, content):
            if at == "after the manifest":
                replace(path, content)
            raise Killed

        broken.setattr(ParquetWriter, "write", writing)
        if isinstance(at, str):
            broken.setattr(folder, "replace_file", replacing)
        with pytest.raises(Killed):
            await desk.analytics.export(out)

    if at == "after the manifest":
        assert manifest_of(out) != before
    else:
        assert manifest_of(out) == before
        for table in before["tables"]:
            rows_of(out, table)
    await desk.analytics.export(out)
    await assert_holds_the_store(desk, out)


@pytest.mark.slow
async def test_files_that_somebody_damaged_are_written_anew_and_those_of_others_are_left_alone(desk, out):
    await desk.analytics.export(out)
    (out / "notes" / "mine.txt").write_text("a note of an analyst")
    (out / manifest_of(out)["tables"]["notes"]["files"][0]["path"]).unlink()
    assert (await desk.analytics.export(out)).written == 1
    assert (out / "notes" / "mine.txt").read_text()
    (out / "notes" / "mine.txt").unlink()
    await assert_holds_the_store(desk, out)


@pytest.mark.slow
async def test_a_full_disk_is_said_and_leaves_what_was_there(desk, out, monkeypatch):
    await desk.analytics.export(out)
    before = manifest_of(out)
    await put(desk, odd("notes", 4).model_copy(update={"body": "another word"}))

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(writing, "_write_lines", full)
        with pytest.raises(SettingsError, match="No space left"):
            await desk.analytics.export(out)
    assert manifest_of(out) == before
    assert (await desk.analytics.export(out)).written == 1


async def test_two_do_not_write_into_one_folder_at_once(desk, out):
    async with held(desk.store, f"analytics:{out}"):
        with pytest.raises(LeaseHeldError):
            await desk.analytics.export(out)


async def test_a_folder_of_something_else_and_a_missing_extra_are_said(desk, out, monkeypatch):
    out.mkdir()
    (out / "manifest.json").write_text('{"name": "a web application"}')
    with pytest.raises(SettingsError, match="is not what an export"):
        await desk.analytics.export(out)
    (out / "manifest.json").unlink()
    (out / "companies").write_text("no folder")
    with pytest.raises(SettingsError, match="cannot be made"):
        await desk.analytics.export(out)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(SettingsError, match="extra analytics"):
        await desk.analytics.export(out.with_name("another"))


@pytest.mark.slow
async def test_costs_are_for_who_may_read_them_and_nothing_for_who_sees_a_part(desk, out):
    people = {
        "ana": {"roles": ["service-manager"]},
        "tom": {"roles": ["technician"]},
        "kim": {"roles": ["service-manager"], "companies": ["1"]},
    }
    settings = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}, "people": people}
    async with ServiceDesk(
        settings, store=desk.store.url.render_as_string(hide_password=False), clock=desk.clock
    ) as its:
        with pytest.raises(NotPermittedError):
            await its.acting_as(Actor("user:kim", Way.CONSOLE)).analytics.export(out)
        assert not out.exists()
        await its.acting_as(Actor("user:ana", Way.CONSOLE)).analytics.export(out)
        assert any(row["unit_cost"] is not None for row in rows_of(out, "products"))
        await its.acting_as(Actor("user:tom", Way.CONSOLE)).analytics.export(out)
    assert all(row["unit_cost"] is None for row in rows_of(out, "products"))
    assert not (manifest_of(out)["tables"].keys() & {name for name, cls in STREAMS.items() if cls.holds_costs})
    assert names_of(out) == {file["path"] for table in manifest_of(out)["tables"].values() for file in table["files"]}
