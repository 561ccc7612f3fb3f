"""Run the migrations in the transaction that store.migrate hands over; Alembic executes this file."""

from __future__ import annotations

from alembic import context

# SQLite's DDL is transactional, whatever Alembic assumes: a killed upgrade leaves nothing half done.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
