"""Documents become events, each with its evidence in the text."""
