"""Access: who may do what, by which token, and how tokens are made, given, found and taken back."""
