"""Who depends on whom, directly and through others; when a cut would be felt."""

from foreshock.network.exposure import Network, Outlook

__all__ = ["Network", "Outlook"]
