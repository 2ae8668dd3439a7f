"""Who depends on whom, directly and through others; when a cut would be felt."""

from foreshock.network.exposure import Network, Outlook
from foreshock.network.stocks import Cover

__all__ = ["Cover", "Network", "Outlook"]
