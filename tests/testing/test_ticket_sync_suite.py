"""The suite of ticket sync passes a connector that keeps the contract, and fails one that loses or leaks silently."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, Field, SecretStr

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Note, NoteVisibility, StatusCategory, Ticket
from servicedesk_core.errors import CursorError, MappingError, UnsupportedError
from servicedesk_core.hooks import (
    Capabilities,
    Mapped,
    Page,
    PullMode,
    SourceRecord,
    StreamCapability,
    VocabularyMapping,
    fingerprint,
)
from servicedesk_core.testing import TicketSyncSuite, opened

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = VocabularyMapping(
    status={"Open": StatusCategory.IN_PROGRESS, "Done": StatusCategory.CLOSED},
    note_visibility={"Portal": NoteVisibility.PUBLIC},
)
DATA = {
    "tickets": [{"id": n, "status": ("Open", "Done")[n % 2], "at": (START + timedelta(hours=n)).isoformat()}
                for n in range(1, 13)],
    "notes": [{"id": n, "ticket": n, "kind": ("Portal", "Staff")[n % 2], "at": (START + timedelta(hours=n)).isoformat()}
              for n in range(1, 8)],
}  # fmt: skip


class LogIn(BaseModel):
    keys: tuple[SecretStr, ...] = ()


class Settings(ConnectorSettings):
    token: SecretStr = SecretStr("letmein-please")
    logins: dict[str, LogIn] = Field(default_factory=lambda: {"eu": LogIn(keys=(SecretStr("a-key-deep-inside"),))})


class Acme(Connector[Settings]):
    """Reads two streams of a vendor that gives at most ``most`` records a page, until one is empty."""

    Settings = Settings
    most = 100

    async def open(self):
        pass

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Acme", streams=(StreamCapability("tickets"), StreamCapability("notes")))

    def since(self, request):
        return request.since if request.mode is PullMode.INCREMENTAL else None

    def newest(self, rows):
        return max((datetime.fromisoformat(row["at"]) for row in rows), default=None)

    def is_last(self, rows, size):
        return not rows

    def payload(self, row):
        return row

    def visibility(self, raw):
        return self.ctx.mapping.note_visibility.get(raw["kind"], NoteVisibility.INTERNAL)

    @hookimpl
    async def pull(self, request):
        if request.stream not in DATA:
            raise UnsupportedError("There is no such stream.")
        if request.resume and not request.resume.startswith("1:"):
            raise CursorError("Not ours.")
        last, since, size = int((request.resume or "1:0")[2:]), self.since(request), request.page_size or 100
        while True:
            rows = [row for row in DATA[request.stream] if row["id"] > last]
            rows = [row for row in rows if since is None or datetime.fromisoformat(row["at"]) >= since]
            rows = rows[: min(size, self.most)]
            is_last = self.is_last(rows, size)
            last = rows[-1]["id"] if rows else last
            records = [SourceRecord(str(row["id"]), self.payload(row)) for row in rows]
            yield Page(records, None if is_last else f"1:{last}", is_last, max_stamp=self.newest(rows))
            if is_last:
                return

    @hookimpl
    def map_record(self, stream, raw):
        if not isinstance(raw.get("id"), int):
            raise MappingError("the record has no id")
        at, ref = datetime.fromisoformat(raw["at"]), str(raw["id"])
        if stream == "notes":
            note = Note(external_id=ref, ticket_ref=str(raw["ticket"]), modified_at=at, visibility=self.visibility(raw))
            return Mapped(note)
        category = self.ctx.mapping.status.get(raw["status"])
        return Mapped(Ticket(external_id=ref, title="x", status_category=category, modified_at=at))

    @hookimpl
    def mapping_version(self, stream):
        words = self.ctx.mapping
        return f"1-{fingerprint([sorted(words.status.items()), sorted(words.note_visibility.items())])}"


class AcmeSuite(TicketSyncSuite):
    internal_note = "1"

    @pytest.fixture
    async def connector(self):
        async with opened(Acme, Settings(), mapping=WORDS) as acme:
            yield acme

    @pytest.fixture
    def cut_pages(self, monkeypatch):
        async def cut():
            monkeypatch.setattr(Acme, "most", 2)

        return cut


class TestAcme(AcmeSuite):
    pass


A_DAY = timedelta(days=1)


def a_day_late(self, request):
    return request.since + A_DAY if request.mode is PullMode.INCREMENTAL else None


def exclusive(self, request):
    return request.since + timedelta(microseconds=1) if request.mode is PullMode.INCREMENTAL else None


MUTANTS = {
    "since a day late": ({"since": a_day_late}, "change_at_the_bound", "never read"),
    "an exclusive bound": ({"since": exclusive}, "change_at_the_bound", "never read"),
    "no stamps": ({"newest": lambda self, rows: None}, "newest_stamp", "no max_stamp"),
    "stamps in 2099": ({"newest": lambda self, rows: datetime(2099, 1, 1, tzinfo=UTC)}, "newest_stamp", "in no record"),
    "stamps of the first": (
        {"newest": lambda self, rows: datetime.fromisoformat(rows[0]["at"]) if rows else None},
        "newest_stamp",
        "is older than",
    ),
    "one version for ever": (
        {"mapping_version": hookimpl(lambda self, stream: "1")},
        "other_version",
        "keep their old meaning",
    ),
    "every note public": (
        {"visibility": lambda self, raw: NoteVisibility.PUBLIC},
        "internal_note",
        "clients may read",
    ),
    "the token in a payload": (
        {"payload": lambda self, row: {**row, "sent": {"auth": self.ctx.settings.token.get_secret_value()}}},
        "no_secret",
        "a secret stands in the payload",
    ),
    "a secret from deep inside the settings": (
        {"payload": lambda self, row: {**row, "by": self.ctx.settings.logins["eu"].keys[0].get_secret_value()}},
        "no_secret",
        "a secret stands in the payload",
    ),
    "a short page is the end": (
        {"is_last": lambda self, rows, size: len(rows) < size},
        "cuts_lose_nothing",
        "taken for the last",
    ),
}
TESTS = {
    "change_at_the_bound": "test_a_change_at_the_bound_of_an_incremental_pass_comes",
    "newest_stamp": "test_pages_tell_the_newest_stamp_of_their_records",
    "other_version": "test_words_that_mean_something_else_are_another_version",
    "internal_note": "test_an_internal_note_is_internal",
    "no_secret": "test_no_secret_stands_in_a_payload",
    "cuts_lose_nothing": "test_pages_that_the_vendor_cuts_lose_nothing",
}


@pytest.mark.parametrize("mutant", list(MUTANTS))
async def test_a_connector_that_loses_or_leaks_fails_the_suite(mutant, monkeypatch):
    hooks, test, message = MUTANTS[mutant]
    broken = type("Broken", (Acme,), hooks)

    async def cut():
        monkeypatch.setattr(broken, "most", 2)

    more = {"cut_pages": cut} if test == "cuts_lose_nothing" else {}
    async with opened(broken, Settings(), mapping=WORDS) as connector:
        with pytest.raises(AssertionError, match=message):
            await getattr(AcmeSuite(), TESTS[test])(connector, **more)
