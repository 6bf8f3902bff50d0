"""Figures: Kaplan-Meier by arm and the CONSORT flow, from numbers to bytes, each with its table; pure."""
