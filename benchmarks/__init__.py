"""Side by side with what a user would pick instead: made data, measured alternatives, printed ratios."""
