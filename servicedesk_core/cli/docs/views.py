"""Every public SQL view with its columns."""

from functools import cache

from servicedesk_core.cli.docs.docstring import plain, table
from servicedesk_core.store import views


@cache
def page() -> str:
    """Return the page."""
    about = plain((views.__doc__ or "").partition("\n\n")[2])
    text = f"# SQL views\n\nWhat Power BI, Grafana, a notebook or `sqlite3` may rely on. {about}\n"
    for view in views.describe():
        rows = [(f"`{column.name}`", plain(column.meaning)) for column in view.columns]
        text += f"\n## `{view.name}`\n\n{plain(view.meaning)}\n\n" + table(("column", "meaning"), rows)
    return text
