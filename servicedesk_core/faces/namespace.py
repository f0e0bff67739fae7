"""How a feature is reached from Python: each of its calls is awaited, or waited for."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from servicedesk_core.ports import Clock

P = ParamSpec("P")
T = TypeVar("T")


class Awaited:
    """Of a namespace whose calls are awaited."""


class Waiting:
    """Of a namespace whose calls wait for their result."""


Manner = TypeVar("Manner", bound=Awaited | Waiting)


class Transactions(Protocol):
    """The store, as far as a feature uses it: work in one transaction."""

    async def read(self, work: Callable[[Any], T], /) -> T:
        """Do what only reads."""
        ...

    async def write(self, work: Callable[[Any], T], /) -> T:
        """Do what may write."""
        ...


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

    Args:
        function: What is awaited.
    """

    owner: type[Namespace[Any]]
    """The namespace that declares it."""

    def __init__(self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self.work = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type[Namespace[Any]], name: str) -> None:
        self.owner = owner
        self.attribute = name

    @overload
    def __get__(self, instance: None, owner: type) -> "Method[P, T]": ...
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


def method(function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Method[P, T]:
    """Make a coroutine function a call of its namespace that only Python offers."""
    return Method(function)
