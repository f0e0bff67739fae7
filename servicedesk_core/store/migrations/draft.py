"""Draft the next migration from the difference between the tables in code and the newest migration.

For developers: ``python -m servicedesk_core.store.migrations.draft "what changes"``, then read and correct the file.
"""

import sys

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from servicedesk_core.store.schema import SCHEMA_VERSION
from servicedesk_core.store.upgrade import SCRIPTS


def draft(message: str) -> None:
    """Write ``versions/NNNN_message.py``."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with create_engine("sqlite://").begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=f"{SCHEMA_VERSION + 1:04d}")


if __name__ == "__main__":
    draft(sys.argv[1])
