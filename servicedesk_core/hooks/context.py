"""What a connector is given: its settings and everything it may use."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, ParamSpec, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from servicedesk_core.hooks.vocabulary import VocabularyMapping
from servicedesk_core.ports import BudgetPolicy, Clock, LogSink, StateStore, TokenStore, Window

if TYPE_CHECKING:  # the HTTP kit is imported by the connectors that use it
    from servicedesk_core.http import HttpClient, HttpProfile


class ConnectorSettings(BaseModel):
    """Base of a connector's own settings; secrets are :class:`pydantic.SecretStr` fields, and never blank.

    Core removes its own keys (``connector``, ``environment``, ``streams``, ``budget`` …) and resolves secret references
    before it validates the rest against this class.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings_version: ClassVar[int] = 1

    @classmethod
    def migrate_settings(cls, old: dict[str, Any], version: int) -> dict[str, Any]:
        """Turn settings written for an older ``settings_version`` into today's; pure.

        Args:
            old: The keys as they stand in the configuration.
            version: The version they were written for.

        Returns:
            Keys that this class accepts.
        """
        del version
        return old

    @field_validator("*")
    @classmethod
    def _no_blank_secret(cls, value: Any) -> Any:
        """A variable that is empty would be found out by the vendor's refusal only."""
        if isinstance(value, SecretStr) and not value.get_secret_value().strip():
            raise ValueError("must not be empty")
        return value


SettingsT = TypeVar("SettingsT", bound=ConnectorSettings)
P = ParamSpec("P")
T = TypeVar("T")


class RunBlocking(Protocol):
    """Runs a blocking function on a thread."""

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns; a watchdog reports a call that hangs."""


class HttpOpener(Protocol):
    """Makes the connection's HTTP client."""

    def __call__(self, profile: "HttpProfile") -> "HttpClient":
        """Return a client for the profile; the host closes it."""


@dataclass(frozen=True, slots=True)
class ConnectorContext(Generic[SettingsT]):
    """Everything that a connector may use; nothing here does I/O by itself.

    Attributes:
        connection: Name of the connection in the configuration.
        settings: The connector's own settings, validated, secrets resolved.
        environment: ``live`` or ``sandbox``.
        mapping: The operator's translation of the tenant's words.
        streams: Streams that the configuration asks for; empty = all that the connector offers.
        budget: What the operator grants of the vendor's quota; see :meth:`vendor_budget`.
        http: Makes the HTTP client.
        clock: The time.
        log: A logger that names the connection and redacts secrets.
        state: Small durable memory of this connection.
        tokens: Tokens of this connection.
        run_blocking: For libraries that block.
    """

    connection: str
    settings: SettingsT
    environment: str
    mapping: VocabularyMapping
    streams: tuple[str, ...]
    budget: BudgetPolicy
    http: HttpOpener
    clock: Clock
    log: LogSink
    state: StateStore
    tokens: TokenStore
    run_blocking: RunBlocking

    def vendor_budget(
        self,
        *,
        requests: int | None,
        window_s: float = 3600.0,
        concurrency: int | None = None,
        further: tuple[Window, ...] = (),
        errors: Window | None = None,
    ) -> BudgetPolicy:
        """Return the policy for :class:`HttpProfile`: the vendor's limits within what the operator grants.

        A number of requests in the configuration becomes a share of the vendor's own limit, because slowing down and
        pausing depend on the use of the whole quota.

        Args:
            requests: Requests that the vendor allows the whole account in each window; ``None`` = it has no limit.
            window_s: Length of the vendor's window in seconds.
            concurrency: Requests that it allows at once for one endpoint.
            further: Its limits in other windows, which hold at the same time.
            errors: Failed requests that it bears in a window before it locks the account out.
        """
        granted, share = self.budget.requests, self.budget.share
        if granted is not None and requests is not None:
            share = min(1.0, granted / requests)
        return replace(
            self.budget,
            requests=requests or granted,
            window_s=window_s,
            share=share,
            concurrency=concurrency,
            further=further,
            errors=errors,
        )
