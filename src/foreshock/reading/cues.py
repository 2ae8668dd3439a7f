"""The words of a language around the triggers, as its table `cues` tells them."""

from typing import Any

import msgspec


class Cues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of a language around the triggers: regular expressions, or lists of words."""

    spaced: bool = True
    #: opens a clause; the group `lead` is the opening word
    clause: str
    #: before a name: what the name is to the verb
    prepositions: tuple[str, ...] = ()
    #: where prepositions are not words of their own: before or after the one on whom it falls
    target_before: str = "(?!)"
    target_after: str = "(?!)"
    skip_before_name: tuple[str, ...] = ()
    #: after a demonym: the country itself acts; people of the country act
    official: str = "(?!)"
    private: str = "(?!)"
    #: takes up somebody or something named before
    anaphor: str = "(?!)"
    same_measure: str = "(?!)"
    #: what follows is not told
    unsaid: str = "(?!)"
    same_loss: str = "(?!)"
    #: what belongs to whoever was named; an hour before what happened
    its_own: str = "(?!)"
    hour: str = "(?!)"
    #: something is short
    lack: str = "(?!)"
    #: a mine or a smelter, and what it belongs to
    pit: str = "(?!)"
    #: "the pit", "production is": a site told before
    same_site: str = "(?!)"
    items_again: str = "(?!)"
    #: a group of things that the next sentence names
    items_ahead: str = "(?!)"
    #: what follows is what the item is for, not the item itself
    purpose: str = "(?!)"
    #: after an item: a trade or a stage of making, not the item itself
    of_trade: str = "(?!)"
    #: after an item: those who make it
    maker: str = "(?!)"
    #: talk of trade or supply: a doubtful item name counts beside it
    trade: str = "(?!)"
    not_news: str = "(?!)"
    be: str = "(?!)"
    #: may stand between a subject and its verb
    auxiliaries: str = "(?!)"
    article: str = "(?!)"
    #: before a noun: it is one told before; after it: it only describes the next noun
    noun_before: str = "(?!)"
    definite: str = "(?!)"
    noun_after: str = "(?!)"
    #: in force from the day it is told; over by the day it is told; where the main clause goes on
    at_once: str = "(?!)"
    #: between a verb and a date: the date is that of what the verb is about
    of_other: str = "(?!)"
    #: right before a date: since then it has been so, which is no date of the verb behind it
    placed: str = "(?!)"
    #: right after a name that ends like a word for many: one does it, so it is a name
    one_of_them: str = "(?!)"
    #: right before "wafers": so many are told that they are chips in the making
    counted_wafers: str = "(?!)"
    #: right after a name that is part of the name of a law: "Chips Act"
    law_name: str = "(?!)"
    #: right before a noun of joint acts: there is none
    lacking: str = "(?!)"
    #: goods told by whoever takes them in
    imported: str = "(?!)"
    #: what moves or makes things: its numbers are none of their price
    moved: str = "(?!)"
    #: before a loss: it is feared, or to be ended; before a flow: it is wanted
    feared: str = "(?!)"
    aim: str = "(?!)"
    #: before a loss: it is why something else was done
    reason: str = "(?!)"
    #: right before a trigger: it is only said what would not be done by it
    not_done: str = "(?!)"
    #: a trigger that tells when a measure takes effect, not when it was made
    enters: str = "(?!)"
    #: before "after": how long; groups `n` and `unit`, or nothing for the same day
    days_after: str = "(?!)"
    #: between the first and the last month of a period
    range: str = "(?!)"
    #: how long it lasts; groups `n` and `unit`
    lasts: str = "(?!)"
    over: str = "(?!)"
    #: before a participle: what happened still holds
    has: str = "(?!)"
    #: the first months or quarters of a year; groups `n`, `unit` and `y`
    first_part: str = "(?!)"
    #: the trigger's own first words; talks that are not over; a probe that is
    opens_considered: str = "(?!)"
    opens_announced: str = "(?!)"
    goes_on: str = "(?!)"
    concluded: str = "(?!)"
    main: str = "(?!)"
    #: where the main clause goes on after a relative one
    resumed: str = "(?!)"
    compound: str = "(?!)"
    #: a sentence that opens so asks or advises: no news
    heading: str = "(?!)"
    #: words of the anaphors that mean a company, an office, two parties
    company_words: str = "(?!)"
    office_words: str = "(?!)"
    both: str = "(?!)"
    #: an agreement of which one party alone is named
    signs: str = "(?!)"
    #: a tax on imports; before what it falls on
    tariff: str = "(?!)"
    falls_on: str = "(?!)"
    #: before a place: goods leave it; envoys come from it
    leaves: str = "(?!)"
    #: after a country: its firms; the group `who` tells which
    its_firms: str = "(?!)"
    sent_by: str = "(?!)"
    #: between a company and its verb: who or what it is
    apposition: str = "(?!)"
    #: after a country: it only tells where something is; where goods go
    of_place: str = "(?!)"
    office_in: str = "(?!)"
    #: before a name: it is a person's; after a name: it is an office's; after a person with a
    #: title: whose head it is
    title: str = "(?!)"
    titles: str = "(?!)"
    title_of: str = "(?!)"
    #: a person by title and name; the group `firm` if it is a company's title
    titled: str = "(?P<firm>(?!))"
    #: of a loss told of: it did no harm
    unharmed: str = "(?!)"
    #: takes up a person; in a text that somebody issues: the issuer
    person: str = "(?!)"
    we: str = "(?!)"
    #: in the opening of a text: somebody's own statement; whose comment a question asks for
    statement: str = "(?!)"
    comment_of: str = "(?!)"
    #: takes up an agreement, and so its parties
    same_deal: str = "(?!)"
    #: before the one who is told something: not the one who acts
    told_whom: str = "(?!)"
    bound_for: str = "(?!)"
    #: whom "the ministry", "the government" stand for where nobody else is named with them
    home: str = ""
    home_office: str = "(?!)"
    #: where "'s" is a particle: after the one to whom what follows belongs
    owner_after: str = "(?!)"
    #: opens a text that an authority issues itself
    official_text: str = "(?!)"
    by: str = "(?!)"
    #: what is told by what it makes: "machines that make chips"; the item that is meant
    items_made: tuple[tuple[str, str], ...] = ()
    #: offices that go by one word with a capital: "the Commission"; whose they are
    bodies: tuple[tuple[str, str], ...] = ()
    #: rules and lists known by name; whose they are
    regimes: tuple[tuple[str, str], ...] = ()
    #: the one who speaks acts: "we will", "I will"
    first_person: str = "(?!)"
    #: "the suspension": it takes up an easing; before a noun with "the": it is what is announced
    relief: str = "(?!)"
    announces: str = "(?!)"
    #: after a month or year: it is of this noun, not of the verb
    dated_noun: str = "(?!)"
    #: a verb whose subject gets what another gives
    gains: str = "(?!)"
    instruments: tuple[tuple[str, str], ...] = ()
    weak_instruments: tuple[str, ...] = ()
    status: tuple[tuple[str, str], ...] = ()
    modality: tuple[tuple[str, str], ...] = ()
    signpost: str = "(?!)"
    since: str = "(?!)"
    signpost_leads: tuple[str, ...] = ()
    #: a clause that opens so tells of what may or may not be
    hypothetical_leads: tuple[str, ...] = ()
    said: str = "(?!)"
    #: other verbs of speech: they tell whose judgement it is, not who vouches for a fact
    spoke: str = "(?!)"
    #: somebody taken up says so: "he said", "the ministry said"
    said_again: str = "(?!)"
    according: str = "(?!)"
    #: right before the word for an office or company: it is the subject's own
    its: str = "(?!)"
    speakers: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    #: type -> (words, mode), for frames that leave the mode open
    modes: dict[str, tuple[tuple[str, str], ...]] = {}
    #: the text speaks of licences for what is controlled
    licensing: str = "(?!)"
    #: before "needed for": it is a licence that is needed, not an input
    licence_before: str = "(?!)"
    dates: dict[str, Any] = {}
