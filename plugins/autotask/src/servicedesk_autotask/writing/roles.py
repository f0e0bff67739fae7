"""Which role a technician works in: the vendor wants one with every assignment and every time entry."""

from collections.abc import Sequence

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where
from servicedesk_autotask.writing.refusing import refused


async def role_of(api: Api, resource: int, *, preferred: Sequence[int | None] = (), name: str) -> int:
    """Return the role to work in.

    Args:
        api: The vendor.
        resource: Id of the technician.
        preferred: Roles to take if the technician has them, best first.
        name: The domain field that would settle it, for messages.

    Raises:
        RejectedError: The technician has no service-desk role, or several and none stands out.
    """
    page = await api.query("ResourceServiceDeskRoles", [where("resourceID", "eq", resource)], reserved=True)
    rows: list[Row] = [row for row in page.rows if row.get("isActive") is not False]
    roles = list(dict.fromkeys(row["roleID"] for row in rows if isinstance(row.get("roleID"), int)))
    for role in preferred:
        if role is not None and role in roles:
            return role
    defaults = [row["roleID"] for row in rows if row.get("isDefault") is True]
    candidates = defaults if len(defaults) == 1 else roles
    if len(candidates) == 1:
        return int(candidates[0])
    if not roles:
        raise refused(
            f"resource {resource} has no service-desk role at Autotask, or they are hidden from the API user.",
            name,
            hint="Give the resource a role there, or name one.",
        )
    raise refused(
        f"resource {resource} has several service-desk roles ({', '.join(map(str, roles))}) and no default one.",
        name,
        hint=f"Name one as {name}.",
    )
