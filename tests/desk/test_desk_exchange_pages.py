"""The pages of partners and alarms: whom we know, what is wrong, settled by an officer."""

import pytest
from desk_house import QUICK, House
from desk_partners import SAYS, UNSEEN, with_partners

from foreshock.archive.feeds import SqliteFeeds
from foreshock.exchange import people
from foreshock.words.missions import Deed


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    before, people.HASHER = people.HASHER, QUICK
    folder = tmp_path_factory.mktemp("partners")
    house = House(folder / "home")
    house.folder = folder
    yield house
    house.close()
    people.HASHER = before


@pytest.fixture(scope="module")
def known(house):
    assert "No partner's card was added yet" in house.as_("olaf").get("/partners").text
    assert "No alarm is open" in house.as_("olaf").get("/partners/alarms").text
    assert not (house.archive.home / "feeds.sqlite").exists(), "looking makes no file"
    return with_partners(house, house.folder)


def test_partners_are_shown_with_words_state_circle_key_and_when_they_were_heard(house, known):
    page = house.as_("mina").get("/partners").text
    for word in ("Hague desk", "Tokyo desk", "Oslo desk", "minerals", "TLP:AMBER", "nl-desk"):
        assert word in page
    assert "unconfirmed" in page
    assert "revoked" in page
    assert "card 1, good until" in page
    from foreshock.exchange.partners import everybody
    from foreshock.exchange.spoken import words_of
    from foreshock.words.clocks import now

    with SqliteFeeds(house.archive.home) as keeper:
        words = [words_of(p.card.root) for p in everybody(keeper, now()).values()]
    assert len(words) == 3
    assert all(eight in page for eight in words)


def test_alarms_and_what_was_not_taken_are_shown_with_reasons_and_no_contents(house, known):
    page = house.as_("mina").get("/partners/alarms").text
    assert SAYS in page
    assert "it lies in the future" in page
    assert "characters that turn or hide text" in page
    assert "nothing more is taken from them" in page
    assert UNSEEN not in page
    assert "Settle alarm" not in page, "an analyst settles none"


def test_an_officer_settles_an_alarm_once_and_it_stands_in_the_log(house, known):
    olaf = house.as_("olaf")
    with SqliteFeeds(house.archive.home) as keeper:
        (number,) = [a.number for a in keeper.alarms() if a.kind == "fork"]
    path = f"/partners/alarms/{number}"
    assert house.as_("mina").post(path, how="fine").status_code == 403
    assert olaf.post(path, how="  ").status_code == 422
    assert olaf.post("/partners/alarms/999", how="x").status_code == 422
    assert olaf.post("/partners/alarms/" + "9" * 40, how="x").status_code == 422
    assert olaf.post("/partners/alarms/one", how="x").status_code == 422
    assert olaf.post(path, how="They restored a backup.").status_code == 303
    assert olaf.post(path, how="again").status_code == 422
    assert "They restored a backup." in olaf.get("/partners/alarms").text
    deeds = [d for d in house.archive.known(Deed) if d.did == "alarm_settled"]
    assert [(d.who, d.about) for d in deeds] == [("olaf", (str(number),))]
    with SqliteFeeds(house.archive.home) as keeper:
        assert any((e.what, e.who, e.says) == ("alarm", "olaf", "settled") for e in keeper.audit())


@pytest.mark.parametrize("name", ["pat", "carl", "ada", "lee"])
def test_others_do_not_see_who_our_partners_are(house, known, name):
    for path in ("/partners", "/partners/alarms"):
        answer = house.as_(name).get(path)
        assert answer.status_code == 403
        assert "Hague" not in answer.text
