"""Where effects meet: what is pushed, what is remembered of it, and what the sites are told."""
