"""Apprise, which knows Teams, Slack, ntfy, Pushover and a hundred more: an optional extra."""

import logging
from importlib import import_module

from servicedesk_core.errors import OutcomeUnknownError, SettingsError

_TALKATIVE = ("apprise", "urllib3.connectionpool")
"""Loggers that write addresses with their tokens, also taken apart, so that no redaction would find them."""


def notify(address: str, subject: str, text: str, *, key: str, where: str) -> None:
    """Hand a message to one address; blocks.

    Args:
        address: An address as Apprise has them, with its tokens.
        subject: One line.
        text: What it says.
        key: The setting that led to the address, for messages.
        where: How messages call the configuration.

    Raises:
        SettingsError: Apprise is not installed, or does not understand the address.
        OutcomeUnknownError: It was not confirmed. Apprise tells a refusal and a silence in the same way.
    """
    try:
        apprise = import_module("apprise")
    except ImportError:
        raise SettingsError(
            f"{where}: {key}: Apprise is not installed.", hint="pip install 'servicedesk-core[notify]'"
        ) from None
    for name in _TALKATIVE:
        logging.getLogger(name).disabled = True
    service = apprise.Apprise.instantiate(address)
    if service is None:
        raise SettingsError(f"{where}: {key} is no address that Apprise understands.", hint="Correct it.")
    # What is too long arrives in parts: Apprise's own default leaves it to the service, which cuts or refuses.
    service.overflow_mode = apprise.OverflowMode.SPLIT
    sender = apprise.Apprise()
    sender.add(service)
    if not sender.notify(title=subject, body=text):
        message = f"{where}: {key}: Apprise did not confirm that it was delivered."
        raise OutcomeUnknownError(message, hint="Look whether the service answers, and whether the address is right.")
