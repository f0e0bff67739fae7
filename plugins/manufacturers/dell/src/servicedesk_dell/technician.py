"""Whether TechDirect would let the technician claim: asked before, so that nothing is refused half-way."""

import re
from datetime import timedelta

from servicedesk_core.errors import AuthenticationError, PermissionDeniedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_dell.api.dispatch import DispatchApi, Technician
from servicedesk_dell.api.profile import HAS_EXPIRED, LOGIN_ADVICE, REFUSED_LOGIN, RENEWAL_ADVICE
from servicedesk_dell.settings import DellSettings

ENDS_SOON = timedelta(days=14)


async def admitted(ctx: ConnectorContext[DellSettings], api: DispatchApi) -> tuple[str, ...]:
    """Ask whether the technician may claim for branch, customer and track.

    Returns:
        Warnings, such as a password that ends soon.

    Raises:
        AuthenticationError: The account is locked or inactive, or its password has expired.
        PermissionDeniedError: The technician may not claim for branch, customer and track.
        ConnectorError: Dell could not be asked; nothing was sent that changes anything.
    """
    technician = await api.check_login()
    warnings = check_account(ctx, api, technician)
    settings = ctx.settings
    wanted = (settings.branch or "", settings.customer or "", settings.track or "")
    if wanted not in technician.relationships:
        known = "; ".join(" / ".join(one) for one in technician.relationships) or "none"
        raise PermissionDeniedError(
            "The technician may not claim for the configured branch, customer and track.",
            hint=f"Spell them as TechDirect does. It knows: {known}.",
        )
    return warnings


def check_account(ctx: ConnectorContext[DellSettings], api: DispatchApi, technician: Technician) -> tuple[str, ...]:
    """Hold what TechDirect says about the account against the clock; see :func:`admitted`."""
    now, ends_at = ctx.clock.now(), technician.password_ends_at
    if technician.is_locked or technician.is_inactive:
        word = "locked" if technician.is_locked else "inactive"
        raise _refused(api, f"The technician's TechDirect account is {word}.", LOGIN_ADVICE)
    if ends_at is not None and ends_at <= now:
        raise _refused(api, "The technician's TechDirect password has expired.", RENEWAL_ADVICE)
    if ends_at is not None and ends_at - ENDS_SOON <= now:
        return (f"The technician's TechDirect password ends on {ends_at.date().isoformat()}; renew it before.",)
    return ()


def refusal(api: DispatchApi, notes: tuple[str, ...]) -> AuthenticationError | None:
    """Return the error when the reasons of a refusal are about the login and not about the claim."""
    said = " ".join(notes)
    if re.search(HAS_EXPIRED, said, re.IGNORECASE):
        return _refused(api, "The technician's TechDirect password has expired.", RENEWAL_ADVICE)
    if re.search(REFUSED_LOGIN, said, re.IGNORECASE):
        return _refused(api, "TechDirect does not let the technician in.", LOGIN_ADVICE)
    return None


def _refused(api: DispatchApi, message: str, hint: str) -> AuthenticationError:
    error = AuthenticationError(message, hint=hint)
    api.refuse(error)
    return error
