"""HTTP in and out, and nothing else: what a request means is decided in `service`."""
