"""Ids of records that their vendor numbers within a parent: each ticket has an action 1."""

from typing import NamedTuple, Self


class ChildKey(NamedTuple):
    """The id of a child, made of its parent's and of its own.

    As text it is ``parent:child``, and can be taken apart again: a colon in the child's own number
    is written as ``%3A``. A parent may itself be a child.

    Attributes:
        parent: The parent's id.
        child: The vendor's number of the child within it.
    """

    parent: str
    child: str

    @classmethod
    def of(cls, external_id: str) -> Self:
        """Take an id apart.

        Args:
            external_id: The text of a key.

        Raises:
            ValueError: It is no key.
        """
        parent, colon, child = external_id.rpartition(":")
        if not (parent and colon and child):
            message = "An id of a child is its parent's id, a colon, and its own number."
            raise ValueError(message)
        return cls(parent, child.replace("%3A", ":").replace("%25", "%"))

    def __str__(self) -> str:
        return f"{self.parent}:{str(self.child).replace('%', '%25').replace(':', '%3A')}"


def record_url(template: str, external_id: str) -> str:
    """Return the address of a record's page at its vendor.

    Args:
        template: The address, with ``{external_id}`` for the id, or ``{parent}`` and ``{child}`` for its parts.
        external_id: The id.
    """
    if "{parent}" in template or "{child}" in template:
        parent, _, child = external_id.rpartition(":")
        key = ChildKey.of(external_id) if parent and child else ChildKey("", external_id)
        template = template.replace("{parent}", key.parent).replace("{child}", key.child)
    return template.replace("{external_id}", external_id)
