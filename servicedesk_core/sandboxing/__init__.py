"""What stand-ins of vendors share: serving, steering, faults. It knows nothing of the product's own rooms.

A sandbox shares no code with the connector that it stands in for, so that one mistake can't hide in both. What is here
is neither vendor's nor connector's: the little of HTTP that a stand-in needs, the fault script, the vendor's clock,
OAuth tokens, and what is kept between two runs.
"""

from servicedesk_core.sandboxing.asgi import Refusal, Request, Response, json_response
from servicedesk_core.sandboxing.clock import VendorClock
from servicedesk_core.sandboxing.faults import TRANSPORT, Fault, Script
from servicedesk_core.sandboxing.launching import Launch
from servicedesk_core.sandboxing.serving import address_of, bind, run_until_stopped, serve
from servicedesk_core.sandboxing.shelf import Shelf
from servicedesk_core.sandboxing.standin import StandIn
from servicedesk_core.sandboxing.tokens import ClientCredentials

__all__ = [
    "TRANSPORT",
    "ClientCredentials",
    "Fault",
    "Launch",
    "Refusal",
    "Request",
    "Response",
    "Script",
    "Shelf",
    "StandIn",
    "VendorClock",
    "address_of",
    "bind",
    "json_response",
    "run_until_stopped",
    "serve",
]
