"""Proposing a write, and sending it at once when that is asked for: what every act that proposes does."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, Unpack

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.faces import Proposal, proposal
from servicedesk_core.faces.offer import Said
from servicedesk_core.features.writes.pages import exit_code, told, warning
from servicedesk_core.outbox.views import WriteView, after_act, asked_before, view_of
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.scope import Scope

P = ParamSpec("P")
T = TypeVar("T")


def _fails(write: WriteView) -> int:
    return exit_code([write])


def proposes(
    name: str, **said: Unpack[Said]
) -> Callable[[Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]], Proposal[P, T]]:
    """Declare an act that proposes a write: :func:`servicedesk_core.faces.proposal`, shown and told as writes are.

    Args:
        name: Its name, words joined with dots.
        said: See :class:`servicedesk_core.faces.offer.Said`.
    """
    shown: Said = {"page": "servicedesk_core.features.writes.pages:write", "fails": _fails, **said}
    return proposal(name, warns=warning, tells=told, **shown)


class ProposingDesk(ConfiguredDesk, Protocol):
    """A desk that proposes and sends writes."""

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


async def proposed(
    desk: ProposingDesk,
    intended: Callable[[], Awaitable[Intent]],
    request_id: str | None,
    scope: Scope | None,
    *,
    send: bool,
    also: Callable[[Tx, StoredWrite], None] | None = None,
    proposing: Callable[[Intent], Awaitable[WriteView]] | None = None,
    sends_following: Callable[[Tx, int], bool] = lambda _tx, _number: True,
) -> WriteView:
    """Propose what is intended, or return what was proposed by the same request before; send it when asked to.

    Args:
        desk: The desk.
        intended: Returns what is wanted; asked only where the request is new.
        request_id: The caller's own id of the act.
        scope: What whoever acts may see.
        send: Whether it is approved and sent at once, with what follows it.
        also: Stores what belongs to a new proposal, in the same transaction.
        proposing: Stores it with what else belongs to it, in place of ``also``.
        sends_following: Says of its number whether what follows it is approved with it; else that waits for an approval
            of its own.

    Raises:
        NotPermittedError: Whoever acts may not approve, and it was to be sent.
        WriteError: The id belongs to another request, or the vendor would refuse it.
        WriteNotGrantedError: The configuration does not grant it.
    """
    if send:
        desk.permitted(Capability.WRITES_APPROVE, "writes.approve")
    view = await desk.store.read(partial(asked_before, request_id=request_id))
    if view is None:
        intent = await intended()
        view = await (proposing(intent) if proposing else desk.outbox.propose(intent, also=also))
    number = view.id
    try:
        shown = await desk.store.read(lambda tx: view_of(tx, number, scope))
    except NotFoundLocallyError as error:
        message = f'The id "{request_id}" belongs to another request.'
        raise WriteError(message, hint="Give each request an id of its own.") from error
    if not send or shown.state != "proposed":
        return shown

    def still_proposed(tx: Tx) -> list[int]:
        following = shown.followed_by if sends_following(tx, number) else ()
        return [one for one in following if outbox.get(tx, one).state is WriteState.PROPOSED]

    await desk.outbox.approve_own([number, *await desk.store.read(still_proposed)], send=True)
    return (await desk.store.read(lambda tx: after_act(tx, [number], scope)))[0]
