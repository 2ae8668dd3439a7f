"""Who depends on whom, directly and through others; when a cut would be felt."""
