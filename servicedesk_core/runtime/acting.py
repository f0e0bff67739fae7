"""Who acts, as the audit trail names them."""

import getpass


def account() -> str:
    """Return the account of this process: ``user:ana``."""
    try:
        return f"user:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):  # an account without a name, as in some containers
        return "user:unknown"
