"""Ingest: what hospitals send is read, kept, answered."""
