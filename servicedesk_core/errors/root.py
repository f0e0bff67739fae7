"""The root of all errors of the product."""

from typing import ClassVar

from servicedesk_core.printing import printable


class ServiceDeskError(Exception):
    """Root of all errors of the product.

    Args:
        message: One sentence for a person: what is wrong.
        hint: What to do next, as an imperative sentence.
        connection: Name of the configured connection concerned, if any.
        detail: Facts for the log (status, route, ids); no secrets, no record text.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        connection: str | None = None,
        detail: str | None = None,
    ) -> None:
        self.message = printable(message)
        self.hint = None if hint is None else printable(hint)
        self.connection = connection
        self.detail = None if detail is None else printable(detail)
        super().__init__(self.message)

    def __str__(self) -> str:
        where = f"[{self.connection}] " if self.connection else ""
        return f"{where}{self.message}" + (f" {self.hint}" if self.hint else "")
