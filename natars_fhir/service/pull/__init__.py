"""Pull: what a hospital's own server holds is fetched from there, by search, by bulk export, or as it tells us."""
