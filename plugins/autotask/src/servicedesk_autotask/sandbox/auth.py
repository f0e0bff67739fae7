"""Header authentication and the lock after repeated failures."""

import time

from servicedesk_autotask.sandbox.errors import RouteError, VendorError
from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_core.sandboxing import Request

_DENIED = "Authorization has been denied for this request."


class Gate:
    """Lets calls with the right credentials through."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._locked_until = 0.0
        self._failures = 0
        self.failures = 0

    def check(self, request: Request) -> str:
        """Check the credentials of a call.

        Returns:
            The integration code, which the thread limit counts by.

        Raises:
            RouteError: 401 on a wrong user or secret, or while the user is locked.
            VendorError: On an unknown integration code.
        """
        options = self._options
        user, secret = request.headers.get("username", ""), request.headers.get("secret", "")
        wrong = user.lower() != options.username.lower() or secret != options.secret
        if time.monotonic() < self._locked_until:
            self.failures += 1
            raise RouteError(401, _DENIED)
        if wrong:
            self.failures += 1
            self._failures += 1
            if options.lockout_after and self._failures >= options.lockout_after:
                self._locked_until = time.monotonic() + options.lockout_s * options.time_scale
                self._failures = 0
            raise RouteError(401, _DENIED)
        code = request.headers.get("apiintegrationcode", "")
        if code not in options.integration_codes:
            raise VendorError("IntegrationCode is invalid")
        self._failures = 0
        return code
