"""Alembic migrations of the store; shipped with the package and run by :mod:`servicedesk_core.store.upgrade`."""
