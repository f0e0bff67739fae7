"""Answers that are not a success, in the vendor's wording."""

from collections.abc import Sequence


class VendorError(Exception):
    """A call the vendor refuses with `{"errors": [...]}`.

    Args:
        errors: Messages of the answer.
        status: HTTP status; the vendor uses 500 for nearly everything.
    """

    def __init__(self, *errors: str, status: int = 500) -> None:
        super().__init__("; ".join(errors))
        self.errors: Sequence[str] = errors
        self.status = status


class RouteError(Exception):
    """A call that no route takes, answered with `{"Message": ...}`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def method_not_allowed(method: str) -> RouteError:
    """The answer to a verb that a route does not have."""
    return RouteError(405, f"The requested resource does not support http method '{method}'.")


def not_found(url: str) -> RouteError:
    """The answer to an address that is no route."""
    return RouteError(404, f"No HTTP resource was found that matches the request URI '{url}'.")


def permission_denied(act: str) -> VendorError:
    """The answer to a call that the security level forbids."""
    return VendorError(f"The logged in Resource does not have the adequate permissions to {act} this entity type.")


def no_record(act: str) -> VendorError:
    """The answer to a write on a record that is not there."""
    return VendorError(
        "No message. No matching records found. The logged in Resource may not have the required permissions "
        f"to {act} the data."
    )
