"""What every command is given: where the configuration is, and how to talk to the person."""

import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from servicedesk_core.cli.shell import exit_codes, output
from servicedesk_core.errors import NotPermittedError, ServiceDeskError
from servicedesk_core.faces.document import document_of, json_bytes
from servicedesk_core.printing import printable
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import Console

    from servicedesk_core.desk import Problem, ServiceDesk
    from servicedesk_core.desk.reading import ReadingDesk
    from servicedesk_core.desk.stored import StoredDesk
    from servicedesk_core.faces.terminal import Narrow
    from servicedesk_core.redaction import Redactor

T = TypeVar("T")
D = TypeVar("D", bound="StoredDesk")
CONFIG_VARIABLE = "SERVICEDESK_CONFIG"
DEFAULT_CONFIG = "servicedesk.toml"


class RefusedError(ServiceDeskError):
    """Something needs a yes that was not given."""

    code = "refused"
    exit_code = exit_codes.REFUSED


@dataclass
class Cli:
    """One run of the program.

    Attributes:
        config_option: The file named on the command line, if any.
        debug: Whether to log everything and show tracebacks.
        quiet: Whether to keep messages and progress to ourselves.
        acting_as: The person whose place is taken, if one is.
        log_format: ``text``, or ``json``: each message is an object on a line then; what a person is asked is not.
        as_json: Whether a document is asked for: then an error is one too.
        is_for_programs: Whether a document or CSV is asked for.
        plugin: Distribution of the plugin whose command runs, if it is one's.
        serves: Whether this run goes on for months: its log tells each job and names the time.
        shows_bars: Whether bars on the terminal show how far this run is.
        doing: Returns what this run has done so far, for whoever waits for it; may be empty.
        zone: Time zone in which people are shown instants: the desk's, once it is open; ``None`` is the machine's.
    """

    config_option: Path | None = None
    debug: bool = False
    quiet: bool = False
    acting_as: str | None = None
    log_format: str = "text"
    as_json: bool = False
    is_for_programs: bool = False
    plugin: str | None = None
    serves: bool = False
    shows_bars: bool = False
    doing: Callable[[], str] = str
    zone: "tzinfo | None" = None

    @property
    def config(self) -> Path:
        """The configuration file: ``--config``, else ``SERVICEDESK_CONFIG``, else ``./servicedesk.toml``."""
        return self.config_option or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)

    @cached_property
    def out(self) -> "Console":
        """Where data goes."""
        return output.console()

    @cached_property
    def err(self) -> "Console":
        """Where messages, questions and progress go."""
        return output.console(stderr=True)

    @cached_property
    def redactor(self) -> "Redactor":
        """Knows the secrets that this run has resolved."""
        from servicedesk_core.redaction import Redactor  # noqa: PLC0415

        return Redactor()

    def aside(self) -> "Cli":
        """Return the same run, whose data goes where messages go."""
        aside = copy(self)
        aside.out = self.err
        return aside

    def say(self, text: str) -> None:
        """Tell the person something that is not data."""
        if not self.quiet:
            self._tell("INFO", text)

    def warn(self, text: str) -> None:
        """Tell the person what went wrong, also with ``--quiet``; secrets that this run resolved are masked."""
        self._tell("WARNING", self.redactor.text(text))

    def complain(self, problem: "ServiceDeskError | Problem", connection: str | None = None) -> None:
        """Print what is wrong, what to do, and the code; secrets that this run resolved are masked."""
        mask = self.redactor.text
        if self.log_format == "json":
            hint = mask(problem.hint) if problem.hint else None
            facts = {"code": problem.code, "exit": problem.exit_code, "hint": hint, "connection": connection}
            self._tell("ERROR", mask(problem.message.rstrip()), **facts)
            return
        where = f" [{connection}]" if connection else ""
        lines = [f"Error{where}: {problem.message.rstrip()}"]
        lines += [f"  → {problem.hint}"] if problem.hint else []
        lines += [f"  (code {problem.code}, exit {problem.exit_code})"]
        self._tell("ERROR", mask("\n".join(lines)))

    def _tell(self, level: str, text: str, **facts: object) -> None:
        text = printable(text)
        if self.log_format == "json":
            from servicedesk_core.cli.shell.logs import json_line  # noqa: PLC0415  # logging is imported where needed

            text = json_line(level, text, **facts)
        with suppress(OSError, ValueError):  # whoever read it is gone; that is told where data is written
            sys.stdout.flush()  # in a pipe, too, what was shown before stands before what is said of it
        sys.stderr.write(text + "\n")

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        title: str | None = None,
        empty: str = "",
        to: "Console | None" = None,
        narrow: "Narrow | None" = None,
    ) -> None:
        """Print a table; columns that hold numbers only are right-aligned.

        Args:
            columns: The headings.
            rows: The cells, as values.
            title: Printed above.
            empty: What is said in place of a table without rows: what would fill it.
            to: Where to; without it, where data goes.
            narrow: What a list can do without in a narrow terminal, so that each row stays one line.
        """
        from servicedesk_core.cli.shell.tables import show_table  # noqa: PLC0415

        cells = list(rows)
        if cells or not empty:
            left_out = show_table(to or self.out, columns, cells, title=title, zone=self.zone, narrow=narrow)
            if left_out:
                self.say(f"No room here for {', '.join(left_out)}; a wider terminal, a pipe or --json shows all.")
        else:
            self.say(empty)

    def rows(
        self,
        row: type,
        found: Iterable[object],
        *,
        title: str | None = None,
        empty: str = "",
        chosen: Sequence[str] = (),
    ) -> None:
        """Print rows of one type under the headings of its columns.

        Args:
            row: The type, whose fields are annotated with :class:`servicedesk_core.faces.Column`.
            found: The rows.
            title: Printed above.
            empty: What is said in place of a table without rows.
            chosen: The columns that somebody named; then none is left out in a narrow terminal.
        """
        from servicedesk_core.cli.shell.rows import narrow, shown_columns  # noqa: PLC0415
        from servicedesk_core.faces.column import cell  # noqa: PLC0415

        columns = shown_columns(row, chosen)
        cells = [[cell(name, getattr(one, name)) for name in columns] for one in found]
        titles = [column.title for column in columns.values()]
        self.table(titles, cells, title=title, empty=empty, narrow=None if chosen else narrow(columns))

    def line(self, text: str = "", *, style: str = "") -> None:
        """Print text; without a terminal no line is broken."""
        self.out.print(text, style=style or None, soft_wrap=True)

    def facts(self, pairs: Iterable[tuple[str, object]], *, to: "Console | None" = None) -> None:
        """Print names and values, one pair on a line; pairs without a value are left out."""
        from servicedesk_core.cli.shell.tables import show_facts  # noqa: PLC0415

        show_facts(to or self.out, pairs, zone=self.zone)

    def plain(self, value: object) -> str:
        """Return a value as one line for a person; an instant in the desk's time zone, and with its name."""
        return output.plain(value, self.zone, named=True)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something that cannot be taken back.

        Raises:
            RefusedError: The answer is no, or nobody can be asked.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise RefusedError(f"Nobody can be asked here: {question}", hint="Say --yes to answer with yes.")
        from servicedesk_core.cli.shell.running import answer  # noqa: PLC0415

        if answer(f"{printable(question)} [y/N] ").strip().lower() not in {"y", "yes"}:
            raise RefusedError("Nothing was done.", hint="Answer y, or say --yes, if it is meant.")

    def emit(
        self, schema: str, data: object, *, version: int | None = None, as_json: bool, show: Callable[[], None]
    ) -> None:
        """Print a result.

        Args:
            schema: Name of the command with dots, which is the name of its schema.
            data: The result: dataclasses, mappings, lists.
            version: Version of the schema; ``None`` = the one in the table of documents.
            as_json: Whether ``--json`` was asked for.
            show: Prints the same for people.
        """
        if as_json:
            from servicedesk_core.cli.shell.schemas import DOCUMENTS  # noqa: PLC0415

            document = DOCUMENTS.get(schema)
            if document is not None:
                version = version or document.version
                data = {"items": data, "next": None} if document.many else data
            text = json_bytes(document_of(schema, version, data)).decode()
            self.as_json = False  # what goes wrong from here on is no document: there is one already
            sys.stdout.write(text)
        else:
            show()

    def desk(self, **options: Any) -> "AbstractAsyncContextManager[ServiceDesk]":
        """Open the configured desk."""
        from servicedesk_core.desk import ServiceDesk  # noqa: PLC0415
        from servicedesk_core.people import Way  # noqa: PLC0415

        return ServiceDesk.open(self.config, redactor=self.redactor, actor=Way.CLI, **options)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine; Ctrl-C and SIGTERM end it cleanly."""
        from servicedesk_core.cli.shell.alive import said_to_be_alive  # noqa: PLC0415
        from servicedesk_core.cli.shell.running import run_async  # noqa: PLC0415

        async def told() -> T:
            async with said_to_be_alive(self):
                return await work()

        with self.logged():
            return run_async(told)

    def with_desk(self, work: "Callable[[ServiceDesk], Coroutine[Any, Any, T]]", **options: Any) -> T:
        """Open the configured desk, do the work, close it; from then on instants are shown in its time zone."""

        async def opened() -> T:
            async with self.desk(**options) as desk:
                self._speak_as(desk)
                self.doing = lambda: counted(desk.requests_sent, "request") + " sent" if desk.requests_sent else ""
                return await work(await self._told(await self._acting(desk)))

        return self.run(opened)

    def with_store(self, work: "Callable[[StoredDesk], Coroutine[Any, Any, T]]") -> T:
        """Do work that queries of features answer: the store is opened for reading, and no connection.

        Whatever only reads opens no more than this or :meth:`with_reader`; what asks a vendor or writes takes
        :meth:`with_desk`.
        """
        from servicedesk_core.desk.stored import StoredDesk  # noqa: PLC0415

        return self._read(StoredDesk, work)

    def with_reader(self, work: "Callable[[ReadingDesk], Coroutine[Any, Any, T]]") -> T:
        """Do work that the store answers, and no query: the connections, the jobs, an export."""
        from servicedesk_core.desk.reading import ReadingDesk  # noqa: PLC0415

        return self._read(ReadingDesk, work)

    def _read(self, kind: type[D], work: Callable[[D], Coroutine[Any, Any, T]]) -> T:
        from servicedesk_core.people import Way  # noqa: PLC0415

        async def opened() -> T:
            async with kind.open(self.config, redactor=self.redactor, actor=Way.CLI, read_only=True) as desk:
                self._speak_as(desk)
                return await work(await self._told(await self._acting(desk)))

        return self.run(opened)

    async def _acting(self, desk: D) -> D:
        if not self.acting_as:
            return desk
        from servicedesk_core.desk.permitting import keeping_refusal, stand_in  # noqa: PLC0415
        from servicedesk_core.desk.stored import StoredDesk  # noqa: PLC0415

        try:
            return desk.acting_as(stand_in(desk.rights, self.acting_as))
        except NotPermittedError:
            with keeping_refusal(desk.actor, "--as"):
                # That of the command may be open for reading only.
                async with StoredDesk.open(
                    self.config, redactor=self.redactor, actor=desk.actor, migrate="never"
                ) as own:
                    await own.note_refusal("--as")
            raise

    async def _told(self, desk: D) -> D:
        """Tell a person what rings and nobody has taken on; a program, which wants a document, is told nothing."""
        from servicedesk_core.capabilities import Capability  # noqa: PLC0415
        from servicedesk_core.store.queries.ringing import is_ringing  # noqa: PLC0415

        is_told = not (self.is_for_programs or self.serves or self.quiet) and desk.may(Capability.PAGES_ACKNOWLEDGE)
        if is_told and await desk.store.read(is_ringing):
            from servicedesk_core.features.paging import unanswered  # noqa: PLC0415  # most of the time nothing rings

            scope = desk.rights.scope
            for one in await desk.store.read(lambda tx: unanswered(tx, scope)):
                what = f"Nobody has taken on page {one.number}: {one.subject}."
                self.warn(f"{what} Run: servicedesk paging acknowledge {one.number}")
        return desk

    def _speak_as(self, desk: "StoredDesk") -> None:
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        self.zone = ZoneInfo(desk.settings.desk.timezone)

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Show what the product logs: everything with ``--debug``, else warnings, of a server jobs too.

        Secrets are masked. A server's lines begin with the instant in UTC: nobody was there when they were written.
        """
        import logging  # noqa: PLC0415  # what only prints help need not wait for it

        from servicedesk_core.cli.shell.logs import JsonLines, TextLines  # noqa: PLC0415
        from servicedesk_core.redaction import RedactingFilter  # noqa: PLC0415

        handler = logging.StreamHandler()
        handler.addFilter(RedactingFilter(self.redactor))
        for_people = TextLines(dated=self.serves, named=self.debug)
        handler.setFormatter(JsonLines() if self.log_format == "json" else for_people)
        least = logging.INFO if self.serves and not self.quiet else logging.WARNING
        logger = logging.getLogger("servicedesk")
        before = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if self.debug else least)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(before)
