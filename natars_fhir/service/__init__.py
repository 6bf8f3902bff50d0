"""Where effects meet: ingest, deliver, and the one seam to the network."""
