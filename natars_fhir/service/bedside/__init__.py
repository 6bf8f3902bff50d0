"""Bedside: cards where a record is opened. https://cds-hooks.hl7.org"""
