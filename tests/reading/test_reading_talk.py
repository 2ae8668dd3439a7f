"""Who speaks: associations, persons by last name, statements that say "we", who is told to act."""


def told(reading, kind):
    return [e for e in reading.events if e.type == kind]


def test_an_association_unknown_to_the_pack_acts_under_its_own_name(read):
    text = "The Korea Copper Industry Association welcomed the ruling on copper."
    (event,) = told(read(text), "POSITION")
    assert event.actors == ("org:Korea_Copper_Industry_Association",)


def test_a_lobby_told_by_its_kind_and_name_acts_not_the_country_around_it(read):
    text = "In Seoul the mining association Komina called on Japan to lift its curbs on copper."
    (event,) = told(read(text), "PRESSURE")
    assert event.actors == ("org:Komina",)


def test_a_person_told_with_an_office_speaks_for_it_under_the_last_name_too(read):
    text = (
        "Dutch minister Anna Visser spoke of chips. China is not pleased. "
        "Visser called the rules on chips a step in the right direction."
    )
    (event,) = [e for e in told(read(text), "POSITION") if e.mode == "welcome"]
    assert event.actors == ("NL",)


def test_a_person_told_with_a_title_is_no_firm(read):
    text = "Prime Minister Pham Minh came to talk of copper. Minh welcomed the ruling on copper."
    assert not [a for e in read(text).events for a in e.actors if "Minh" in a]


def test_we_in_a_statement_is_whoever_makes_it(read):
    text = "Statement by Renesas on chips. We welcome the ruling on exports of chips."
    (event,) = told(read(text), "POSITION")
    assert event.actors == ("org:Renesas",)


def test_we_in_answers_is_the_one_whose_comment_is_asked_for(read):
    text = (
        "Q: The United States has tightened curbs on chips. What is China's comment? "
        "A: We urge the US side to lift its curbs on chips."
    )
    (event,) = told(read(text), "PRESSURE")
    assert (event.actors, event.targets) == (("CN",), ("US",))


def test_who_is_told_what_to_do_is_the_target_of_whoever_says_so(read):
    text = "The US should stop its curbs on chips, a Chinese commerce ministry spokesman said."
    (event,) = told(read(text), "PRESSURE")
    assert (event.actors, event.targets) == (("CN",), ("US",))


def test_talks_between_the_two_are_of_those_told_of_before(read):
    text = (
        "Japan has curbed exports of photoresist to South Korea. "
        "Technical talks on photoresist will carry on in September."
    )
    (event,) = told(read(text), "NEGOTIATE")
    assert set(event.actors) == {"JP", "KR"}


def test_a_quake_that_left_the_plants_unscathed_is_no_loss(read):
    text = "Renesas reassured investors that the quake left its chip plants unscathed."
    assert [e.type for e in read(text).events] == ["POSITION"]


def test_a_relative_clause_tells_of_the_name_before_it(read):
    text = "Japan passed the plea for chips on to Renesas, which promised to make more chips."
    promises = told(read(text), "COMMIT")
    assert [e.actors for e in promises] == [("org:Renesas",)]


def test_a_day_with_its_month_shortened_ends_a_sentence(read):
    text = "China will curb exports of gallium from Feb. 25. Japan welcomed the ruling on gallium."
    (event,) = told(read(text), "POSITION")
    assert event.actors == ("JP",)
