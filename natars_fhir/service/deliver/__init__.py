"""Deliver: what sites are told: through the outbox to their servers, and to whoever subscribed."""
