"""The Warranty API v5."""

from datetime import datetime

from servicedesk_core.sandboxing import Request, Response, json_response
from servicedesk_dell.sandbox import fleet
from servicedesk_dell.sandbox.wire import fault

MAX_TAGS = 100


def answer(request: Request, now: datetime) -> Response:
    """Answer one call below the interface's address."""
    resource = request.path.rstrip("/").rpartition("/")[2]
    if request.method != "GET":
        return fault(405, "Method Not Allowed", request)
    if resource in {"asset-components", "asset-entitlement-components"}:
        tag = (request.param("servicetag") or "").strip().upper()
        if not tag or "," in tag:
            return fault(400, "one servicetag is needed", request)
        with_entitlements = resource == "asset-entitlement-components"
        return json_response(fleet.components(tag, now, with_entitlements=with_entitlements))
    if resource not in {"assets", "asset-entitlements"}:
        return fault(404, "Resource not found", request)
    tags = [tag.strip().upper() for tag in (request.param("servicetags") or "").split(",") if tag.strip()]
    if not 0 < len(tags) <= MAX_TAGS:
        return fault(400, f"1 to {MAX_TAGS} servicetags are needed", request)
    rows = [fleet.asset(tag, now, with_entitlements=resource == "asset-entitlements") for tag in dict.fromkeys(tags)]
    # The vendor promises no order.
    return json_response(sorted(rows, key=lambda row: str(row["serviceTag"])[::-1]))
