"""The pipeline over files of any size."""
