"""Whoever waits is told that the command still works, without a terminal too."""

import asyncio
import contextlib
import io
import json

import pytest

from servicedesk_core.cli.shell import alive
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.progress import SyncProgress
from servicedesk_core.sync.report import StreamReport


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(alive, "FIRST_S", 0.001)
    monkeypatch.setattr(alive, "THEN_S", 0.001)


class Heard(io.StringIO):
    """Standard error that lets the work end after so many lines."""

    def __init__(self, lines):
        super().__init__()
        self._missing, self._enough = lines, asyncio.Event()

    def write(self, text):
        self._missing -= text.count("\n")
        if self._missing <= 0:
            self._enough.set()
        return super().write(text)

    async def enough(self):
        await self._enough.wait()


def lines_of(cli, lines):
    """Return what a run says that takes until it has said so many lines."""
    with contextlib.redirect_stderr(Heard(lines)) as heard:
        cli.run(heard.enough)
    return heard.getvalue().splitlines()


def test_a_command_that_takes_long_says_that_it_still_works_and_what_it_did():
    said = lines_of(Cli(doing=lambda: "3 requests sent"), 2)
    assert all(line.startswith("Still at work after ") for line in said)
    assert said[0].endswith(" s: 3 requests sent.")


def test_as_json_it_is_a_line_of_json():
    (line, *_) = lines_of(Cli(log_format="json"), 1)
    assert json.loads(line)["message"].startswith("Still at work")


@pytest.mark.parametrize("quiet", [{"quiet": True}, {"serves": True}, {"shows_bars": True}])
def test_nobody_is_told_who_did_not_ask_or_sees_it_otherwise(quiet):
    async def work():
        for _ in range(20):
            await asyncio.sleep(0.001)

    with contextlib.redirect_stderr(io.StringIO()) as heard:
        Cli(**quiet).run(work)
    assert heard.getvalue() == ""


def test_a_sync_says_how_much_was_read_and_what_it_reads_now():
    progress = SyncProgress()
    assert progress.so_far() == ""
    for stream, read in (("tickets", 500), ("notes", 20), ("tickets", 1_000)):
        progress("psa", StreamReport(stream, state="running", read=read))
    assert progress.so_far() == "1,020 records read, now psa tickets"
