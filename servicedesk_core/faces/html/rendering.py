"""The environment of all templates."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlsplit

from servicedesk_core.printing import printable
from servicedesk_core.wording import counted, on_paper, plain

if TYPE_CHECKING:
    from jinja2 import Environment

_TIME_WORDS: Final = re.compile(r"(<time\b[^>]*>)[^<]*")


def render(template: str, **values: object) -> str:
    """Return a page as HTML text; every text of a value is escaped, and nothing in it turns round what is beside it.

    Args:
        template: Package and name, such as ``servicedesk_core.features.report/desk.html``; a name alone is one of the
            blocks.
        values: What the template is told.
    """
    return _environment().get_template(template).render(values)


def part(template: str, macro: str, *values: object) -> str:
    """Return what a macro of a template makes of values: a template that is given it places it as it is.

    Args:
        template: As :func:`render` takes it.
        macro: Its name.
        values: What the macro is told.
    """
    made: str = getattr(_environment().get_template(template).module, macro)(*values)
    return made


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415  # most commands print no page

    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "amount": plain,
        "beside": zip,
        "count": "{:,}".format,
        "counted": counted,
        "csp_hash": _csp_hash,
        "fragment": _fragment,
        "on_paper": on_paper,
        "version": _version,
        "web": _web_address,
    }
    return environment


def _source(name: str) -> str:
    package, _, file = name.rpartition("/")
    return files(package or __package__).joinpath(file).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    """Return what stands for a value: nothing for none, and a record's text without what steers."""
    if value is None:
        return ""
    return printable(value) if type(value) is str else value  # markup is made of what passed here


def _csp_hash(text: str) -> str:
    """Return the source expression that lets this very text run or apply."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _fragment(value: str, name: str) -> str:
    """Return ``name=value`` as a part of an address."""
    return f"{name}={quote_plus(value)}"


def _version(html: str) -> str:
    """Return a short text that is another one when a part of a page shows something else.

    How long ago something was changes all the time, and the page's script says it anew by itself: words inside
    ``<time>`` do not count.
    """
    return sha256(_TIME_WORDS.sub(r"\1", html).encode()).hexdigest()[:12]


def _web_address(url: str | None) -> str | None:
    """Keep a link only when it opens a page; a vendor's text must not become a script."""
    return url if url is not None and urlsplit(url).scheme in {"https", "http"} else None
