"""What others wrote, made safe to show: it cannot steer a terminal, nor turn round what stands beside it.

Control characters move cursors, clear screens and name windows; marks of direction let a line read otherwise than it
is. Both may stand in every text that a vendor, a person or a file gave. Stored records keep them; nothing shows them.
"""

import re

_CONTROL = "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_LINE_END = re.compile("\r\n?")
_CONTROLS = re.compile(f"[{_CONTROL}]+")
_CONTROLS_AND_BREAKS = re.compile(f"[{_CONTROL}\n]+")
_MISLEADING = re.compile(f"[{_DIRECTION}\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # full width runs as well
"""How text begins that a spreadsheet would run when it opens the file (OWASP, "CSV Injection")."""
_UNESCAPED = re.compile(f"[\x7f-\x9f\u2028\u2029{_DIRECTION}\ud800-\udfff]")


def printable(text: str) -> str:
    """Return text of any number of lines: control characters are blanks, marks of direction U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _MISLEADING.sub("\ufffd", _CONTROLS.sub(" ", _LINE_END.sub("\n", text)))


def one_line(text: str) -> str:
    """Return the same as one line."""
    return _MISLEADING.sub("\ufffd", _CONTROLS_AND_BREAKS.sub(" ", text)).strip()


def escaped(document: str) -> str:
    """Return JSON or TOML with these characters as escapes, so that it means the same and can be shown."""
    if document.isascii() and "\x7f" not in document:
        return document
    return _UNESCAPED.sub(lambda hit: f"\\u{ord(hit[0]):04x}", document)


def for_cell(text: str) -> str:
    """Return text for a cell of CSV: what a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
