"""Run by Alembic; the connection and its transaction are the caller's."""

from alembic import context

from servicedesk_core.store.schema import metadata
from servicedesk_core.store.schema.whole import is_had

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,
    compare_type=True,
    include_object=lambda one, *_: is_had(one, connection.dialect.name),
)
context.run_migrations()
