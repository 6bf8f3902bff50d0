"""What we remember: SQLAlchemy Core tables, and one function a question."""
