"""JSON as vendors really send it: one odd character, number or nesting must not cost the whole answer."""

import json
import math
import re
from typing import Any

REPLACEMENT = "\ufffd"
"""Stands for what cannot be read."""

_DEEPEST = 200
_LONGEST_WHOLE = len(str(2**64))
_NOT_IN_JSON = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPE = re.compile(
    r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair of surrogates
    r"|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r'|\\["\\/bfnrt])'
    r"|(?P<odd>\\u[0-9a-fA-F]{4}|\\)"  # half a pair, or a backslash that begins no escape
)
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}]', re.DOTALL)


def decode_json(content: bytes | str, charset: str | None = None) -> Any:
    """Return JSON although single characters or numbers of it cannot be read.

    Unreadable bytes, raw control characters, half surrogate pairs, backslashes that begin no escape, and what nests
    deeper than any record does, become U+FFFD. A number that no number type holds stays as the text that it is; ``NaN``
    and ``Infinity`` are ``None``, as ``JSON.stringify`` writes them. Slower than a strict decoder: ask that one first.

    Args:
        content: The document; bytes are UTF-8, or else what the sender declared.
        charset: The declared character set.

    Raises:
        ValueError: It is no JSON, or is cut off.
    """
    text = content if isinstance(content, str) else _decoded(content, charset)
    text = _NOT_IN_JSON.sub(REPLACEMENT, text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda hit: REPLACEMENT if hit["odd"] else hit[0], text)
    if text.count("[") + text.count("{") > _DEEPEST:  # how deep a decoder goes depends on the version of Python
        text = _pruned(text)
    return _decoder.decode(text)


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        try:
            return content.decode(charset or "utf-8", "replace")
        except LookupError:
            return content.decode("utf-8", "replace")


def _pruned(text: str) -> str:
    """Return the document with what nests too deep replaced; one that ends inside of that stays cut off."""
    kept, start, depth = [], 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in {"[", "{"}:
            depth += 1
            if depth == _DEEPEST + 1:
                kept.append(text[start : token.start()])
                start = len(text)
        elif token[0] in {"]", "}"}:
            depth -= 1
            if depth == _DEEPEST:
                kept.append(f'"{REPLACEMENT}"')
                start = token.end()
    return "".join([*kept, text[start:]])


def _real(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _whole(text: str) -> int | str:
    if len(text) > _LONGEST_WHOLE:
        return text
    number = int(text)
    return number if -(2**63) <= number < 2**64 else text


_decoder = json.JSONDecoder(strict=False, parse_float=_real, parse_int=_whole, parse_constant=lambda _: None)
