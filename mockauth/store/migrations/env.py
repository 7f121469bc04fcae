"""What Alembic runs: the migrations, in the transaction that the caller has begun."""

from __future__ import annotations

from alembic import context

from mockauth.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=Base.metadata,
    # SQLite changes most of a table only by making it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
