"""Requests are counted where they leave, not by the pages that they bring; what nobody can count is unknown."""

import re
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from servicedesk_core.sandboxing import StandIn, json_response, serve
from servicedesk_core.wording import about

HELPDESK = '''
"""A helpdesk whose notes hang on its tickets: one request for each of them."""
import asyncio
from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Note, Ticket
from servicedesk_core.hooks import Capabilities, Mapped, Page, SourceRecord, StreamCapability, VendorIdentity
from servicedesk_core.http import HttpProfile


class HelpdeskSettings(ConnectorSettings):
    url: str
    counts: bool = True
    details: bool = False


class Helpdesk(Connector[HelpdeskSettings]):
    Settings = HelpdeskSettings

    async def open(self):
        self.http = self.ctx.http(HttpProfile(base_url=self.ctx.settings.url, vendor="helpdesk", account="1"))

    @hookimpl
    def describe_capabilities(self):
        streams = (
            StreamCapability("tickets", has_stamp=False, page_size=10),
            StreamCapability("notes", has_stamp=False, page_size=10, needs=("tickets",)),
        )
        return Capabilities("Helpdesk", streams)

    @hookimpl
    async def vendor_identity(self):
        return VendorIdentity("helpdesk", "1", "Example MSP")

    @hookimpl
    async def count(self, request):
        if not self.ctx.settings.counts or request.stream == "notes":
            return None
        return len((await self.http.get("count")).json())

    @hookimpl
    async def pull(self, request):
        for page in range(3):
            found = (await self.http.get("tickets", params={"page": page})).json()
            for number in found if self.ctx.settings.details else ():
                await self.http.get(f"tickets/{number}/details")
            if request.stream == "notes":
                answers = await asyncio.gather(*(self.http.get(f"tickets/{number}/notes") for number in found))
                found = [number for answer in answers for number in answer.json()]
            records = [SourceRecord(str(number), {"n": number}) for number in found]
            yield Page(records, None if page == 2 else f"1:{page + 1}", page == 2)

    @hookimpl
    def map_record(self, stream, raw):
        number = str(raw["n"])
        if stream == "notes":
            return Mapped(Note(external_id=number, ticket_ref=number, body="Text"))
        return Mapped(Ticket(external_id=number, title="Printer jams"))

    @hookimpl
    def mapping_version(self, stream):
        return "1"
'''


@pytest.fixture
def asked():
    """The requests that the helpdesk got, by the last word of their path."""
    return Counter()


@pytest.fixture
def helpdesk(tmp_path, asked):
    class Vendor(StandIn):
        def answer(self, request):
            kind = request.segments[-1]
            asked[kind] += 1
            first = 10 * int(request.param("page") or 0)
            told = {"tickets": list(range(first, first + 10)), "count": list(range(30))}
            return json_response(told.get(kind) or [int(request.segments[-2])])

    (tmp_path / "helpdesk.py").write_text(HELPDESK)
    with serve(Vendor()) as url:

        def configure(**settings):
            lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
            (tmp_path / "servicedesk.toml").write_text(
                f'[connections.psa]\nconnector = "./helpdesk.py:Helpdesk"\nurl = "{url}"\n{lines}'
            )

        configure()
        yield configure


def plan_of(run):
    ran = run("sync", "psa", "--plan", "--json")
    assert ran.code == 0, ran.err
    return ran.json["data"]["items"][0]["plan"]


@pytest.mark.slow
def test_a_stream_is_shown_and_stored_with_every_request_that_was_sent_for_it(run, helpdesk, asked, tmp_path):
    ran = run("sync", "psa", "--json")
    assert ran.code == 0, ran.out + ran.err
    told = {stream["stream"]: stream["requests"] for stream in ran.json["data"]["items"][0]["report"]["streams"]}
    assert told["notes"] == 3 + 30
    assert sum(told.values()) == asked.total()
    with closing(sqlite3.connect(tmp_path / "servicedesk.db")) as db:
        assert dict(db.execute("SELECT stream, requests FROM runs")) == told
    assert re.search(r"^notes .* 33 ", run("sync", "psa", "--full").out, re.MULTILINE)


@pytest.mark.slow
def test_a_plan_says_what_it_cannot_count_and_knows_what_a_record_took_before(run, helpdesk):
    plan = plan_of(run)
    assert plan["unknown"] == ["notes"]
    assert [stream["requests"] for stream in plan["streams"]] == [4, None]
    assert plan["requests"] == 4
    assert "unknown" in run("sync", "psa", "--plan").out
    helpdesk(details="true")
    run("sync", "psa")
    assert plan_of(run)["streams"][0]["requests"] == 34


def test_a_plan_of_what_nobody_can_count_promises_nothing(run, helpdesk):
    helpdesk(counts="false")
    plan = plan_of(run)
    assert [plan[name] for name in ("requests", "hours", "minutes_until_open_usable", "disk_bytes")] == [None] * 4
    out = run("sync", "psa", "--plan").out
    assert re.search(r"Requests, at least +unknown", out)
    assert re.search(r"Time for everything +unknown", out)
    assert re.search(r"Time until open tickets are there +unknown", out)
    assert "0.0" not in out


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a few seconds"), (14, "a few seconds"), (15, "about half a minute"), (44, "about half a minute"),
        (45, "about a minute"), (89, "about a minute"), (100, "about 2 minutes"), (3_500, "about 58 minutes"),
        (3_590, "about an hour"), (5_400, "about 2 hours"), (80_000, "about 22 hours"), (86_000, "about a day"),
        (200_000, "about 2 days"), (10**9, "about 11,574 days"),
    ],
)  # fmt: skip
def test_an_estimated_time_is_no_more_exact_than_it_can_be_known(seconds, said):
    assert about(seconds) == said
