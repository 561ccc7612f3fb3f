"""The history of the tables, one file a revision in versions/; Alembic runs them in order."""
