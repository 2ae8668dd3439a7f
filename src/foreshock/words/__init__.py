"""What can be said: nouns, clocks, units, markings, vocabularies, the reference pack."""
