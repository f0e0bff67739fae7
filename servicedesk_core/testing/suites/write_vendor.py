"""What the suite of writes may do with the vendor's stand-in."""

import hashlib
from dataclasses import replace
from enum import StrEnum
from typing import NoReturn

import pytest

from servicedesk_core.hooks import Write


class WriteFault(StrEnum):
    """What goes wrong with a write."""

    LOST_ANSWER = "lost_answer"
    """Done; the connection breaks before the answer's first byte."""
    CUT_OFF_ANSWER = "cut_off_answer"
    """Done; the connection breaks in the middle of the answer."""
    LATE_ANSWER = "late_answer"
    """Done; the answer comes after the connector stopped waiting."""
    LOST_REQUEST = "lost_request"
    """Not done; the connection breaks before anything happened."""
    BUSY = "busy"
    """Not done; the vendor says that its quota is used up."""
    BROKEN = "broken"
    """Not done; the vendor answers with an outage that says nothing about the write."""
    REFUSED = "refused"
    """Not done; the vendor refuses the data."""

    @property
    def is_done(self) -> bool:
        """Whether the vendor does the write all the same."""
        return self in {WriteFault.LOST_ANSWER, WriteFault.CUT_OFF_ANSWER, WriteFault.LATE_ANSWER}


def with_file(write: Write, name: str, content: bytes) -> Write:
    """Return a write with a file, and what its values say of that.

    Args:
        write: The write, without it.
        name: What the file is called.
        content: The file.
    """
    said = {"name": name, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return replace(write, values={**write.values, **said}, content=content)


class WriteVendor:
    """What the tests may do with the vendor's stand-in behind the connector's back.

    Override what your stand-in can do; what is not overridden makes the tests that need it skip.
    """

    async def example(self, kind: str, number: int) -> Write:
        """Return a write that the vendor accepts now. Other numbers give other values; the suite sets the id.

        Of a kind with ``max_file_bytes`` :func:`servicedesk_core.testing.with_file` makes it.

        Args:
            kind: The kind of write.
            number: Which example; never the same twice. Writes of a kind that changes a record all change the same
                fields of the same record, and ``base`` holds what the record shows now.
        """
        del number
        self._cannot(f"give an example of {kind}")

    async def writes_done(self) -> int:
        """Return how many changes the vendor has made in its life."""
        self._cannot("count what it has done")

    async def fail_next_write(self, fault: WriteFault) -> None:
        """Let this go wrong with the next request that writes, and with none after it."""
        self._cannot(f"play {fault.value}")

    async def settle(self, seconds: float) -> None:
        """Let time pass for the connector's clock, so that absence can be proven."""
        del seconds
        self._cannot("let time pass")

    async def leave_out(self, field: str) -> None:
        """Take the next change without this domain field, as vendors do that refuse a part or know it not."""
        self._cannot(f"leave out {field}")

    async def merge(self, target: str) -> str:
        """Merge a record into another one, whose id is returned; reading the old id gives the new one from now on."""
        self._cannot(f"merge {target}")

    async def ignore_searches(self) -> None:
        """Answer searches for a reference or a text with nothing at all, as for a field that does not exist."""
        self._cannot("ignore a search")

    async def customer_reads(self, kind: str, ref: str) -> str:
        """Return everything that a customer can read of a record, as one text; empty = nothing at all."""
        self._cannot(f"say what a customer reads of {kind} {ref}")

    async def stored_file(self, kind: str, ref: str) -> tuple[str, bytes]:
        """Return name and content of a file that was written, as the vendor keeps it."""
        self._cannot(f"show what it keeps of {kind} {ref}")

    def _cannot(self, what: str) -> NoReturn:
        pytest.skip(f"{type(self).__name__} cannot {what}")
