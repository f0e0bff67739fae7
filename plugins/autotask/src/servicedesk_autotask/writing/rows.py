"""All rows that meet some conditions, for looks that must not miss one."""

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import MAX_ROWS, Condition, where
from servicedesk_core.errors import ProtocolError


async def all_rows(api: Api, entity: str, conditions: list[Condition], *, fields: list[str] | None = None) -> list[Row]:
    """Return all rows, page by page by rising id.

    Raises:
        ProtocolError: A page cannot be continued: a search that was cut short proves nothing.
        ConnectorError: The vendor could not be asked.
    """
    rows: list[Row] = []
    after: list[Condition] = []
    while True:
        page = await api.query(entity, [*conditions, *after], fields=fields, reserved=True)
        rows += page.rows
        last = page.rows[-1].get("id") if page.rows else None
        if len(page.rows) < MAX_ROWS and not page.has_next:
            return rows
        if not isinstance(last, int):
            raise ProtocolError(f"Autotask answered a search in {entity} with a page that cannot be continued.")
        after = [where("id", "gt", last)]
