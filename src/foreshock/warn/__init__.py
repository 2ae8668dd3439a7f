"""How likely a shortage is for a holder, when, how bad, and why."""
