"""Readers: named, typed functions that make facts of one kind of resource or value. Views name them."""
