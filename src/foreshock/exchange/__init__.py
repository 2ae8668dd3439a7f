"""Passes records on to partners, signed, and reads what they pass on."""
