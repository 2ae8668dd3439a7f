"""The texts and figures that come with the reference pack."""
