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
    if resource == "asset-components":
        tag = (request.param("servicetag") or "").strip().upper()
        return json_response(fleet.components(tag, now)) if tag else fault(400, "servicetag is missing", request)
    if resource not in {"assets", "asset-entitlements"}:
        return fault(404, "Resource not found", request)
    tags = [tag.strip().upper() for tag in (request.param("servicetags") or "").split(",") if tag.strip()]
    if not tags:
        return fault(400, "servicetags is missing", request)
    if len(tags) > MAX_TAGS:
        return fault(400, f"More than {MAX_TAGS} service tags", request)
    rows = [fleet.asset(tag, now, with_entitlements=resource == "asset-entitlements") for tag in dict.fromkeys(tags)]
    # The vendor promises no order.
    return json_response(sorted(rows, key=lambda row: str(row["serviceTag"])[::-1]))
