"""Run by Alembic; the connection and its transaction are the caller's."""

from alembic import context

from servicedesk_core.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
