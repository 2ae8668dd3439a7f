"""Series become signals: what is unusual, since when, how sure."""
