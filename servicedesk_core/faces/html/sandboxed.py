"""Texts with places for values, which people of the desk write: they show them, choose among them, go through lists.

Nothing else is possible in one. What a text may name is said beforehand, so whoever writes it learns at once what is
wrong with it, and a text can neither run for long nor grow without bounds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.printing import printable

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS: Final = ("capitalize", "default", "lower", "title", "trim", "truncate", "upper")
TESTS: Final = ("defined", "undefined")

LONGEST_LIST: Final = 50
"""So many entries of a list are gone through."""

_PLAIN: Final = frozenset(
    {"Template", "Output", "TemplateData", "If", "CondExpr", "Compare", "Operand", "Const", "And", "Or", "Not"}
)


class MissingValueError(LookupError):
    """A text shows a value that is not there; its text is the name of it."""


class TooLongError(ValueError):
    """A text becomes longer than it may."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a text may name.

    Attributes:
        values: Values by themselves.
        groups: Values with a name before them: ``ticket.number``.
        lists: Lists of such groups, with what each entry has.
    """

    values: frozenset[str] = frozenset()
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)


def problems(source: str, names: Names) -> Iterator[str]:
    """Yield what is wrong with a text, each with its line."""
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415  # most commands read no such text

    try:
        found = [*_problems(_environment(is_html=False).parse(source), names, frozenset())]
        if not found:
            _compiled(source, is_html=False)
    except TemplateSyntaxError as error:
        yield f"line {error.lineno}: {error.message}"
    except (RecursionError, SyntaxError):  # what Python cannot take of what the library makes of it
        yield "is nested too deep"
    else:
        yield from found


def filled(source: str, values: Mapping[str, Any], *, is_html: bool, longest: int) -> str:
    """Return a text with its values; in HTML each of them is escaped.

    Args:
        source: A text without :func:`problems`.
        values: What it names: texts, groups of texts, and lists of such groups. What is ``None`` is not there.
        is_html: Whether it is HTML.
        longest: Characters that it may have at most.

    Raises:
        MissingValueError: It shows a value that is not there.
        TooLongError: It becomes longer than it may.
    """
    told = {name: one for name, value in values.items() if (one := _told(name, value)) is not None}
    parts, left = [], longest
    for part in _compiled(source, is_html=is_html).generate(told):
        left -= len(part)
        if left < 0:
            msg = f"it has more than {longest:,} characters"
            raise TooLongError(msg)
        parts.append(part)
    return "".join(parts)


class _Group:
    """Values that have one name before them. A template reaches nothing of it but these."""

    __slots__ = ("_name", "_values")

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self._name = name
        self._values = {key: value for key, value in values.items() if value is not None}

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __str__(self) -> str:
        return self._name


def _told(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _Group(name, value)
    if isinstance(value, list | tuple):
        return [_Group(name, one) for one in islice(value, LONGEST_LIST)]
    return value


@cache
def _environment(*, is_html: bool) -> "ImmutableSandboxedEnvironment":
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415
    from jinja2.utils import missing  # noqa: PLC0415

    class Missing(StrictUndefined):
        """Says by its whole name what is not there."""

        __slots__ = ()

        def _fail_with_undefined_error(self, *_: Any, **__: Any) -> Any:
            before = "" if self._undefined_obj is missing else f"{self._undefined_obj}."
            raise MissingValueError(f"{before}{self._undefined_name}")

        __iter__ = __str__ = __len__ = _fail_with_undefined_error
        __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
        __add__ = __getattr__ = __getitem__ = _fail_with_undefined_error
        __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _fail_with_undefined_error

    made = ImmutableSandboxedEnvironment(
        autoescape=is_html,
        undefined=Missing,
        finalize=lambda value: printable(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in TESTS}
    return made


@lru_cache(maxsize=256)
def _compiled(source: str, *, is_html: bool) -> Any:
    return _environment(is_html=is_html).from_string(source)


def _problems(node: "nodes.Node", names: Names, loops: frozenset[tuple[str, str]]) -> Iterator[str]:
    from jinja2 import nodes  # noqa: PLC0415

    own = dict(loops)
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        yield from _unknown(node.node.name, node.attr, names, own, node.lineno)
        return
    if isinstance(node, nodes.Name):
        if node.name not in names.values and node.name not in names.groups and node.name not in own:
            yield f"line {node.lineno}: there is no {node.name}.{_those(node.name, names)}"
        return
    if isinstance(node, nodes.For):
        goes = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if own or goes not in names.lists or not isinstance(node.target, nodes.Name) or node.recursive:
            lists = ", ".join(sorted(names.lists)) or "none here"
            yield f"line {node.lineno}: a text goes through a list as it is, and one at a time; there is {lists}"
            return
        inner = frozenset({(node.target.name, goes)})
        for each in (*node.body, *([node.test] if node.test is not None else [])):
            yield from _problems(each, names, inner)
        for each in node.else_:
            yield from _problems(each, names, loops)
        return
    kind = type(node).__name__
    if isinstance(node, nodes.Filter | nodes.Test):
        known = FILTERS if isinstance(node, nodes.Filter) else TESTS
        if node.name not in known:
            yield f"line {node.lineno}: there is no {kind.lower()} {node.name}; there is {', '.join(known)}"
    elif kind not in _PLAIN:
        yield f"line {node.lineno}: a text shows values and chooses among them; {kind.lower()} is not possible in it"
        return
    for each in node.iter_child_nodes():
        yield from _problems(each, names, loops)


def _unknown(group: str, key: str, names: Names, loops: Mapping[str, str], line: int) -> Iterator[str]:
    fields = names.lists[loops[group]] if group in loops else names.groups.get(group)
    if fields is None:
        yield f"line {line}: there is no {group}.{_those(group, names)}"
    elif key not in fields:
        yield f"line {line}: there is no {group}.{key}.{did_you_mean(key, fields)} There is {', '.join(sorted(fields))}"


def _those(word: str, names: Names) -> str:
    known = sorted({*names.values, *names.groups, *names.lists})
    return f"{did_you_mean(word, known)} There is {', '.join(known)}"
