"""How a desk begins and ends: settings and store, on which everything else stands."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from copy import copy
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypedDict, TypeVar, Unpack

from servicedesk_core import features
from servicedesk_core.clock import SystemClock
from servicedesk_core.config import (
    DEFAULT_FILE,
    DeskSettings,
    Secrets,
    SecretSource,
    load_settings,
    parse_settings,
    store_url,
)
from servicedesk_core.config.people import Colleague
from servicedesk_core.desk.own_features import OwnFeatures
from servicedesk_core.desk.permitting import Rights, account, keeping_refusal
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.faces import Awaited, Callee, Capability
from servicedesk_core.features.people.roster import Roster
from servicedesk_core.people import Actor, Way
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.store import Migrate

if TYPE_CHECKING:
    from servicedesk_core.faces import Feature
    from servicedesk_core.jobs.job import Job
    from servicedesk_core.plugins import PluginCatalog

P = ParamSpec("P")
T = TypeVar("T")

FOR_A_REFUSAL_S = 2.0
"""How long whoever is refused something waits until that is kept."""


class DeskOptions(TypedDict, total=False):
    """What a desk may be given beside its settings; explained at :class:`servicedesk_core.ServiceDesk`."""

    store: Store | str | None
    secrets: SecretSource | None
    redactor: Redactor | None
    actor: Actor | Way
    clock: Clock | None
    read_only: bool
    migrate: Migrate


class StoredDesk(OwnFeatures[Awaited]):
    """A desk as far as its store reaches: what the queries of features need."""

    def __init__(
        self,
        settings: DeskSettings | Mapping[str, Any],
        *,
        store: Store | str | None = None,
        secrets: SecretSource | None = None,
        redactor: Redactor | None = None,
        actor: Actor | Way = Way.SDK,
        clock: Clock | None = None,
        read_only: bool = False,
        migrate: Migrate = "auto",
    ) -> None:
        self.settings = settings if isinstance(settings, DeskSettings) else parse_settings(settings)
        self.redactor = redactor or Redactor()
        self._roster, self._acts = Roster(self.settings), actor
        self.rights = self._as_who_acts()
        self._clock = clock or SystemClock()
        self._wanted = store
        self._secrets = Secrets(source=secrets, directory=self.settings.directory, on_resolved=self.redactor.register)
        self._read_only = read_only
        self._migrate: Migrate = migrate
        self._stack: AsyncExitStack | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Return a feature of ours, or say what is missing: what stands on the store is there while it is open."""
            is_open = self.__dict__.get("_stack") is not None
            if is_open and name in features.FEATURES:
                part = features.own(name).calls(self)
                setattr(self, name, part)
                return part
            is_missing = not is_open and (name in features.FEATURES or name in self._while_open)
            unopened = ": open the desk first, `async with ServiceDesk(…) as desk:`" if is_missing else ""
            msg = f"{type(self).__name__!r} object has no attribute {name!r}{unopened}"
            raise AttributeError(msg, name=name, obj=self)

    _while_open = frozenset({"_store"})

    @classmethod
    def open(cls, path: Path | str = DEFAULT_FILE, **options: Unpack[DeskOptions]) -> Self:
        """Return the desk that a configuration file describes, to be used as an async context manager.

        Args:
            path: The file.
            options: See the class.

        Raises:
            SettingsError: The file is missing or wrong; all problems at once.
        """
        return cls(load_settings(path), **options)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._store = await self._open_store(stack)
            await self._store.read(self.people_in)
            self.rights = self._as_who_acts()
            await self._open_rest(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close everything; a second call does nothing."""
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.aclose()

    def acting_as(self, actor: Actor, *, only: frozenset[Capability] | None = None) -> Self:
        """Return this desk as somebody else acts on it: the same store and connections, as long as this one is open.

        A program that serves several people takes one for each of them; outbox, claims and audit trail name who acted.

        Args:
            actor: Who.
            only: What they may do at most by the way that they took; ``None`` = whatever they may.
        """
        other = copy(self)
        other.rights, other._stack = Rights(self.settings, actor, self.roster, only), AsyncExitStack()  # noqa: SLF001  # closing it closes nothing
        for name in features.FEATURES:
            vars(other).pop(name, None)
        other._give_parts()  # noqa: SLF001
        return other

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.rights.actor

    @property
    def roster(self) -> Mapping[str, Colleague]:
        """The people by name: those of the configuration, and those who were invited, as somebody last looked."""
        return self._roster.people

    def people_in(self, tx: Tx) -> Mapping[str, Colleague]:
        """Return the people as they are now; a process that serves for long asks before it lets somebody act.

        Raises:
            SettingsError: One name is both in the configuration and among those who were invited.
            DefinitionsError: What is stored of somebody does not fit this program.
        """
        return self._roster.people_in(tx)

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician whoever acts is: the connection, and the vendor's id; ``None`` where nobody said."""
        return self.rights.technician

    def may(self, capability: Capability) -> bool:
        """Whether whoever acts may do something."""
        return capability in self.rights.capabilities

    def permitted(
        self, needs: Capability | None, call: str, scope: Scope | None = None, *, narrows: bool = True
    ) -> Scope | None:
        """Make sure that whoever acts may do something, and return the scope in which they may.

        Args:
            needs: What it takes; ``None`` = everything.
            call: What it is, for the error.
            scope: The scope that it was asked for; ``None`` = the whole desk.
            narrows: Whether the call keeps to a scope; one that does not is refused to who sees a part of the desk.

        Raises:
            NotPermittedError: They may not.
        """
        return self.rights.permitted(needs, call, scope, narrows=narrows)

    async def note_refusal(self, call: str) -> None:
        """Keep in the audit trail that whoever acts was refused an act, without what it was about.

        A desk that only reads keeps nothing. What cannot be kept is logged: nobody waits long for a refusal.
        """
        if not self._read_only:
            from servicedesk_core.store import audit  # noqa: PLC0415  # hardly anybody is ever refused

            refused = partial(audit.append, actor=str(self.actor), action=audit.REFUSED, entity=f"act:{call}")
            with keeping_refusal(self.actor, call):
                await self.store.write(partial(refused, at=self.clock.now()), patience_s=FOR_A_REFUSAL_S)

    async def _ensure_permitted(self, needs: Capability, call: str) -> None:
        """Make sure that whoever acts may do what is about the whole desk; raises like :meth:`permitted`."""
        try:
            self.permitted(needs, call, narrows=False)
        except NotPermittedError:
            await self.note_refusal(call)
            raise

    def _as_who_acts(self) -> Rights:
        who = account(self.settings, self.roster, self._acts) if isinstance(self._acts, Way) else self._acts
        return Rights(self.settings, who, self.roster)

    def _give_parts(self) -> None:
        """Make what stands on the open desk, and acts as the actor."""

    async def call(self, offered: Callee[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask or do what any feature declares, whoever brought it: ``await desk.call(Sites.list, state="open")``.

        Args:
            offered: The declaration, as an attribute of its class, or a figure.
            args: What it is given, like all that follows.
            kwargs: See there.
        """
        return await offered.of(self, *args, **kwargs)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.settings.desk.name

    @property
    def timezone(self) -> str:
        """The IANA zone in which it shows instants."""
        return self.settings.desk.timezone

    @property
    def store(self) -> Store:
        """The desk's own database; private to the core, like the room it belongs to."""
        return self._store

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._clock

    @property
    def secrets(self) -> Secrets:
        """Resolves secret references."""
        return self._secrets

    @cached_property
    def catalog(self) -> "PluginCatalog":
        """The plugins that are installed, without those that are switched off; found when somebody asks."""
        from servicedesk_core.plugins import PluginCatalog  # noqa: PLC0415  # most of what reads the store asks nobody

        return PluginCatalog.of(self.settings)

    @cached_property
    def features(self) -> "tuple[Feature, ...]":
        """Our features and those installed ones that can be used."""
        return features.with_ours(self.catalog.features())

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """Names of the connections that hold no records, such as manufacturers: nothing is pulled from them."""
        from servicedesk_core.plugins.offering import lacking  # noqa: PLC0415  # see above

        return lacking(self.catalog, self.settings, "pull")

    @cached_property
    def known_jobs(self) -> "Mapping[str, Job]":
        """Its jobs by name; wrong schedules raise a :class:`servicedesk_core.errors.SettingsError`."""
        from servicedesk_core.jobs.registry import jobs_of  # noqa: PLC0415  # see above

        return jobs_of(self.settings, self.features, self.unread)

    async def _open_rest(self, stack: AsyncExitStack) -> None:
        """Open what stands on the store."""

    async def _open_store(self, stack: AsyncExitStack) -> Store:
        if isinstance(self._wanted, Store):
            return self._wanted
        url = self._wanted or store_url(self.settings, self._secrets)
        opening = partial(Store.open, url, clock=self._clock, migrate=self._migrate, read_only=self._read_only)
        store = await asyncio.to_thread(opening)
        stack.push_async_callback(store.aclose)
        return store
