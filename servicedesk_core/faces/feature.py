"""The object that says what a feature brings, ours and those of others alike."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from servicedesk_core.faces.job import JobKind
from servicedesk_core.faces.reference import named

if TYPE_CHECKING:  # the help page of the program looks at every feature, and at nothing that they bring
    from servicedesk_core.faces.alerting import AlertRule
    from servicedesk_core.faces.automatic import AutomaticAct
    from servicedesk_core.faces.definition import DefinitionKind, Finding, Found
    from servicedesk_core.faces.kpi import Kpi
    from servicedesk_core.faces.namespace import Namespace
    from servicedesk_core.faces.offer import Offer

T = TypeVar("T")


class Section(StrEnum):
    """Where the help page of the program has a command, in the order in which somebody meets them."""

    BEGIN = "Begin"
    EVERY_DAY = "Every day"
    OTHER_SYSTEMS = "What changes other systems"
    DECISIONS = "What you decide"
    WARRANTY = "Warranty"
    UNATTENDED = "Unattended"
    CARE = "Care"
    PLUGINS = "Plugins"


@dataclass(frozen=True, slots=True)
class Feature:
    """What a feature brings. Nothing of it is imported before it is used.

    Attributes:
        name: Its name: that of its command, and of ours that of its part of the desk.
        about: What it is, in a sentence without a subject, for the help of its command.
        queries: Where the namespace of its queries is, ``module:Class``; one that brings figures alone has none.
        actions: Where the namespace is that has its acts beside them; empty = there are none.
        jobs: What it does by schedule.
        after_sync: Where the coroutine function is that takes in what a sync has brought, ``module:function``; it is
            given the desk, and what fails in it fails no sync. Empty = there is none.
        serves: Where the coroutine function is that works beside the jobs while the desk is served, until it is
            cancelled, ``module:function``; it is given the desk. Empty = there is none.
        alert_rules: Where the functions are that say what is wrong, ``module:function``.
        automatic: Where what it can do without being asked is, ``module:NAME`` of a tuple of
            :class:`~servicedesk_core.faces.AutomaticAct`; empty = there is nothing.
        kpis: Where its figures are, ``module:NAME`` of a tuple of :class:`~servicedesk_core.faces.Kpi`; empty = there
            are none.
        definitions: Where the kinds of definitions are that it brings, ``module:NAME`` of a tuple of
            :class:`~servicedesk_core.faces.DefinitionKind`; empty = there are none.
        looks_over: Where the function is that tells what is the matter with definitions beside the records of the desk,
            ``module:function``; it is given a transaction, what was read, and the desk, and yields
            :class:`~servicedesk_core.faces.Finding`. Empty = there is none.
        guards: What its writes are held against when they are stored or edited, by the stream that they are of: where a
            :class:`servicedesk_core.outbox.guards.Guard` is, ``module:NAME``.
        rules: What it decides in place of ours, by the name of the rule: where the function is, ``module:function``.
            ``parts.rank`` is the only one so far: a :data:`servicedesk_core.domain.parts.ranking.Rank`.
        needs: Names of the features that it imports from, each from the package itself and never from a file in it.
        section: Where the help page has the command of one of ours; those of others have a section of their own.
    """

    name: str
    about: str
    queries: str = "servicedesk_core.faces.namespace:Namespace"
    actions: str = ""
    jobs: tuple[JobKind, ...] = ()
    after_sync: str = ""
    serves: str = ""
    alert_rules: tuple[str, ...] = ()
    automatic: str = ""
    kpis: str = ""
    definitions: str = ""
    looks_over: str = ""
    guards: Mapping[str, str] = field(default_factory=dict, hash=False)
    rules: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs: tuple[str, ...] = ()
    section: Section = Section.EVERY_DAY

    @property
    def asking(self) -> "type[Namespace[Any]]":
        """The namespace of its queries."""
        return _namespace(self.queries)

    @property
    def calls(self) -> "type[Namespace[Any]]":
        """The namespace of everything."""
        return _namespace(self.actions or self.queries)

    @property
    def watches(self) -> "tuple[AlertRule, ...]":
        """The rules of its alerts."""
        return tuple(map(named, self.alert_rules))

    @property
    def takes_in(self) -> Callable[[Any], Awaitable[object]] | None:
        """What takes in what a sync has brought."""
        return named(self.after_sync) if self.after_sync else None

    @property
    def automatic_acts(self) -> "tuple[AutomaticAct, ...]":
        """What it can do without being asked.

        Raises:
            TypeError: Something among it is no automatic act.
        """
        from servicedesk_core.faces.automatic import AutomaticAct  # noqa: PLC0415

        return _each(self.automatic, AutomaticAct)

    @property
    def serving(self) -> Callable[[Any], Awaitable[None]] | None:
        """What works beside the jobs while the desk is served."""
        return named(self.serves) if self.serves else None

    @property
    def figures(self) -> "tuple[Kpi[Any], ...]":
        """Its KPIs.

        Raises:
            TypeError: Something among them is none.
        """
        from servicedesk_core.faces.kpi import Kpi  # noqa: PLC0415

        return _each(self.kpis, Kpi)

    @property
    def kinds(self) -> "tuple[DefinitionKind[Any], ...]":
        """Its kinds of definitions.

        Raises:
            TypeError: Something among them is none.
        """
        from servicedesk_core.faces.definition import DefinitionKind  # noqa: PLC0415

        return _each(self.definitions, DefinitionKind)

    @property
    def looking_over(self) -> "Callable[[Any, Found, Any], Iterable[Finding]] | None":
        """What tells what is the matter with definitions beside the records of the desk."""
        return named(self.looks_over) if self.looks_over else None

    def offers(self, *, acts: bool = True) -> "dict[str, Offer[..., Any]]":
        """Return what it offers to every face by the last word of its name, queries first.

        Args:
            acts: Whether its acts belong to it; without them they are not imported.
        """
        from servicedesk_core.faces.actions import Action  # noqa: PLC0415
        from servicedesk_core.faces.offer import Offer  # noqa: PLC0415

        namespace = self.calls if acts else self.asking
        found = [one for each in reversed(namespace.__mro__) for one in vars(each).values() if isinstance(one, Offer)]
        if self.kpis:
            from servicedesk_core.faces.kpi import Figure, list_of  # noqa: PLC0415

            if not any(one.row is Figure for one in found):  # else it lists figures itself
                found.append(list_of(f"{self.name}.kpis", self.figures))
        found.sort(key=lambda one: isinstance(one, Action))
        return {one.name.rpartition(".")[2]: one for one in found}


def _each(reference: str, kind: type[T]) -> tuple[T, ...]:
    found = named(reference) if reference else ()
    for one in found:
        if not isinstance(one, kind):
            msg = f"{reference} holds something of the type {type(one).__name__}, which is no {kind.__name__}"
            raise TypeError(msg)
    return tuple(found)


def _namespace(reference: str) -> "type[Namespace[Any]]":
    from servicedesk_core.faces.namespace import Namespace  # noqa: PLC0415

    found = named(reference)
    if not (isinstance(found, type) and issubclass(found, Namespace)):
        msg = f"{reference} is no subclass of Namespace"
        raise TypeError(msg)
    return found
