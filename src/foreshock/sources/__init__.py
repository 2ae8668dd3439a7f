"""Files and folders become documents and observations, with the health of each source."""
