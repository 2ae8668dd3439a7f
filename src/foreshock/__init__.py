"""Foreshock: early warning for the supply of chips, critical minerals and other materials.

The rooms, from the ground up (imports go down only, a test keeps it):

    errors  <  words  <  gate  <  archive, sources, reading, ledger, network, watch, exchange
            <  warn  <  rounds  <  desk
"""

__version__ = "0.1.0"
