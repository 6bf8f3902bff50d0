"""Search: a site's own resources are given back to it."""
