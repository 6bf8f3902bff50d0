"""The trial office's pages: what they show of the trial, made once and kept until the store changes."""
