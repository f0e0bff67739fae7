"""What proves who shows it, such as a token or a cookie: a random text, of which only the digest is kept."""

import hashlib
import secrets

_BYTES = 32


def made() -> str:
    """Return a new one of 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(shown: str) -> bytes:
    """Return what is kept of it: so many random bits need no salt."""
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).digest()
