"""How the access is allowed: a person logs in once, and the token is refreshed from then on."""

from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import OAuth2Code
from servicedesk_quickbooks.settings import QuickBooksSettings

SCOPE = "com.intuit.quickbooks.accounting"


def credentials(ctx: ConnectorContext[QuickBooksSettings]) -> OAuth2Code:
    """Return the credentials of a connection."""
    own = ctx.settings
    return OAuth2Code(
        own.authorize_url,
        own.token_url,
        own.client_id,
        own.client_secret,
        redirect_uri=own.redirect_uri,
        scope=SCOPE,
        tokens=ctx.tokens,
    )
