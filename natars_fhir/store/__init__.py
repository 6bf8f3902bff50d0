"""What we remember: tables, and one function a question."""
