"""A form as somebody filled it in: what its address says which records it is about, and what was written into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Offer
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.web.console.acting.fields import filled_in, kind_of
from servicedesk_core.web.console.acting.naming import names_record
from servicedesk_core.web.console.addresses import address_of, link

REQUEST: Final = "_request"
"""In an address: the id that a form was made with."""

DO: Final = "_do"
"""In a form: the button that was pressed."""

SHOWN: Final = "_shown"
"""In a form: a digest of what was shown before."""

BEFORE: Final = "_before"
"""In a form: what that was."""

SEEN: Final = "_seen"
"""In a form: what its record showed when it was made."""

SELECT: Final = "select"
"""In what a list sends: a row, as the words that name it: ``ticket=T1&connection=psa``."""

ROWS: Final = "_rows"
"""In an address: how many rows were chosen for the form; which ones is kept with its id."""

Pairs = Sequence[tuple[str, str]]
_WHERE: Final = "connection"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody filled it in.

    Attributes:
        offer: The act.
        request: The id that the form was made with; empty = it was not made yet.
        records: What it is about, each by the words that name it; one without words where it is about no record.
        words: What was written, by the names that people use.
        button: The button that was pressed.
        shown: Digest of what was shown before.
        before: What that was.
        seen: What the record showed when the form was made.
    """

    offer: Offer[..., Any]
    request: str
    records: tuple[Mapping[str, tuple[str, ...]], ...]
    words: Mapping[str, tuple[str, ...]]
    button: str = ""
    shown: str = ""
    before: str = ""
    seen: str = ""

    @classmethod
    def of(
        cls,
        offer: Offer[..., Any],
        offers: Mapping[str, Offer[..., Any]],
        address: Pairs,
        body: Pairs | None = None,
        rows: Sequence[str] = (),
    ) -> Self:
        """Return a form as its address and what was sent from it fill it in.

        Args:
            offer: The act.
            offers: What can be reached, by name.
            address: What stands behind the question mark.
            body: What was sent; ``None`` = nothing was yet, and the address fills the fields.
            rows: The rows that were chosen in a list, each as the words that name it.

        Raises:
            SettingsError: There is no such field.
        """
        parameters = {one.spelled: one for one in filled_in(offer)}
        body = None if body is None else [_of_each(parameters, *pair) for pair in body]
        own = [pair for pair in address if pair[0] not in {REQUEST, ROWS}]
        chosen = [[pair for pair in parse_qsl(word) if pair[0] in parameters] for word in rows]
        for pairs in (own, [pair for pair in body or () if not pair[0].startswith("_")]):
            for name, _ in pairs:
                if name not in parameters:
                    hint = f"There are: {', '.join(parameters)}."
                    raise SettingsError(f'There is no field "{name}".{did_you_mean(name, parameters)}', hint=hint)
        fixed = {name for name, one in parameters.items() if _identifies(offer, offers, one)}
        fixed |= {_WHERE} if fixed and _WHERE in parameters else set()
        said, sent = _grouped(own), _grouped(body or ())
        here = {name: words for name, words in said.items() if name in fixed}
        records = [here | _grouped(one) for one in chosen] or [here]
        first = next((one for one in parameters.values() if one.positional), None)
        if len(records) > 1 and first is not None and first.many:  # it takes all of them itself
            together = tuple(word for one in records for word in one.get(first.spelled, ()))
            records = [{**records[0], first.spelled: together}]
        words = sent if body is not None else {name: words for name, words in said.items() if name not in fixed}
        known = {name for one in records for name in one}
        return cls(
            offer=offer,
            request=next((word for name, word in address if name == REQUEST), ""),
            records=tuple(records),
            words={
                name: _split(parameters[name], found)
                for name, found in words.items()
                if name in parameters and name not in known
            },
            button=sent.get(DO, ("",))[0],
            shown=sent.get(SHOWN, ("",))[0],
            before=sent.get(BEFORE, ("",))[0],
            seen=sent.get(SEEN, ("",))[0],
        )

    @property
    def fields(self) -> tuple[Parameter, ...]:
        """The parameters that stand in the form: not what its address says already, nor what stands in its place."""
        known = {name for one in self.records for name in one}
        own = filled_in(self.offer)
        given = {one.name for one in own if one.spelled in known}
        return tuple(one for one in own if one.spelled not in known and one.help.instead_of not in given)

    @property
    def audience(self) -> str:
        """The parameter that puts what is written before the client; empty = there is none."""
        return next((one.spelled for one in self.offer.parameters if one.help.puts_before_client), "")

    @property
    def listed(self) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        """Its records one by one, also where the act takes all of them itself."""
        first = next((one.spelled for one in self.offer.parameters if one.positional and one.many), "")
        one, *more = self.records
        return self.records if more else tuple({**one, first: (word,)} for word in one.get(first, ())) or self.records

    @property
    def is_bulk(self) -> bool:
        """Whether it is about several records, one after the other."""
        return len(self.records) > 1

    @property
    def connection(self) -> str | None:
        """The connection that its records are of, where it is one."""
        found = {word for one in self.records for word in one.get(_WHERE, ())}
        return found.pop() if len(found) == 1 else None

    def pairs(self, record: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
        """Return all that the act is given for a record, as people write it."""
        return [(name, word) for name, words in {**record, **self.words}.items() for word in words]

    def address(self, request: str) -> str:
        """Return where the form is, made with an id."""
        about = _paired(self.records[0])
        return link(address_of(self.offer), [*about, *_paired(self.words), (REQUEST, request)])


def _identifies(offer: Offer[..., Any], offers: Mapping[str, Offer[..., Any]], parameter: Parameter) -> bool:
    """Whether a parameter says which record an act is about: in an address it is not changed by an oversight."""
    if not parameter.positional:
        return False
    names = parameter.help.names
    is_first = next(one for one in offer.parameters if one.positional).name == parameter.name
    is_word = isinstance(parameter.type, type) and issubclass(parameter.type, Enum)
    return (
        names_record(offers, parameter) or (is_first and bool(names) and " " not in names) or (is_word and not is_first)
    )


def _of_each(parameters: Mapping[str, Parameter], name: str, word: str) -> tuple[str, str]:
    """Return a field and its word: what is said of one of several things comes as ``missed=3`` with the words alone."""
    field, _, what = name.partition("=")
    if not what or field not in parameters or kind_of(parameters[field]) != "pairs":
        return name, word
    return field, f"{what}={word.strip()}" if word.strip() else ""


def _split(parameter: Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a field that has one on each line."""
    if kind_of(parameter) not in {"lines", "pairs"}:
        return words
    return tuple(line.strip() for word in words for line in word.splitlines() if line.strip())


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, word in pairs:
        if word.strip():
            found[name] = (*found.get(name, ()), word)
    return found


def _paired(words: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, word) for name, found in words.items() for word in found]
