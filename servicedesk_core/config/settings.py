"""What ``servicedesk.toml`` says, as data."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.claims import ClaimsSection
from servicedesk_core.config.exclusions import ExcludeSection
from servicedesk_core.config.listening import ApiSection, ConsoleSection, PublicSection
from servicedesk_core.config.network import NetworkSection
from servicedesk_core.config.operating import (
    AlertsSection,
    JobName,
    MailChannel,
    MessagesSection,
    MorningSection,
    PagingSection,
    Schedule,
    ServeSection,
)
from servicedesk_core.config.parts import PartsSection
from servicedesk_core.config.people import PersonName, PersonSection
from servicedesk_core.config.values import Budget, Raw, Since, TimeZone
from servicedesk_core.config.writes import OrdersSection, WritesSection
from servicedesk_core.domain import STREAMS, Model
from servicedesk_core.hooks.vocabulary import VocabularyMapping
from servicedesk_core.ports import KEEP_ALL_RAW, BudgetPolicy
from servicedesk_core.redaction import secrets_in

_STORE = re.compile(r"sqlite:///.+|postgresql(\+psycopg)?://.+|(env|file|keyring):.+")

_GRANT = re.compile(r"[a-z_]+\.[a-z_]+")


def _stream(name: str) -> str:
    if name not in STREAMS:
        msg = f'"{name}" is not a stream.{did_you_mean(name, STREAMS)} Streams are {", ".join(STREAMS)}.'
        raise ValueError(msg)
    return name


def _store_url(url: str) -> str:
    if not _STORE.fullmatch(url):
        msg = (
            'write "sqlite:///servicedesk.db", "postgresql+psycopg://user@host/name", '
            'or a reference to it such as "env:SERVICEDESK_STORE"'
        )
        raise ValueError(msg)
    return url


def _grant(grant: str) -> str:
    if not _GRANT.fullmatch(grant):
        msg = 'name what is written and how, such as "tickets.update"'
        raise ValueError(msg)
    return grant


ConnectionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
Grant = Annotated[str, AfterValidator(_grant)]


class DeskSection(Model):
    """The desk itself: ``[desk]``."""

    name: str = Field(default="Service desk", min_length=1, description="Your company's name, as reports show it.")
    timezone: TimeZone = Field(
        default="UTC",
        validate_default=True,
        description="IANA time zone of the desk; days and hours are counted in it.",
    )
    store: Annotated[str, AfterValidator(_store_url)] = Field(
        default="sqlite:///servicedesk.db",
        repr=False,
        description="Where records are kept. A relative SQLite path starts at the folder of this file.",
    )
    keep_changes_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="How many days the changes feed and the list of runs are kept. What a named consumer of the feed "
        "has not read yet stays longer.",
    )


class PluginsSection(Model):
    """Which plugins may run: ``[plugins]``."""

    disable: tuple[str, ...] = Field(
        default=(), description="Plugins or distributions that are never imported, whatever else asks for them."
    )
    extensions: tuple[str, ...] = Field(default=(), description="Installed extensions to switch on.")


class ConnectionSettings(Model):
    """One use of a connector: ``[connections.NAME]``. Keys that are not listed here belong to the connector."""

    model_config = ConfigDict(frozen=True, extra="allow")

    connector: str = Field(
        min_length=1,
        description='Id of an installed connector, or, while you write one, its file and class: "./acme.py:Acme".',
    )
    environment: Literal["live", "sandbox"] = Field(
        default="live", description="Live and sandbox never share a store; plain secrets are accepted in sandbox only."
    )
    streams: tuple[Annotated[str, AfterValidator(_stream)], ...] = Field(
        default=(), description="Kinds of records to pull; empty = all that the connector offers."
    )
    budget: Budget = Field(
        default=BudgetPolicy(),
        description='Share of the vendor\'s quota, such as "40%", or a number of requests in each of its windows.',
    )
    writes: tuple[Grant, ...] = Field(
        default=(), description='What may be changed at the vendor, such as "tickets.update"; empty = nothing.'
    )
    raw: Raw = Field(
        default=KEEP_ALL_RAW, description='How long the vendor\'s own payloads are kept: "full", "days:90" or "none".'
    )
    exclude: ExcludeSection = Field(
        default=ExcludeSection(), description="What is never stored: kinds of records, companies, fields."
    )
    since: Since | None = Field(
        default=None,
        description='How far back to pull: a date, or days before the first sync, as "365d"; left out = everything.',
    )
    history_requests: int = Field(
        default=200,
        ge=0,
        description="Requests that one run may spend on the vendor's own ticket history, where it costs extra.",
    )
    children_requests: int | None = Field(
        default=None,
        ge=0,
        description="Requests that one run may spend on each kind of records that can only be read parent by parent, "
        "such as the notes of each ticket; left out = as many as the vendor's quota leaves for old records in a "
        "quarter of an hour, and 1,000 at most.",
    )
    settings_version: int | None = Field(
        default=None, ge=1, description="Version of the connector's own settings that this table was written for."
    )
    mapping: VocabularyMapping = Field(
        default=VocabularyMapping(), description="What your own words for status, priority, queue and notes mean."
    )

    @property
    def options(self) -> dict[str, Any]:
        """The connector's own keys, as they stand in the file: references are not resolved."""
        return dict(self.model_extra or {})

    def __repr_args__(self) -> Any:
        """Leave the connector's own values out of every representation: they may be plain secrets of a sandbox."""
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class DeskSettings(Model):
    """The whole configuration of a desk.

    Attributes:
        desk: The desk itself.
        plugins: Which plugins may run.
        network: The way to the vendors.
        schedules: When `servicedesk serve` runs each job, by its name; others at their usual times.
        serve: How it works.
        api: Where programs ask.
        public: What the open net may reach of it.
        alerts: When somebody is told, and who.
        morning: What the morning page goes by, and who gets it.
        paging: How single people of ours are told something.
        messages: How clients are told something.
        writes: When sending stops and asks, and how much is sent at once.
        claims: Claims against manufacturers.
        orders: How much may be ordered without another person's approval.
        parts: Who bills the parts that tickets take.
        people: Who works with the desk, by name; empty = every account of this machine may do everything.
        connections: The connections by name.
        path: The file it was read from; ``None`` when a program made it.
    """

    desk: DeskSection = DeskSection()
    plugins: PluginsSection = PluginsSection()
    network: NetworkSection = NetworkSection()
    schedules: dict[JobName, Schedule] = Field(default_factory=dict)
    serve: ServeSection = ServeSection()
    api: ApiSection = ApiSection()
    console: ConsoleSection = ConsoleSection()
    public: PublicSection = PublicSection()
    alerts: AlertsSection = AlertsSection()
    morning: MorningSection = MorningSection()
    paging: PagingSection = PagingSection()
    messages: MessagesSection = MessagesSection()
    writes: WritesSection = WritesSection()
    claims: ClaimsSection = ClaimsSection()
    orders: OrdersSection = OrdersSection()
    parts: PartsSection = PartsSection()
    people: dict[PersonName, PersonSection] = Field(default_factory=dict)
    connections: dict[ConnectionName, ConnectionSettings] = Field(default_factory=dict)
    path: Path | None = Field(default=None, exclude=True)

    @property
    def directory(self) -> Path:
        """Where relative paths start: the folder of the file, or the current one."""
        return self.path.parent if self.path else Path()

    def beside(self, path: str) -> Path:
        """Return a path of this configuration; a relative one starts at its folder."""
        return self.directory / Path(path).expanduser()

    @property
    def where(self) -> str:
        """How messages call this configuration."""
        return self.path.name if self.path else "The configuration"

    @model_validator(mode="after")
    def _connections_differ_by_more_than_case(self) -> Self:
        folded = [name.casefold() for name in self.connections]
        if len(set(folded)) < len(folded):
            msg = "two connections have names that differ only in upper and lower case"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _what_is_mailed_has_a_server(self) -> Self:
        mailed = {"morning": self.morning.mail, "paging": self.paging.mail, "messages": self.messages.mail}
        for key, name in ((f"{section}.mail", name) for section, name in mailed.items()):
            if name is not None and not isinstance(self.alerts.channels.get(name), MailChannel):
                mails = [one for one, channel in self.alerts.channels.items() if isinstance(channel, MailChannel)]
                msg = (
                    f'{key} names "{name}", which is no alert channel of the kind "smtp".'
                    f'{did_you_mean(name, mails)} Write [alerts.channels.{name}] with kind = "smtp"'
                )
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _people_can_be_told_apart(self) -> Self:
        accounts = [(person.account or name).casefold() for name, person in self.people.items()]
        for folded in ([name.casefold() for name in self.people], accounts):
            if twice := next((name for name in folded if folded.count(name) > 1), None):
                msg = f'[people] has two people for "{twice}"; a name and an account belong to one'
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _what_people_see_can_be_found(self) -> Self:
        for name, person in self.people.items():
            if problem := person.problem(self.connections, self.orders.currency):
                msg = f"[people.{name}] {problem}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _the_store_of_a_live_desk_keeps_its_password_elsewhere(self) -> Self:
        is_live = any(connection.environment == "live" for connection in self.connections.values())
        if self.path is not None and is_live and any(secrets_in(self.desk.store)):
            msg = (
                "desk.store holds the password itself; write a reference to the whole address, such as "
                '"env:SERVICEDESK_STORE" or "file:PATH", or leave the password out and keep it in PostgreSQL\'s own '
                'password file. Plain secrets are accepted only with environment = "sandbox"'
            )
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _environments_never_mix(self) -> Self:
        by_environment: dict[str, str] = {}
        for name, connection in self.connections.items():
            by_environment.setdefault(connection.environment, name)
        if len(by_environment) > 1:
            live, sandbox = by_environment["live"], by_environment["sandbox"]
            msg = (
                f'connection "{live}" is live and "{sandbox}" is a sandbox, and one store never holds both; '
                "use one configuration for each"
            )
            raise ValueError(msg)
        return self


CORE_KEYS = frozenset(ConnectionSettings.model_fields)
"""Keys of ``[connections.NAME]`` that core keeps for itself."""
