"""How a feature is reached from Python: each of its calls is awaited, or waited for."""

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from servicedesk_core.arguments import refuse_single, several_in
from servicedesk_core.capabilities import READING, Capability
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.people import Actor
from servicedesk_core.ports import Clock, Transactions

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Awaited:
    """Of a namespace whose calls are awaited."""


class Waiting:
    """Of a namespace whose calls wait for their result."""


Manner = TypeVar("Manner", bound=Awaited | Waiting)


class Desk(Protocol):
    """What a feature uses of the desk."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def timezone(self) -> str:
        """The IANA zone in which it shows instants."""
        ...

    @property
    def store(self) -> Transactions:
        """The desk's own database."""
        ...

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician whoever acts is: the connection, and the vendor's id; ``None`` where nobody said."""
        ...

    def may(self, capability: Capability, /) -> bool:
        """Whether whoever acts may do something."""
        ...

    def permitted(self, needs: Capability | None, call: str, scope: Any = None, *, narrows: bool = True) -> Any:
        """Make sure that whoever acts may do something, and return the scope in which they may.

        Args:
            needs: What it takes; ``None`` = everything.
            call: What it is, for the error.
            scope: The scope that it was asked for; ``None`` = the whole desk.
            narrows: Whether the call keeps to a scope; one that does not is refused to who sees a part of the desk.

        Raises:
            NotPermittedError: They may not.
        """
        ...

    async def note_refusal(self, call: str, /) -> None:
        """Keep in the audit trail that whoever acts was refused an act, without what it was about."""
        ...


class Callee(Protocol[P, T_co]):
    """What can be called on a desk: a query, an act, a method, or a figure."""

    async def of(self, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> T_co:
        """Call it on a desk."""
        ...


class Waits(Protocol):
    """Waits for a coroutine's result."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T:
        """Return the result."""
        ...


class Namespace(Generic[Manner]):
    """The calls of a feature, such as ``desk.tickets``.

    Args:
        desk: The desk that is asked.
        wait: Waits for each call; ``None`` = the caller awaits it.
    """

    def __init__(self, desk: Desk, wait: Waits | None = None) -> None:
        self.desk = desk
        self.wait = wait


class Method(Generic[P, T]):
    """A call of a namespace; as an attribute of one it is a method, as one of the class it is this declaration.

    Whoever acts must have the capability that it needs. A parameter ``scope`` is narrowed to what they see; a call
    without one is refused to who sees a part of the desk.

    Args:
        function: What is awaited.
        needs: What it takes; ``None`` = nobody said, and only who may do everything may do it.
        name: What it is called in an error; without it as the function, behind the name of its package.
        unscoped: Why the function has no parameter ``scope``; every other one takes one.

    Raises:
        TypeError: It takes no scope and does not say why, or the other way round.
    """

    owner: type[Namespace[Any]]
    """The namespace that declares it."""

    def __init__(
        self,
        function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
        needs: Capability | None = None,
        name: str = "",
        unscoped: str = "",
    ) -> None:
        self.needs, self.name, self.unscoped = needs, name or function.__name__, unscoped
        signed = inspect.signature(function)
        narrows, several = "scope" in signed.parameters, several_in(signed)
        if narrows is bool(unscoped):
            msg = f"{self.name} takes a scope, or says in `unscoped` why it takes none"
            raise TypeError(msg)

        @wraps(function)
        async def permitted(namespace: Namespace[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
            refuse_single(self.name, kwargs, several)
            try:
                scope = namespace.desk.permitted(needs, self.name, kwargs.get("scope"), narrows=narrows)
                if scope is not None:
                    kwargs["scope"] = scope
                return await function(namespace, *args, **kwargs)
            except NotPermittedError:
                if self.keeps_refusals:
                    await namespace.desk.note_refusal(self.name)
                raise

        self.work = permitted
        self.__doc__ = function.__doc__

    @property
    def keeps_refusals(self) -> bool:
        """Whether the audit trail keeps who was refused it: every act, and what takes more than to be a reader."""
        return self.needs not in READING

    def __set_name__(self, owner: type[Namespace[Any]], name: str) -> None:
        self.owner = owner
        self.attribute = name
        feature = owner.__module__.rpartition(".")[0].rpartition(".")[2]
        if feature and self.name == name:  # nobody said what it is called
            self.name = f"{feature}.{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Namespace[Awaited], owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, instance: Namespace[Waiting], owner: type) -> Callable[P, T]: ...
    def __get__(self, instance: Namespace[Any] | None, owner: type) -> Any:
        """Return the method, or the declaration."""
        if instance is None:
            return self
        wait, awaited = instance.wait, instance if instance.wait is None else type(instance)(instance.desk)

        @wraps(self.work)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            work = self.work(awaited, *args, **kwargs)
            return work if wait is None else wait(work)

        return call

    async def of(self, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it on a desk, whatever brought it."""
        return await self.work(self.owner(desk), *args, **kwargs)


@overload
def method(declared: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]], /) -> Method[P, T]: ...
@overload
def method(
    declared: Capability, /, *, unscoped: str = ""
) -> Callable[[Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]], Method[P, T]]: ...
def method(declared: Any, /, *, unscoped: str = "") -> Any:
    """Make a coroutine function a call of its namespace that only Python offers: ``@method(Capability.READ)``."""
    if isinstance(declared, Capability):
        return lambda function: Method(function, declared, unscoped=unscoped)
    return Method(declared)
