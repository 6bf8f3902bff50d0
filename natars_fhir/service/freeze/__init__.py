"""Freeze: the trial's data at one moment, in a folder that can be made again and proves itself."""
