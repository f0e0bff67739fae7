"""A stand-in that is served on loopback, and connections to it: what the tests of every connector begin with.

In ``conftest.py``::

    class AcmeStand(Stand[Acme]):
        connector_class = Acme

    shared_stand, stand, stand_with = stand_fixtures(lambda **options: AcmeStand.serving(Sandbox(**options)))

In a test::

    async def test_a_wrong_token_is_refused(stand):
        async with stand.connector(token="wrong") as acme:
            ...
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from typing import Any, ClassVar, Generic, Self, TypeVar

import pytest

from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.sandboxing import serve
from servicedesk_core.testing.clock import ImpatientClock
from servicedesk_core.testing.context import opened

ConnectorT = TypeVar("ConnectorT", bound=AnyConnector)
StandT = TypeVar("StandT", bound="Stand[Any]")

_CONTEXT = frozenset({"connection", "environment", "mapping", "streams", "budget", "state", "tokens", "offline"})


class Stand(Generic[ConnectorT]):
    """A served stand-in and ways to connect to it. Subclass it and name the connector.

    Args:
        url: Where it is served.
        sandbox: The stand-in.

    Attributes:
        connector_class: The connector.
        grants: What its connections may write unless a test says otherwise.
        more: Settings of its connections beside those that the stand-in tells.
    """

    connector_class: ClassVar[type[AnyConnector]]
    grants: ClassVar[Collection[str]] = ()
    more: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, url: str, sandbox: Any) -> None:
        self.url = url
        self.sandbox = sandbox

    @classmethod
    @contextmanager
    def serving(cls, sandbox: Any) -> Iterator[Self]:
        """Serve a stand-in while the block lasts; it is closed afterwards if it can be.

        Args:
            sandbox: The ASGI application, such as a :class:`servicedesk_core.sandboxing.StandIn`.
        """
        with ExitStack() as stack:
            if hasattr(sandbox, "close"):
                stack.callback(sandbox.close)
            yield cls(stack.enter_context(serve(sandbox)), sandbox)

    @property
    def requests(self) -> Any:
        """How often each operation was called, by the stand-in's own count."""
        return self.sandbox.requests

    def settings(self, **changes: Any) -> ConnectorSettings:
        """Return settings that the stand-in accepts: what it tells, and what else a connection of the tests needs.

        Args:
            **changes: Settings that are to be others; ``None`` = as if nobody had said it.
        """
        given = {**self.sandbox.told(self.url), **self.more, **changes}
        return self.connector_class.Settings(**{key: value for key, value in given.items() if value is not None})

    def clock(self) -> Clock:
        """Return the time of a connection: the machine's, but nobody waits for it."""
        return ImpatientClock()

    @asynccontextmanager
    async def connector(
        self,
        *,
        grants: Collection[str] | None = None,
        clock: Clock | None = None,
        redactor: Redactor | None = None,
        transport: Any = None,
        **given: Any,
    ) -> AsyncIterator[ConnectorT]:
        """Open a connector to the stand-in; it and its HTTP clients are closed at the end of the block.

        Args:
            grants: What it may write; ``None`` = :attr:`grants`.
            clock: The time; ``None`` = :meth:`clock`.
            redactor: Learns and masks secrets.
            transport: Replaces the network.
            **given: Arguments of :func:`opened` by name (``offline``, ``state``, ``tokens``, ``environment`` …); the
                rest are changes of the settings.

        Yields:
            The opened connector.
        """
        time = clock or self.clock()
        context = {name: given.pop(name) for name in _CONTEXT & given.keys()}
        http = HttpFactory(
            connection=context.get("connection", "test"),
            ledger=InMemoryLedger(time),
            clock=time,
            grants=frozenset(self.grants if grants is None else grants),
            redactor=redactor or Redactor(),
            transport=transport,
        )
        known = {name: value for name, value in context.items() if value is not None}
        async with opened(self.connector_class, self.settings(**given), clock=time, http=http, **known) as connector:
            yield connector  # type: ignore[misc]  # it is an instance of connector_class


def stand_fixtures(serving: Callable[..., AbstractContextManager[StandT]]) -> tuple[Any, Any, Any]:
    """Return three fixtures for a ``conftest.py``, to be bound to the names ``shared_stand, stand, stand_with``.

    ``shared_stand`` is served once a session. ``stand`` is the same one with counters, records and faults of the test's
    own: its sandbox is ``reset``. ``stand_with`` serves one more with other options, for one test.

    Args:
        serving: Serves a stand while its block lasts; gets the options of ``stand_with``.
    """

    @pytest.fixture(scope="session")
    def shared_stand() -> Iterator[StandT]:
        with serving() as running:
            yield running

    @pytest.fixture
    def stand(shared_stand: StandT) -> StandT:
        shared_stand.sandbox.reset()
        return shared_stand

    @pytest.fixture(scope="session")
    def stand_with() -> Callable[..., AbstractContextManager[StandT]]:
        return serving

    return shared_stand, stand, stand_with
