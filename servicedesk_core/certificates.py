"""The certificate that a listener shows."""

import logging
import ssl
from pathlib import Path

from servicedesk_core.errors import SettingsError

_log = logging.getLogger("servicedesk.certificates")


class Certificate:
    """A certificate with its key in files that somebody renews.

    Args:
        certificate: PEM file with the certificate and those above it.
        key: PEM file with its key.
        where: What configures it, for errors.
    """

    def __init__(self, certificate: Path, key: Path, *, where: str) -> None:
        self._files = certificate, key
        self._where = where
        self._read: tuple[tuple[float, ...], ssl.SSLContext] | None = None

    def context(self) -> ssl.SSLContext:
        """Return how TLS is spoken; a certificate that was renewed is read again.

        Raises:
            SettingsError: The first one cannot be used; a later one that cannot leaves the one before in use.
        """
        try:
            stamps = tuple(file.stat().st_mtime for file in self._files)
            if self._read is None or self._read[0] != stamps:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                context.load_cert_chain(*self._files, password="")  # else the library asks at the terminal, and waits
                self._read = stamps, context
        except (OSError, ssl.SSLError) as error:
            if self._read is None:
                message = (
                    f"{self._where}: {' and '.join(map(str, self._files))} cannot be used: {error.strerror or error}."
                )
                hint = "Both are PEM files; the key belongs to the first certificate, and needs no passphrase."
                raise SettingsError(message, hint=hint) from error
            _log.warning("the renewed certificate cannot be used yet; the one before stays in use")
        return self._read[1]
