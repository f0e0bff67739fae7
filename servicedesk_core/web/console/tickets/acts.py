"""What can be done on a ticket, for who may do it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicedesk_core.faces import Action, Offer
from servicedesk_core.web.console.addresses import Addresses, address_of, link
from servicedesk_core.web.console.visiting import Visit

FIRST: Final = (
    "triage",
    "assign",
    "tickets.take",
    "tickets.note",
    "tickets.update",
    "tickets.log-time",
    "tickets.close",
)
"""What is done all day, before the others."""

_KEYS: Final = {"assign": "a", "tickets.note": "n"}
_OF: Final = {"sla": "SLA", "kpi": "KPI"}


@dataclass(frozen=True, slots=True)
class Button:
    """An act that can be begun.

    Attributes:
        title: What it is called.
        about: What it does.
        href: Where its form is.
        key: The key that leads there; empty = none.
        is_first: Whether it is done all day.
    """

    title: str
    about: str
    href: str
    key: str = ""
    is_first: bool = True


def on_ticket(visit: Visit, addresses: Addresses, ticket: str, connection: str) -> tuple[Button, ...]:
    """Return everything that whoever looks may do on a ticket."""
    acts = {one.name: one for one in addresses.offers.values() if _is_on_tickets(one)}
    names = [*(name for name in FIRST if name in acts), *(name for name in sorted(acts) if name not in FIRST)]
    return tuple(_buttons(visit, (acts[name] for name in names), ticket, connection))


def own_steps(visit: Visit, addresses: Addresses, ticket: str, connection: str) -> tuple[Button, ...]:
    """Return what a technician does with the ticket that they work on."""
    steps: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "Start": ("tickets.start", {}),
        "Note": ("tickets.note", {}),
        "Log time": ("tickets.log-time", {"technician": "me"}),
        "Done": ("tickets.close", {}),
        "Cannot": ("tickets.cannot", {}),
        "Snooze": ("tickets.snooze", {}),
    }
    found = []
    for title, (name, given) in steps.items():
        act = addresses.offers.get(name)
        if act is not None and visit.may(act):
            found.append(Button(title, act.about, _form(act, ticket, connection, given), _KEYS.get(name, "")))
    return tuple(found)


def help_step(visit: Visit, addresses: Addresses, number: int) -> Button | None:
    """Return what takes up a call for help, for who may; ``None`` = whoever looks may not."""
    act = addresses.offers.get("helpers.give")
    if act is None or act.needs is None or not visit.desk.may(act.needs):
        return None
    return Button(act.title, act.about, link(address_of(act), [(act.parameters[0].spelled, str(number))]))


def _buttons(visit: Visit, acts: Iterable[Offer[..., Any]], ticket: str, connection: str) -> Iterator[Button]:
    for act in acts:
        if visit.may(act):
            yield Button(
                _title(act), act.about, _form(act, ticket, connection, {}), _KEYS.get(act.name, ""), act.name in FIRST
            )


def _is_on_tickets(offer: Offer[..., Any]) -> bool:
    first = next(iter(offer.parameters), None)
    return isinstance(offer, Action) and first is not None and first.help.names == "tickets.show" and first.positional


def _form(act: Offer[..., Any], ticket: str, connection: str, given: Mapping[str, str]) -> str:
    known = {one.spelled for one in act.parameters}
    of = {"connection": connection} if "connection" in known else {}
    return link(address_of(act), [(act.parameters[0].spelled, ticket), *of.items(), *given.items()])


def _title(act: Offer[..., Any]) -> str:
    feature, _, word = act.name.partition(".")
    return (
        act.title
        if feature == "tickets" or not word
        else f"{_OF.get(feature, feature.capitalize())}: {act.title.lower()}"
    )
