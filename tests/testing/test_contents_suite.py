"""The suite of ticket sync fails a connector that cuts files, doubles them, or shows them to clients."""

from contextlib import suppress

import pytest

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Attachment, NoteVisibility
from servicedesk_core.errors import NotFoundError, ServiceDeskError
from servicedesk_core.hooks import Capabilities, FetchOutcome, FetchStatus, Mapped, SourceRecord, StreamCapability
from servicedesk_core.testing import opened
from servicedesk_core.testing.suites.contents import ContentTruths

FILES = {"1": b"all of the first file", "2": b"\x00\xff and more"}


class Acme(Connector[ConnectorSettings]):
    """Reads the files of a vendor that may give half of one."""

    Settings = ConnectorSettings
    half = False
    public = False
    tells_size = True

    async def open(self):
        pass

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Acme", streams=(StreamCapability("attachments"),))

    @hookimpl
    async def fetch_records(self, stream, refs):
        for ref in refs:
            yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, {"id": ref, "size": len(FILES[ref])}),))

    @hookimpl
    def map_record(self, stream, raw):
        seen = NoteVisibility.PUBLIC if self.public else NoteVisibility.INTERNAL
        size = raw["size"] if self.tells_size else None
        return Mapped(Attachment(external_id=raw["id"], name="a", size_bytes=size, visibility=seen))

    def content(self, ref):
        if ref not in FILES:
            raise NotFoundError("There is no such file.")
        return FILES[ref][: len(FILES[ref]) // 2] if self.half else FILES[ref]

    def begin(self, into):
        into.restart()

    @hookimpl
    async def fetch_content(self, attachment, into):
        self.begin(into)
        for byte in self.content(attachment.external_id):
            into.write(bytes([byte]))


class Suite(ContentTruths):
    known_content = FILES
    internal_attachment = "1"

    @pytest.fixture
    async def connector(self):
        async with opened(Acme, ConnectorSettings()) as acme:
            yield acme

    @pytest.fixture
    def cut_content(self, monkeypatch):
        async def cut():
            monkeypatch.setattr(Acme, "half", True)

        return cut


class TestAcme(Suite):
    pass


async def swallows(self, attachment, into):
    self.begin(into)
    for byte in self.content(attachment.external_id):
        with suppress(ServiceDeskError):
            into.write(bytes([byte]))


MUTANTS = {
    "content cut": ({"content": lambda self, ref: FILES[ref][:-1]}, "whole_and_once", "bytes of"),
    "content doubled": ({"begin": lambda self, into: None}, "whole_and_once", "bytes of"),
    "a limit that is passed over": ({"fetch_content": hookimpl(swallows)}, "too_large_is_not_read_on", "DID NOT RAISE"),
    "nothing for a file that is gone": (
        {"content": lambda self, ref: FILES.get(ref, b"")}, "not_there_is_an_error", "DID NOT RAISE",
    ),
    "no word of the size": ({"tells_size": False}, "the_vendor_cuts_is_noticed", "half of the file"),
    "every file public": ({"public": True}, "attachment_is_internal", "clients may see"),
}  # fmt: skip
TESTS = {
    "whole_and_once": "test_the_content_of_a_file_comes_whole_and_once",
    "too_large_is_not_read_on": "test_content_that_is_too_large_is_not_read_on",
    "not_there_is_an_error": "test_content_that_is_not_there_is_an_error",
    "the_vendor_cuts_is_noticed": "test_content_that_the_vendor_cuts_is_noticed",
    "attachment_is_internal": "test_an_internal_attachment_is_internal",
}


@pytest.mark.parametrize("mutant", list(MUTANTS))
async def test_a_connector_that_spoils_or_shows_files_fails_the_suite(mutant, monkeypatch):
    changes, test, message = MUTANTS[mutant]
    broken = type("Broken", (Acme,), changes)

    async def cut():
        monkeypatch.setattr(broken, "half", True)

    more = {"cut_content": cut} if test == "the_vendor_cuts_is_noticed" else {}
    async with opened(broken, ConnectorSettings()) as connector:
        with pytest.raises((AssertionError, pytest.fail.Exception), match=message):
            await getattr(Suite(), TESTS[test])(connector, **more)
