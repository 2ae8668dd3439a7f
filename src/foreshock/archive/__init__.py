"""Keeps every record for good, and tells what was known on a day."""
