"""HTTP kit for connector authors: one client per vendor interface, polite, bounded and safe by construction.

A connector declares the vendor's interface as an :class:`HttpProfile`, gets an :class:`HttpClient` from its context,
and calls :meth:`HttpClient.request` or :meth:`HttpClient.paginate`. The kit adds credentials, keeps to the quota,
refuses writes that the configuration does not grant, classifies answers, tries reads again, and bounds time and memory.
"""

from servicedesk_core.http.auth import (
    Auth,
    AuthSession,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
)
from servicedesk_core.http.authorization import AuthorizationRequest, OAuth2Code
from servicedesk_core.http.call import RequestOptions
from servicedesk_core.http.client import HttpClient
from servicedesk_core.http.embedded import EmbeddedContent
from servicedesk_core.http.factory import HttpFactory
from servicedesk_core.http.ledger import InMemoryLedger
from servicedesk_core.http.oauth2 import OAuth2, OAuth2ClientCredentials, OAuth2Password
from servicedesk_core.http.paging import (
    CursorPages,
    FetchedPage,
    KeysetPages,
    LinkPages,
    NumberedPages,
    OffsetPages,
    PagedAnswer,
    PageRequest,
    Paginator,
)
from servicedesk_core.http.policy import BreakerPolicy, Field, HttpProfile, RetryPolicy, Route
from servicedesk_core.http.response import Headers, Response
from servicedesk_core.http.retry import parse_retry_after
from servicedesk_core.http.rules import Outcome, Rule
from servicedesk_core.http.session_token import SessionToken
from servicedesk_core.http.together import together
from servicedesk_core.http.tokens import MemoryTokenStore, TokenAuth, token_in
from servicedesk_core.http.tracing import TraceEvent, TraceHook

__all__ = [
    "Auth",
    "AuthSession",
    "AuthorizationRequest",
    "BasicAuth",
    "BearerAuth",
    "BreakerPolicy",
    "CursorPages",
    "EmbeddedContent",
    "FetchedPage",
    "Field",
    "HeaderAuth",
    "Headers",
    "HttpClient",
    "HttpFactory",
    "HttpProfile",
    "InMemoryLedger",
    "KeysetPages",
    "LinkPages",
    "MemoryTokenStore",
    "NumberedPages",
    "OAuth2",
    "OAuth2ClientCredentials",
    "OAuth2Code",
    "OAuth2Password",
    "OffsetPages",
    "Outcome",
    "PageRequest",
    "PagedAnswer",
    "Paginator",
    "RequestOptions",
    "Response",
    "RetryPolicy",
    "Route",
    "Rule",
    "SessionToken",
    "TokenAuth",
    "TraceEvent",
    "TraceHook",
    "parse_retry_after",
    "together",
    "token_in",
]
