"""The connector of exported files."""

from collections import deque
from collections.abc import AsyncIterator, Generator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

from pydantic import Field

from servicedesk_core.connectors.tabular.declaration import CODE_VERSION, FileMapping, load_mapping
from servicedesk_core.connectors.tabular.looking import HALF_WRITTEN, look, remembered
from servicedesk_core.connectors.tabular.meaning import Means, meaning_of
from servicedesk_core.connectors.tabular.opening import ends_with_a_line, opened
from servicedesk_core.connectors.tabular.reading import rows
from servicedesk_core.connectors.tabular.source import Part, keyed_rows, pages, parts_of
from servicedesk_core.domain import STREAMS, TicketEvent
from servicedesk_core.domain.folding import SPAN, Derivable
from servicedesk_core.errors import ConnectorError, MappingError, ProtocolError, SettingsError, UnsupportedError
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    FieldInfo,
    Mapped,
    Page,
    PullMode,
    PullRequest,
    StreamCapability,
    StreamCheck,
    VendorIdentity,
    hookimpl,
)

_PAGE_SIZE = 5_000
_COUNTED_BYTES = 50_000_000
_PAGES_WITH_LINES = 4


class TabularSettings(ConnectorSettings):
    """Keys of a connection with ``connector = "tabular"``."""

    files: tuple[FileMapping, ...] = Field(default=(), description="The files, and what their columns mean.")
    mapping_file: str | None = Field(default=None, description="A TOML file that holds the files tables instead.")
    base_dir: Path = Field(default=Path(), description="Where relative paths start.")
    account: str | None = Field(
        default=None, min_length=1, description="Name of the system that the files come from; the connection's name."
    )


class Tabular(Connector[TabularSettings]):
    """Reads CSV, TSV and JSONL files, also gzipped, by a declared mapping."""

    Settings: ClassVar[type[ConnectorSettings]] = TabularSettings

    def __init__(self, ctx: ConnectorContext[TabularSettings]) -> None:
        super().__init__(ctx)
        self._recent: deque[dict[str, int]] = deque(maxlen=_PAGES_WITH_LINES)

    @cached_property
    def _by_stream(self) -> dict[str, tuple[FileMapping, ...]]:
        settings = self.ctx.settings
        declared = settings.files
        if settings.mapping_file:
            declared += load_mapping(settings.base_dir / settings.mapping_file)
        if not declared:
            raise SettingsError(
                "No file is declared.",
                hint="Add a [[connections.NAME.files]] table; `servicedesk mapping check FILE` proposes one.",
                connection=self.ctx.connection,
            )
        by_stream = {
            stream: found for stream in STREAMS if (found := tuple(one for one in declared if one.stream == stream))
        }
        for stream, mappings in by_stream.items():
            self._check_together(stream, mappings)
        return by_stream

    def _check_together(self, stream: str, mappings: tuple[FileMapping, ...]) -> None:
        if len({one.name for one in mappings}) < len(mappings):
            raise SettingsError(
                f"Several files bring {stream}; each needs a name of its own.",
                hint='Add name = "…" to each.',
                connection=self.ctx.connection,
            )
        if len({(one.order, one.layout, frozenset(one.derive)) for one in mappings}) > 1:
            raise SettingsError(
                f"The files that bring {stream} must agree on order, layout and derive.",
                connection=self.ctx.connection,
            )

    @cached_property
    def _meanings(self) -> dict[tuple[str, str | None], Means]:
        return {
            (stream, one.name if len(mappings) > 1 else None): meaning_of(one, self.ctx.mapping)
            for stream, mappings in self._by_stream.items()
            for one in mappings
        }

    def _mappings(self, stream: str) -> tuple[FileMapping, ...]:
        if stream not in self._by_stream:
            raise UnsupportedError(
                f"No file is declared for {stream}.",
                hint="Declare one, or leave the stream out of streams.",
                connection=self.ctx.connection,
            )
        return self._by_stream[stream]

    def _parts(self, stream: str) -> tuple[Part, ...]:
        return parts_of(self._mappings(stream), self.ctx.settings.base_dir)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say which streams the declared files bring."""
        return Capabilities(
            vendor="Files",
            streams=tuple(
                StreamCapability(
                    stream,
                    page_size=_PAGE_SIZE,
                    rebuilds=True,
                    folds_into="tickets" if stream == TicketEvent.stream and mappings[0].layout == "event" else None,
                    event_order="sequence" if mappings[0].order == "file" else "time",
                    derives=_derived(mappings),
                    vendor_entities=tuple(one.path for one in mappings),
                )
                for stream, mappings in self._by_stream.items()
            ),
            access=("This account must be able to read the files.",),
        )

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the source; files carry no tenant, so the operator's name for it counts."""
        account = self.ctx.settings.account or self.ctx.connection
        return VendorIdentity(vendor="tabular", account=account, name=account)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Open each file and read its beginning."""
        return tuple([await self.ctx.run_blocking(self._check, stream) for stream in streams])

    def _check(self, stream: str) -> StreamCheck:
        try:
            parts = self._parts(stream)
            for part in parts:
                with opened(part.path) as bytes_:
                    next(rows(bytes_, part.path, part.mapping), None)
            return StreamCheck(stream, readable=True, visible=self._count(parts))
        except (ConnectorError, SettingsError) as error:
            return StreamCheck(stream, readable=False, note=str(error))

    @hookimpl
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """List the columns that the mapping uses."""
        found: dict[str, FieldInfo] = {}
        for mapping in self._mappings(stream):
            tables = {"": mapping.columns, "ticket.": mapping.ticket, "custom_fields.": mapping.custom_fields}
            for prefix, rules in tables.items():
                for field, rule in rules.items():
                    for column in rule.sources:
                        found.setdefault(column, FieldInfo(column, label=column, maps_to=prefix + field))
        return tuple(found.values())

    @hookimpl
    async def count(self, request: PullRequest) -> int | None:
        """Count the rows of files that are not very large, where all of them are wanted."""
        if request.mode is not PullMode.BACKFILL:
            return None
        try:
            return await self.ctx.run_blocking(lambda: self._count(self._parts(request.stream)))
        except ProtocolError:  # a damaged file is told by the pull, which keeps what stands before the damage
            return None

    @staticmethod
    def _count(parts: tuple[Part, ...]) -> int | None:
        if sum(_unpacked_size(part.path) for part in parts) > _COUNTED_BYTES:
            return None
        return sum(1 for _ in keyed_rows(parts))

    @hookimpl
    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read the files of a stream from the beginning, or from a position; unchanged files cost one look."""
        run = self.ctx.run_blocking
        seen_key = f"look/{request.stream}"
        parts = await run(self._parts, request.stream)
        version = self.mapping_version(request.stream)
        since = request.since if request.mode is PullMode.INCREMENTAL else None
        known = await self.ctx.state.get(seen_key) or {} if request.resume is None else {}
        if since is not None and request.resume is None:
            now = self.ctx.clock.now()
            untouched = await run(partial(look, known, parts, version, since=since, now=now))
            if untouched is not None:
                if untouched != known:
                    await self.ctx.state.put(seen_key, untouched)
                yield Page((), None, last=True)
                return
        memory = None if request.mode is PullMode.RECONCILE else await run(remembered, parts, version, since)
        found = _Pages(
            pages(
                parts,
                resume=request.resume,
                size=min(request.page_size or _PAGE_SIZE, _PAGE_SIZE),
                ids_only=request.mode is PullMode.RECONCILE,
            )
        )
        half = known.get(HALF_WRITTEN)
        try:
            while True:
                page, lines = await run(found.next)
                ids = dict(zip((one.external_id for one in page.records), lines, strict=True))
                self._recent.append(ids)
                if half in ids:
                    half = None
                if page.last and memory is not None:
                    if half is not None:
                        page = replace(page, gone=(half,))
                    is_open = ids and not await run(ends_with_a_line, parts[-1].path)
                    await self.ctx.state.put(seen_key, memory | {HALF_WRITTEN: list(ids)[-1] if is_open else None})
                yield page
                if page.last:
                    return
        finally:
            await run(found.close)

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what a row means by the declared mapping."""
        means = self._meanings.get((stream, raw.get("file")))
        if means is None:
            raise MappingError("The row comes from a file that is not declared any more.", hint="Sync again.")
        try:
            return means(raw)
        except MappingError as error:
            line = None if raw.get("problem") else self._line_of(raw.get("key"))
            if line is None:
                raise
            raise MappingError(f"Line {line}: {error.message}", hint=error.hint) from None

    def _line_of(self, key: str | None) -> int | None:
        return next((page[key] for page in reversed(self._recent) if key in page), None) if key else None

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        """Name the declared mapping; a change makes core read the files again."""
        vocabulary = self.ctx.mapping.model_dump_json()
        texts = [one.fingerprint() for one in self._mappings(stream)]
        return mapping_version(texts, vocabulary)


def _derived(mappings: tuple[FileMapping, ...]) -> tuple[Derivable, ...]:
    stated = {field for one in mappings for field in one.ticket}
    return tuple(dict.fromkeys((*mappings[0].derive, *(field for field in SPAN if field not in stated))))


def mapping_version(fingerprints: list[str], vocabulary: str) -> str:
    """Return the version of a stream's rules."""
    digest = sha256("\n".join([*fingerprints, vocabulary]).encode()).hexdigest()
    return f"tabular-{CODE_VERSION}-{digest[:24]}"


class _Pages:
    """The pages of a pass, asked for from threads; the files are closed only after a page that is being read."""

    def __init__(self, found: Generator[tuple[Page, list[int]]]) -> None:
        self._found = found
        self._lock = Lock()

    def next(self) -> tuple[Page, list[int]]:
        with self._lock:
            return next(self._found)

    def close(self) -> None:
        with self._lock:
            self._found.close()


def _unpacked_size(path: Path) -> int:
    size = path.stat().st_size
    return size * 10 if path.suffix == ".gz" else size
