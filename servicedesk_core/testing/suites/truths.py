"""What a connector must not say wrongly: mistakes that lose changes or show what nobody may see, and raise no error."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum

import orjson
import pytest
from pydantic import BaseModel, SecretBytes, SecretStr

from servicedesk_core.domain import ChildKey, NoteVisibility
from servicedesk_core.hooks import PullMode, PullRequest, VocabularyMapping
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.passes import (
    children_pages,
    ids_of,
    mapped,
    mapped_streams_of,
    pages_of,
    streams_of,
    whole,
)
from servicedesk_core.testing.suites.skipping import require

SHORTEST_SECRET = 5
"""Shorter ones stand in ordinary text by accident."""

FEW = 3


def secrets_of(connector: AnyConnector) -> list[str]:
    """Return the secrets among a connector's settings, however deep they stand."""
    return [value for value in _secrets_in(connector.ctx.settings) if len(value) >= SHORTEST_SECRET]


def _secrets_in(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case SecretBytes():
            yield value.get_secret_value().decode(errors="replace")
        case BaseModel():
            for _, inner in value:
                yield from _secrets_in(inner)
        case Mapping():
            yield from _secrets_in(tuple(value.values()))
        case list() | tuple() | set() | frozenset():
            for inner in value:
                yield from _secrets_in(inner)


async def assert_hides_secrets(connector: AnyConnector, payload: object, what: str) -> None:
    """Make sure that neither a secret of the settings nor a token stands in a payload.

    Args:
        connector: The connector.
        payload: What it would have core store.
        what: Whose payload, for the message.
    """
    token = await connector.ctx.tokens.load()
    given = [*secrets_of(connector), *(one for one in (token and token.access, token and token.refresh) if one)]
    text = orjson.dumps(payload, default=str).decode()
    assert not any(orjson.dumps(one).decode()[1:-1] in text for one in given), f"{what}: a secret stands in the payload"


class TicketSyncTruths:
    """Part of :class:`servicedesk_core.testing.TicketSyncSuite`.

    Attributes:
        page_size: Page size that the tests ask for.
        internal_note: Id of a note that no client may read.
    """

    page_size = 5
    internal_note: str | None = None

    @pytest.fixture
    async def cut_pages(self) -> Callable[[], Awaitable[None]] | None:
        """Return a function that makes the vendor give at most two records a page from then on, without a word.

        Override it to have that tested.
        """
        return None

    async def test_a_change_at_the_bound_of_an_incremental_pass_comes(self, connector: AnyConnector) -> None:
        """``since`` is inclusive: what was changed at that very instant comes, or it never does."""
        require(connector, "pull", "map_record")
        for stream in streams_of(connector):
            if not stream.has_stamp:
                continue
            everything = await pages_of(connector, whole(stream, self.page_size))
            stamps = {
                ref: stamp
                for ref, entity in mapped(connector, stream.stream, everything).items()
                if (stamp := getattr(entity, "modified_at", None)) is not None
            }
            by_stamp = sorted(stamps, key=lambda ref: stamps[ref])
            for ref in {by_stamp[i * (len(by_stamp) - 1) // (FEW - 1)] for i in range(FEW if by_stamp else 0)}:
                request = PullRequest(stream.stream, PullMode.INCREMENTAL, since=stamps[ref], page_size=self.page_size)
                came = ids_of(await pages_of(connector, request))
                assert ref in came, f"{stream.stream}: a change at the bound itself is never read"

    async def test_pages_tell_the_newest_stamp_of_their_records(self, connector: AnyConnector) -> None:
        """The next run begins there: none told, and it begins where this one did; one too new, and changes are lost."""
        require(connector, "pull", "map_record")
        for stream in streams_of(connector):
            if not stream.has_stamp:
                continue
            for page in await pages_of(connector, whole(stream, self.page_size)):
                entities = mapped(connector, stream.stream, [page]).values()
                stamps = {stamp for entity in entities if (stamp := getattr(entity, "modified_at", None)) is not None}
                if not stamps:
                    continue
                told = page.max_stamp
                assert told is not None, f"{stream.stream}: no max_stamp, so each run reads all changes ever"
                assert told >= max(stamps), f"{stream.stream}: max_stamp {told} is older than {max(stamps)} on its page"
                there = stamps | {instant for record in page.records for instant in _instants_in(record.raw)}
                assert told in there, f"{stream.stream}: max_stamp {told} stands in no record of its page"

    async def test_words_that_mean_something_else_are_another_version(self, connector: AnyConnector) -> None:
        """What records would be mapped to differently by other words has another ``mapping_version``."""
        require(connector, "pull", "map_record", "mapping_version")
        for stream in streams_of(connector):
            pages = await pages_of(connector, whole(stream, self.page_size), limit=FEW)
            before = mapped(connector, stream.stream, pages)
            for other in _with_other_words(connector):
                await other.open_offline()
                if mapped(other, stream.stream, pages) != before:
                    same = other.mapping_version(stream.stream) == connector.mapping_version(stream.stream)
                    assert not same, f"{stream.stream}: with other words stored records would keep their old meaning"

    async def test_an_internal_note_is_internal(self, connector: AnyConnector) -> None:
        """A note that no client may read is not mapped to one that they may."""
        require(connector, "pull", "map_record")
        notes = next((stream for stream in mapped_streams_of(connector) if stream.stream == "notes"), None)
        if notes is None:
            pytest.skip("the connector reads no notes")
        if self.internal_note is None:
            pytest.skip("give internal_note to have it tested that clients never see one")
        if notes.children_of is None:
            pages = await pages_of(connector, whole(notes, self.page_size))
        else:
            pages = await children_pages(connector, "notes", ChildKey.of(self.internal_note).parent)
        found = mapped(connector, "notes", pages)
        assert self.internal_note in found, "internal_note is no id of a note"
        said = getattr(found[self.internal_note], "visibility", None)
        assert said is NoteVisibility.INTERNAL, "an internal note is mapped to one that clients may read"

    async def test_no_secret_stands_in_a_payload(self, connector: AnyConnector) -> None:
        """Payloads are stored and exported: no credential of the connection is in them."""
        require(connector, "pull")
        for stream in streams_of(connector):
            for page in await pages_of(connector, whole(stream, self.page_size), limit=FEW):
                await assert_hides_secrets(connector, [record.raw for record in page.records], stream.stream)

    async def test_pages_that_the_vendor_cuts_lose_nothing(
        self, connector: AnyConnector, cut_pages: Callable[[], Awaitable[None]] | None
    ) -> None:
        """A page with fewer records than asked for is not taken for the last one."""
        require(connector, "pull")
        if cut_pages is None:
            pytest.skip("override the fixture cut_pages to have this tested")
        before = {
            stream.stream: set(ids_of(await pages_of(connector, whole(stream, self.page_size))))
            for stream in streams_of(connector)
        }
        await cut_pages()
        for stream in streams_of(connector):
            came = ids_of(await pages_of(connector, whole(stream, self.page_size)))
            assert set(came) == before[stream.stream], f"{stream.stream}: a cut page was taken for the last"


def _instants_in(raw: object) -> Iterator[datetime]:
    """Yield the instants of a payload; a vendor may have several stamps, of which each counts as a change."""
    if isinstance(raw, str):
        try:
            instant = datetime.fromisoformat(raw)
        except ValueError:
            return
        yield instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    elif isinstance(raw, Mapping):
        for value in raw.values():
            yield from _instants_in(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _instants_in(value)


def _with_other_words(connector: AnyConnector) -> list[AnyConnector]:
    """Return the connector with a vocabulary in which each known word means something else."""
    words: VocabularyMapping = connector.ctx.mapping
    others = [
        {name: {word: _another(meaning) for word, meaning in getattr(words, name).items()}}
        for name in type(words).model_fields
    ]
    changed = [VocabularyMapping.model_validate(words.model_dump() | one) for one in others if any(one.values())]
    return [type(connector)(replace(connector.ctx, mapping=mapping)) for mapping in changed]


def _another(known: Enum) -> Enum:
    return next(meaning for meaning in type(known) if meaning is not known)
