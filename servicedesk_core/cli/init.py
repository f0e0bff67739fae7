"""``servicedesk init``."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.shell.context import Cli, RefusedError
from servicedesk_core.errors import ConfigurationError, ConnectorError, SettingsError
from servicedesk_core.printing import printable

if TYPE_CHECKING:
    from servicedesk_core.machine.setup import Question
    from servicedesk_core.plugins.vocabulary import Vocabulary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    ctx: typer.Context,
    *,
    connector: Annotated[str | None, typer.Option("--connector", help="Id of an installed connector.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the connection [default: psa].")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the connector; may be repeated."),
    ] = None,
    environment: Annotated[str, typer.Option("--environment", help="live or sandbox.")] = "live",
    desk_name: Annotated[str | None, typer.Option("--desk-name", help="Your company's name.")] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", help="IANA name, for example America/New_York.")] = None,
    proxy: Annotated[
        str | None, typer.Option("--proxy", help="Proxy to the vendor: its address, or env:NAME when it has a login.")
    ] = None,
    ca_file: Annotated[str | None, typer.Option("--ca-file", help="PEM file with your company's certificates.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask the vendor nothing; propose no mapping.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is given and proposed.")] = False,
    service: Annotated[
        bool, typer.Option("--service", help="Write definitions to begin with, from the data of the configured desk.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help='With --service: a new folder [default: "service" beside the file].')
    ] = None,
) -> None:
    """Write a commented servicedesk.toml for your own system.

    Asks which connector, where its secrets are (never the secrets themselves), reads your own lists of statuses,
    priorities, queues and note types from the vendor, and proposes what each word means. Changes nothing there.

    With --service it writes calendars, SLA policies, goals, work kinds and alert rules into a folder, from the hours
    in which your technicians work and from the agreements of your PSA; beside each target stands what history reached.
    """
    from servicedesk_core.config.toml_file import write_settings  # noqa: PLC0415
    from servicedesk_core.machine import setup  # noqa: PLC0415
    from servicedesk_core.machine.discovery import discover  # noqa: PLC0415
    from servicedesk_core.machine.installed import connector_choices, settings_class  # noqa: PLC0415
    from servicedesk_core.plugins.vocabulary import Vocabulary  # noqa: PLC0415

    cli: Cli = ctx.obj
    if service:
        _start_service(cli, to)
        return
    path = cli.config
    if path.exists() and not force:
        if yes:
            raise SettingsError(f"{path} exists already.", hint="Name another with --config, or say --force.")
        cli.confirm(f"{path} exists already. Replace it?", yes=False)
    ask = _Asker(interactive=not yes, plain_allowed=environment == "sandbox")
    connector = connector or ask.text("Connector", key="--connector", choices=connector_choices())
    model = settings_class(connector, path.absolute().parent)
    given = _pairs(settings or [])
    name = name or ask.text("Name of the connection", key="--name", default="psa")
    desk = {
        "name": desk_name or ask.text("Your company's name", key="--desk-name", default="Service desk"),
        "timezone": timezone or ask.zone(),
        "store": "sqlite:///servicedesk.db",
    }
    options: dict[str, Any] = {"connector": connector, "environment": environment}
    for question in setup.questions(connector, model):
        value = given.pop(question.key, None)
        options[question.key] = ask.checked(question, value) if value else ask.setting(question)
    options |= given
    network = {key: value for key, value in (("proxy", proxy), ("ca_file", ca_file)) if value}
    found = None
    if not offline:
        try:
            cli.say("Reading your own lists (this changes nothing) ...")
            found = cli.run(
                lambda: discover(
                    desk, name, options, redactor=cli.redactor, directory=path.absolute().parent, network=network
                )
            )
        except (ConfigurationError, ConnectorError) as error:
            if yes:
                raise
            cli.complain(error, error.connection)
            cli.confirm("Write the file without proposals?", yes=False)
    words = found.words if found else Vocabulary()
    show_vocabulary(cli, words)
    if not yes:
        words = words.decided(ask.meanings(words))
    text = setup.render_settings(desk=desk, name=name, connection=options, words=words, network=network)
    write_settings(path, text, overwrite=path.exists())
    if found:
        found.count()
    cli.say(f"Written: {path}")
    for word_table, label in words.unknown:
        cli.say(f"  no meaning yet: {word_table} {label!r}")
    cli.say(f"Next: servicedesk connections test {name}; servicedesk sync {name} --plan; servicedesk sync {name}")


def _start_service(cli: Cli, to: Path | None) -> None:
    from servicedesk_core.machine.starting import start_service  # noqa: PLC0415

    folder, names = cli.with_store(lambda desk: start_service(desk, to))
    cli.say(f"Written into {folder}: {', '.join(names)}")
    cli.say("Read them, and change what is not so. Next:")
    for words in (f"sla replay --policy {folder}", "definitions plan", 'definitions apply --reason "what we promise"'):
        cli.say(f"  servicedesk {words}")


def show_vocabulary(cli: Cli, words: "Vocabulary") -> None:
    """Show what is proposed."""
    rows = [
        (word_table, label, meaning.value if meaning else "?")
        for word_table, meanings in words.tables.items()
        for label, meaning in meanings.items()
    ]
    if rows and not cli.quiet:
        cli.table(("List", "Your word", "Means"), rows, to=cli.err)


def _pairs(settings: list[str]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise SettingsError("--set wants KEY=VALUE.", hint="For example: --set username=env:AUTOTASK_USERNAME")
        pairs[key.strip()] = value
    return pairs


class _Asker:
    """Asks on standard error and reads from standard input; without a person it says which option is missing."""

    def __init__(self, *, interactive: bool, plain_allowed: bool) -> None:
        self._interactive = interactive
        self._plain_allowed = plain_allowed

    def text(self, what: str, *, key: str, default: str | None = None, choices: tuple[str, ...] = ()) -> str:
        """Return an answer."""
        if not self._interactive:
            if default is not None:
                return default
            raise SettingsError(f"{what} is not given.", hint=f"Say it with {key}. {_known(choices)}".rstrip())
        listed = f" ({', '.join(choices)})" if choices else ""
        prompt = f"{what}{listed}{f' [{default}]' if default else ''}: "
        while True:
            answer = self._line(prompt)
            answer = answer or default or ""
            if answer and (not choices or answer in choices):
                return answer
            sys.stderr.write(f"Please answer. {_known(choices)}\n")

    def zone(self) -> str:
        """Return the desk's time zone; asks again until it is one."""
        from servicedesk_core.machine.setup import local_timezone, timezone_problem  # noqa: PLC0415

        while problem := timezone_problem(
            zone := self.text("Time zone of the desk", key="--timezone", default=local_timezone())
        ):
            sys.stderr.write(f"{zone} is {problem}\n")
        return zone

    def setting(self, question: "Question") -> str:
        """Return the value of a setting; for a secret only a reference to it."""
        what = f"{question.key} ({question.description})" if question.description else question.key
        if question.is_secret and self._interactive:
            sys.stderr.write("Where the secret is, not the secret itself:\n")
        while True:
            answer = self.text(what, key=f"--set {question.key}=…", default=question.suggestion or None)
            try:
                return self.checked(question, answer)
            except SettingsError as error:
                if not self._interactive:
                    raise
                sys.stderr.write(f"{error}\n")

    def checked(self, question: "Question", answer: str) -> str:
        """Return a value that may be written down.

        Raises:
            SettingsError: It is a secret itself, and the system is a real one.
        """
        from servicedesk_core.config.secrets import scheme_of  # noqa: PLC0415

        if not question.is_secret or self._plain_allowed or scheme_of(answer):
            return answer
        raise SettingsError(
            f"{question.key}: that seems to be the secret itself, which is never written down.",
            hint=f"Say where it is: {question.suggestion} (a variable that you set), file:PATH or "
            "keyring:SERVICE/NAME. Only with --environment sandbox a secret may stand in the file.",
        )

    def meanings(self, words: "Vocabulary") -> dict[tuple[str, str], StrEnum]:
        """Ask for the meaning of every word that has none; an empty answer leaves it open."""
        from servicedesk_core.domain.proposals import MEANINGS  # noqa: PLC0415

        answers: dict[tuple[str, str], StrEnum] = {}
        for word_table, label in words.unknown:
            meanings = MEANINGS[word_table]
            while answer := self._line(
                f"What does the {word_table} {label!r} mean ({', '.join(meanings)})? [leave open] "
            ):
                if answer in list(meanings):
                    answers[word_table, label] = meanings(answer)
                    break
        return answers

    def _line(self, prompt: str) -> str:
        from servicedesk_core.cli.shell.running import answer  # noqa: PLC0415

        line = answer(printable(prompt))
        if not line:
            raise RefusedError("The input ended before the questions did.", hint="Use --yes and options in scripts.")
        return line.strip()


def _known(choices: tuple[str, ...]) -> str:
    return f"Installed: {', '.join(choices)}." if choices else ""
