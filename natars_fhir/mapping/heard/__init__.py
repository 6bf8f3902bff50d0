"""What a site sends and what became of it: gaps, hints, expected feeds, readiness, and what a change would change."""
