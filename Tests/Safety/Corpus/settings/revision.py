"""create orders

Revises: 1a2b
"""
revision: str = "3c4d"
down_revision = ("1a2b", '5e6f')
branch_labels = None
depends_on = ["7a8b"]
def upgrade():
    context.configure(version_table="versions", version_table_schema=SCHEMA)
    context.configure(version_table=TABLE)
TABLE = "other"
