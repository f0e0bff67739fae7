"""Finds out in which encoding an unknown file is written."""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

_CHUNK_BYTES: Final = 1 << 20
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before that of UTF-16, with which it begins
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SINGLE_BYTE: Final = ("cp1252", "cp850", "cp1250", "cp1251")
"""Western Europe, DOS, Central Europe, Cyrillic: the first of those that fit equally well is taken."""
_FRAMES: Final = re.compile("[\u2500-\u25ff]")
"""What DOS drew boxes with: letters and signs elsewhere."""
_ODD: Final = re.compile("[\udc80-\udcff]")
_FOREIGN: Final = re.compile("[^\x00-\x7f\udc80-\udcff]")
_FOREIGN_BYTES: Final = re.compile(rb"[\x00-\x7f]?[\x80-\xff]+[\x00-\x7f]?")
_ENOUGH: Final = 2_000


class Encoding(NamedTuple):
    """An encoding, and whether it was guessed."""

    name: str
    is_guess: bool = False


def encoding_of(stream: BinaryIO) -> Encoding:
    """Read a file to its end and say in which encoding it is.

    It is UTF-8 unless most of what is not ASCII contradicts: a damaged letter does not make another encoding of it.
    """
    head = stream.read(_CHUNK_BYTES)
    if marked := next((name for mark, name in _MARKS.items() if head.startswith(mark)), None):
        return Encoding(marked)
    if wide := _wide(head):
        return Encoding(wide, is_guess=True)
    valid = invalid = 0
    foreign: list[bytes] = []
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in _chunks(head, stream):
        text = decoder.decode(chunk)
        if not text.isascii():
            valid += len(_FOREIGN.findall(text))
            invalid += len(_ODD.findall(text))
            if len(foreign) < _ENOUGH:
                foreign += _FOREIGN_BYTES.findall(chunk)
    if invalid <= valid:
        return Encoding("utf-8-sig")
    sample = b" ".join(foreign[:_ENOUGH])
    return Encoding(max(_SINGLE_BYTE, key=lambda name: _plausible(sample.decode(name, "replace"))), is_guess=True)


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while head:
        yield head
        head = stream.read(_CHUNK_BYTES)


def _wide(head: bytes) -> str | None:
    """Say by where its zero bytes stand whether a text without a mark has two or four bytes for each sign."""
    length = len(head) // 4
    zeros = "".join("0" if head[start : length * 4 : 4].count(0) > length * 0.4 else "x" for start in range(4))
    return {"x000": "utf-32-le", "000x": "utf-32-be", "x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros)


def _plausible(text: str) -> int:
    """Count the signs beyond ASCII that stand where they may: letters at letters, symbols outside of words."""
    count = 0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if not sign.isascii():
            letters = [one for one in (before, after) if one.isalpha()]
            neighbours = len(letters)
            kind = unicodedata.category(sign)
            if sign.isalpha():
                count += neighbours > 0 and _is_one_word(sign, letters)
            elif kind == "Sm":  # such as the sign of multiplication
                count += neighbours == 0
            elif kind[0] in "PS" and not _FRAMES.match(sign):
                count += neighbours < len("xx") or kind == "Pf"  # an apostrophe stands within a word
    return count


def _is_one_word(sign: str, letters: Sequence[str]) -> bool:
    """Say whether a letter may stand beside others: words are of one script, and few of their Latin letters are odd."""
    if not _is_latin(sign):
        return not any(map(_is_latin, letters))
    return all(map(_is_latin, letters)) and (len(letters) == 1 or any(map(str.isascii, letters)))


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ")
