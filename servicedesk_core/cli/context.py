"""What every command is given: where the configuration is, and how to talk to the person."""

import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from servicedesk_core.cli import exit_codes, output
from servicedesk_core.errors import ServiceDeskError

if TYPE_CHECKING:
    from rich.console import Console

    from servicedesk_core.redaction import Redactor
    from servicedesk_core.runtime import Problem, ServiceDesk

T = TypeVar("T")
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
        plugin: Distribution of the plugin whose command runs, if it is one's.
    """

    config_option: Path | None = None
    debug: bool = False
    quiet: bool = False
    plugin: str | None = None

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

    def say(self, text: str) -> None:
        """Tell the person something that is not data."""
        if not self.quiet:
            sys.stderr.write(text + "\n")

    def warn(self, text: str) -> None:
        """Tell the person what went wrong, also with ``--quiet``; secrets that this run resolved are masked."""
        sys.stderr.write(self.redactor.text(text) + "\n")

    def complain(self, problem: "ServiceDeskError | Problem", connection: str | None = None) -> None:
        """Print what is wrong, what to do, and the code; secrets that this run resolved are masked."""
        where = f" [{connection}]" if connection else ""
        lines = [f"Error{where}: {problem.message.rstrip()}"]
        lines += [f"  → {problem.hint}"] if problem.hint else []
        lines += [f"  (code {problem.code}, exit {problem.exit_code})"]
        sys.stderr.write(self.redactor.text("\n".join(lines)) + "\n")

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something that cannot be taken back.

        Raises:
            RefusedError: The answer is no, or nobody can be asked.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise RefusedError(f"{question} Nobody can be asked here.", hint="Say --yes if it is meant.")
        sys.stderr.write(f"{question} [y/N] ")
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise RefusedError("Nothing was done.", hint="Answer y, or say --yes, if it is meant.")

    def emit(self, schema: str, data: object, *, as_json: bool, show: Callable[[], None]) -> None:
        """Print a result.

        Args:
            schema: Name of the command with dots, which is the name of its schema.
            data: The result: dataclasses, mappings, lists.
            as_json: Whether ``--json`` was asked for.
            show: Prints the same for people.
        """
        if as_json:
            from servicedesk_core.cli.schemas import DOCUMENTS  # noqa: PLC0415

            output.write_json({"schema": f"servicedesk.{schema}/{DOCUMENTS[schema].version}", "data": data})
        else:
            show()

    def desk(self, **options: Any) -> "AbstractAsyncContextManager[ServiceDesk]":
        """Open the configured desk."""
        from servicedesk_core.runtime import ServiceDesk  # noqa: PLC0415

        return ServiceDesk.open(self.config, redactor=self.redactor, **options)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine; Ctrl-C and SIGTERM end it cleanly."""
        from servicedesk_core.cli.running import run_async  # noqa: PLC0415

        with self.logged():
            return run_async(work)

    def with_desk(self, work: "Callable[[ServiceDesk], Coroutine[Any, Any, T]]", **options: Any) -> T:
        """Open the configured desk, do the work, close it."""

        async def opened() -> T:
            async with self.desk(**options) as desk:
                return await work(desk)

        return self.run(opened)

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Show what the product logs: everything with ``--debug``, else warnings; secrets are masked."""
        from servicedesk_core.redaction import RedactingFilter  # noqa: PLC0415

        handler = logging.StreamHandler()
        handler.addFilter(RedactingFilter(self.redactor))
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s" if self.debug else "%(message)s"))
        logger = logging.getLogger("servicedesk")
        before = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if self.debug else logging.WARNING)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(before)
