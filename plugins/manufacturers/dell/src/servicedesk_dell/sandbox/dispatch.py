"""Self-Dispatch v3."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.sandboxing import Refusal, Request, Response
from servicedesk_dell.sandbox import fleet
from servicedesk_dell.sandbox.claims import Claims
from servicedesk_dell.sandbox.envelopes import Tree, fault, read, result
from servicedesk_dell.sandbox.options import SandboxOptions
from servicedesk_dell.sandbox.wire import action_of

MAX_PARTS, MAX_NOTE, MOST_DENIALS = 4, 1000, 3
_REQUIRED = (
    "TechEmail", "Branch", "Customer", "Track", "ServiceTag", "PrimaryContactName", "PrimaryContactPhone",
    "PrimaryContactEmail", "RequestCompleteCare", "RequestReturnToDepot", "RequestOnSiteTechnician",
    "TroubleshootingNote",
)  # fmt: skip
_ADDRESS = ("CountryISOCode", "City", "ZipPostalCode", "AddressLine1")


class Dispatch:
    """Answers the operations.

    Args:
        options: The technician and the relationship.
        claims: What was claimed.
    """

    def __init__(self, options: SandboxOptions, claims: Claims) -> None:
        self._options = options
        self._claims = claims
        self._wrong = 0
        self.logins_refused = 0

    def answer(self, request: Request, now: datetime, *, refuse: str | None = None) -> Response:
        """Answer one call.

        Args:
            request: The call, its token already checked.
            now: The sandbox's present.
            refuse: Refuse a new or repeated claim with this reason.
        """
        operations = {
            "CheckUser": self._check_user,
            "CheckLogin": self._check_login,
            "GetPartsbyServiceTag": self._parts_by_tag,
            "GetPartsbyModel": self._parts_by_model,
            "CreateDispatch": self._create,
            "GetDispatchStatus": self._status,
            "BulkDispatchesInquiry": self._bulk,
            "ResubmitDispatch": self._resubmit,
        }
        action = action_of(request)
        operation = operations.get(action)
        if operation is None:
            return fault(f"The message with Action '{request.headers.get('soapaction')}' cannot be processed.")
        try:
            fields = read(request)
            self._log_in(fields, now, account_only=action in {"CheckUser", "CheckLogin"})
            if refuse is not None and action in {"CreateDispatch", "ResubmitDispatch"}:
                return _refused(action, [refuse])
            return operation(fields, now)
        except Refusal as refusal:
            return refusal.response

    def _log_in(self, fields: dict[str, Any], now: datetime, *, account_only: bool) -> None:
        options = self._options
        locked = options.is_locked or self._wrong >= options.lockout_after
        right = (fields["Login"], fields["Password"]) == (options.technician_login, options.technician_password)
        if not right:
            self._wrong += 1
        if not right or (locked and not account_only) or (options.is_inactive and not account_only):
            self.logins_refused += 1
            word = "Invalid login or password" if not right else "The user account is locked or inactive"
            raise Refusal(fault(word))
        if self._ends(now) <= now and not account_only:
            self.logins_refused += 1
            raise Refusal(fault("The password of this login has expired"))
        self._wrong = self._wrong if locked else 0

    def _ends(self, now: datetime) -> datetime:
        return self._options.password_ends_at or now + timedelta(days=365)

    def _account(self, now: datetime) -> list[tuple[str, str | Tree]]:
        locked = self._options.is_locked or self._wrong >= self._options.lockout_after
        return [
            ("FullName", "Example, Terry"),
            ("Role", "Technician"),
            ("PasswordExpirationDate", f"{self._ends(now):%Y-%m-%dT%H:%M:%S}"),
            ("Inactive", _yes(is_so=self._options.is_inactive)),
            ("Locked", _yes(is_so=locked)),
        ]

    def _check_user(self, fields: dict[str, Any], now: datetime) -> Response:
        del fields
        return result("CheckUser", [("LoginResult", self._account(now))])

    def _check_login(self, fields: dict[str, Any], now: datetime) -> Response:
        del fields
        options = self._options
        related = [("BranchName", options.branch), ("CustomerName", options.customer), ("Track", options.track)]
        certificate = [("Certificate", "Client Systems"), ("ExpirationDate", f"{now.year + 1}-01-31T00:00:00")]
        more: Tree = [
            ("HomeBranch", options.branch),
            ("Relationships", [("RelationshipInfo", related)]),
            ("Certificates", [("CertificateInfo", certificate)]),
            ("DSP", "false"),
        ]
        return result("CheckLogin", [("LoginResult", [*self._account(now), *more])])

    def _parts_by_tag(self, fields: dict[str, Any], now: datetime) -> Response:
        del now
        tag = str(fields.get("ServiceTag", "")).upper()
        if not tag:
            return fault("Missing parameters: ServiceTag")
        if not fleet.is_known(tag):
            return fault("The service tag does not exist")
        model, description = fleet.model(tag)
        tree: Tree = [("Model", model), ("ModelDescription", description), ("ServiceTag", tag),
                      ("Parts", _parts(fleet.device_class(tag)))]  # fmt: skip
        return result("GetPartsbyServiceTag", [("PartsbyTagResult", tree)])

    def _parts_by_model(self, fields: dict[str, Any], now: datetime) -> Response:
        del now
        return result(
            "GetPartsbyModel", [("PartsbyModelResult", [("Parts", _parts(str(fields.get("ModelCode", ""))))])]
        )

    def _create(self, fields: dict[str, Any], now: datetime) -> Response:
        asked = fields.get("Dispatch") or {}
        missing = [name for name in _REQUIRED if not asked.get(name)]
        if missing:
            return fault(f"Missing parameters: {', '.join(missing)}")
        reasons = self._reasons(asked)
        if reasons:
            return _refused("CreateDispatch", reasons)
        claim = self._claims.create(
            now,
            {
                "tag": asked["ServiceTag"],
                "reference": asked.get("ReferencePONumber", ""),
                "note": asked["TroubleshootingNote"],
                "parts": _list(asked, "Parts", "PartInfo"),
                "files": [file.get("FileName", "") for file in _list(asked, "Attachments", "AttachmentInfo")],
                "asked": {key: value for key, value in asked.items() if key != "Attachments"},
            },
        )
        return _created("CreateDispatch", claim)

    def _resubmit(self, fields: dict[str, Any], now: datetime) -> Response:
        asked = fields.get("Dispatch") or {}
        claim = self._claims.get(str(asked.get("DispatchCode", "")))
        if claim is None:
            return _refused("ResubmitDispatch", ["The dispatch was not found"])
        if claim["status"] != "Dispatch Denied":
            return _refused("ResubmitDispatch", ["Only a denied dispatch can be resubmitted"])
        if claim["denials"] > MOST_DENIALS:
            return _refused("ResubmitDispatch", ["The dispatch was denied more than three times; create a new one"])
        reasons = _of_parts(asked) + _of_note(asked)
        if reasons:
            return _refused("ResubmitDispatch", reasons)
        facts = {"note": asked.get("TroubleshootingNote", ""), "parts": _list(asked, "Parts", "PartInfo")}
        self._claims.move(claim, "Request Resubmitted", now, denied_reason="", **facts)
        return _created("ResubmitDispatch", claim)

    def _status(self, fields: dict[str, Any], now: datetime) -> Response:
        del now
        claim = self._claims.get(str(fields.get("DispatchCode", "")))
        if claim is None:
            tree: Tree = [("Result", "ValidationError"), ("Notes", [("string", "The dispatch was not found")])]
        else:
            tree = [
                ("Result", "Success"),
                ("Status", claim["status"]),
                ("DPSNumber", claim["dps"]),
                ("DispatchCode", claim["code"]),
                ("OrderDeniedReason", claim["denied_reason"]),
                ("Waybill", claim["waybill"]),
            ]
        return result("GetDispatchStatus", [("DispatchStatusResult", tree)])

    def _bulk(self, fields: dict[str, Any], now: datetime) -> Response:
        del now
        try:
            since = datetime.fromisoformat(str(fields.get("CreatedFromDate", "")))
        except ValueError:
            return fault("CreatedFromDate is not valid")
        if since.tzinfo is None:
            return fault("CreatedFromDate is not valid")
        rows = [
            (
                "DispatchInquiryResult",
                [("Code", claim["code"]), ("DellDispatchNumber", claim["dps"]), ("Status", claim["status"])],
            )
            for claim in self._claims.since(since)
        ]
        return result("BulkDispatchesInquiry", [("DispatchInquiryResult", rows)])

    def _reasons(self, asked: dict[str, Any]) -> list[str]:
        options = self._options
        reasons = _of_parts(asked) + _of_note(asked)
        if (asked["Branch"], asked["Customer"], asked["Track"]) != (options.branch, options.customer, options.track):
            reasons.append("The relationship of branch, customer and track is not valid for this user")
        if not fleet.is_known(asked["ServiceTag"]):
            reasons.append("The service tag is not valid")
        address = asked.get("ShipToAddress") or {}
        detailed = [name for name in _ADDRESS if address.get(name)]
        if address.get("AddressBookName") and detailed:
            reasons.append("AddressBookName and address details exclude each other")
        if not address.get("AddressBookName") and len(detailed) < len(_ADDRESS):
            reasons.append("The ship-to address is not complete")
        if not address.get("TimeZone"):
            reasons.append("The time zone is missing")
        for file in _list(asked, "Attachments", "AttachmentInfo"):
            try:
                base64.b64decode(file.get("Data", ""), validate=True)
            except binascii.Error:
                reasons.append("An attachment is not base64")
        return reasons


def _of_parts(asked: dict[str, Any]) -> list[str]:
    parts = _list(asked, "Parts", "PartInfo")
    reasons = []
    if not 1 <= len(parts) <= MAX_PARTS:
        reasons.append(f"A dispatch has 1 to {MAX_PARTS} parts")
    for part in parts:
        if part.get("PartNumber") in fleet.SERIALIZED and not part.get("PPID"):
            reasons.append(f"PPID is required for part {part.get('PartNumber')}")
        if not str(part.get("Quanitity", "")).isdigit():
            reasons.append("Quanitity is not valid")
    if str(asked.get("RequestReturnToDepot")) == "true" and not any(p.get("PartNumber") == "RTD" for p in parts):
        reasons.append("Return to depot needs the part RTD")
    return reasons


def _of_note(asked: dict[str, Any]) -> list[str]:
    long = len(str(asked.get("TroubleshootingNote", ""))) > MAX_NOTE
    return [f"TroubleshootingNote is longer than {MAX_NOTE} characters"] if long else []


def _list(asked: dict[str, Any], holder: str, name: str) -> list[dict[str, Any]]:
    held = asked.get(holder)
    return list(held.get(name, [])) if isinstance(held, dict) else []


def _parts(kind: str) -> Tree:
    return [
        (
            "PartInformation",
            [("PartTypeCode", group), ("PartNumber", number), ("PartDescription", description),
             ("Serializable", _yes(is_so=number in fleet.SERIALIZED))],
        )
        for group, number, description in fleet.parts(kind)
    ]  # fmt: skip


def _created(operation: str, claim: dict[str, Any]) -> Response:
    tree: Tree = [
        ("Result", "Success"),
        ("DispatchID", f"{claim['number']:08X}"),
        ("DispatchCode", claim["code"]),
        ("Status", claim["status"]),
        ("RA", "false"),
        ("Notes", ""),
    ]
    return result(operation, [("DispatchCreateResult", tree)])


def _refused(operation: str, reasons: list[str]) -> Response:
    """A refusal by a rule of business: HTTP 200."""
    notes: Tree = [("string", reason) for reason in reasons]
    return result(operation, [("DispatchCreateResult", [("Result", "ValidationError"), ("Notes", notes)])])


def _yes(*, is_so: bool) -> str:
    return "true" if is_so else "false"
