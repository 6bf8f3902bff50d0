"""What the trial means. Standard library only."""
