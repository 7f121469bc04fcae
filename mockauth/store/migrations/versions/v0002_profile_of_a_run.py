"""The list of runs says which profile each one had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add `runs.profile`, empty for the runs that are there."""
    op.add_column("runs", sa.Column("profile", sa.Text(), nullable=False, server_default=""))
