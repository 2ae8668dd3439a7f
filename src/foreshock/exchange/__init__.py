"""Passes on what this house says, signed, and takes in what partners say.

    node, cards, partners          who we are, who they are, and how far we go with them
    feeds, sending, parcels        what we say to whom, as signed segments of a chain
    receive, content               what they say to us, checked in a fixed order
    receipts, corrections          who got what; new versions, withdrawals, erasures
    view, audit                    what is in force; what was done, line bound to line
    stix, cap, taxii               the forms of other tools

What is kept is kept by a `words.feeds.FeedKeeper`; nothing leaves but through `gate.py`.
"""
