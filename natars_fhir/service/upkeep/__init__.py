"""Upkeep: what keeps an installation safe: audit, backup, secrets, mails, figures, forgetting."""
