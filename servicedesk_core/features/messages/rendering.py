"""A message made of its template and what there is to tell. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from servicedesk_core.faces.html.sandboxed import MissingValueError, TooLongError, filled, problems
from servicedesk_core.features.messages.kinds import LONGEST_HTML, LONGEST_SUBJECT, LONGEST_TEXT, Template
from servicedesk_core.features.messages.triggers import names, sample
from servicedesk_core.printing import one_line


class Rendered(NamedTuple):
    """What a client reads.

    Attributes:
        subject: One line.
        text: What it says.
        html: The same as HTML; empty = there is none.
    """

    subject: str
    text: str
    html: str


def rendered(template: Template, values: Mapping[str, Any]) -> Rendered:
    """Return a message.

    Args:
        template: Its words.
        values: What they name.

    Raises:
        MissingValueError: It shows something that is not there.
        TooLongError: It becomes longer than a message may be.
    """
    subject = filled(template.subject, values, is_html=False, longest=LONGEST_TEXT)
    text = filled(template.text, values, is_html=False, longest=LONGEST_TEXT)
    html = filled(template.html, values, is_html=True, longest=LONGEST_HTML) if template.html else ""
    return Rendered(_cut(one_line(subject).strip()), text.strip(), html)


def faults(template: Template) -> Iterator[str]:
    """Yield what is wrong with a template, held against what each of its triggers tells and shown with a sample."""
    for trigger in template.triggers:
        for key in ("subject", "text", "html"):
            source: str | None = getattr(template, key)
            for fault in problems(source, names(trigger)) if source else ():
                yield f"{key}: {fault}, of {trigger.value}"
                return
        try:
            rendered(template, sample(trigger))
        except (MissingValueError, TooLongError) as error:
            yield f"with the sample of {trigger.value}: {_why(error)}"
            return
        except Exception as error:  # noqa: BLE001  # whatever it does to the library, it is told to whoever wrote it
            yield f"with the sample of {trigger.value}: it breaks ({type(error).__name__})"
            return


def why_held(error: Exception) -> str:
    """Return why a message cannot be made, in a sentence."""
    return f"It is held: {_why(error)}."


def _why(error: Exception) -> str:
    if isinstance(error, MissingValueError):
        return f"there is no {error} to show"
    return str(error) if isinstance(error, TooLongError) else f"its template breaks over it ({type(error).__name__})"


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
