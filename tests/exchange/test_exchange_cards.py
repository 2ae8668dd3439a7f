"""Keys, cards and words: who somebody is, and how a person makes sure of it."""

import stat
from datetime import timedelta

import msgspec
import pytest
from exchange_nodes import START, house
from hypothesis import given
from hypothesis import strategies as st

from foreshock.errors import Misread, NotAllowed, NotGenuine, Unreadable, WrongUse
from foreshock.exchange import cards, identity, jws, node, partners, spoken
from foreshock.exchange.identity import Key, new_key


def test_no_two_words_of_the_list_can_be_mistaken_for_each_other():
    words = spoken._list()
    assert len(words) == len(set(words)) == 1_024
    assert all(word.isascii() and word.islower() and 4 <= len(word) <= 8 for word in words)
    by_gap: dict[str, str] = {}
    for word in words:  # no two differ in one letter
        for place in range(len(word)):
            gap = f"{word[:place]}?{word[place + 1 :]}"
            assert by_gap.setdefault(gap, word) == word, (word, by_gap[gap])


def test_the_words_of_a_key_never_change():
    assert spoken.words_of("11" * 32) == "broom aerial uncle dolphin grammar gecko colony charm"
    assert spoken.same_words(spoken.words_of("11" * 32).upper(), "11" * 32)
    assert not spoken.same_words(spoken.words_of("11" * 32), "22" * 32)


def test_a_slip_of_the_tongue_is_no_forgery():
    with pytest.raises(WrongUse, match="none of the words"):
        spoken.same_words("abbey " * 7 + "abbbey", "11" * 32)


def test_keys_are_readable_by_their_owner_alone(seoul):
    for place in (*(seoul.home / "keys").glob("*.key"), seoul.root):
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE((seoul.home / "keys").stat().st_mode) == 0o700


def test_a_key_that_others_may_read_is_not_used(seoul):
    key = next((seoul.home / "keys").glob("operating-*.key"))
    key.chmod(0o640)
    with pytest.raises(NotAllowed, match="may be read by others"):
        node.load_node(seoul.home, seoul.at)


def test_the_root_key_does_not_lie_in_the_archive(tmp_path):
    with pytest.raises(NotAllowed, match="may not lie unlocked"):
        identity.keep_root(new_key(), tmp_path / "home" / "root.key", tmp_path / "home")
    assert not (tmp_path / "home" / "root.key").exists()


def test_a_locked_root_key_opens_with_its_passphrase_alone(tmp_path):
    key = new_key()
    identity.keep_root(key, tmp_path / "root.age", tmp_path, "horse battery")
    assert identity.read_root(tmp_path / "root.age", "horse battery") == key
    with pytest.raises(NotAllowed, match="does not open"):
        identity.read_root(tmp_path / "root.age", "wrong")
    assert (
        key._private.private_bytes_raw().hex().encode() not in (tmp_path / "root.age").read_bytes()
    )


def test_a_key_is_never_overwritten(tmp_path):
    identity.keep_root(new_key(), tmp_path / "root.key", tmp_path / "home")
    with pytest.raises(WrongUse, match="there is a key"):
        identity.keep_root(new_key(), tmp_path / "root.key", tmp_path / "home")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"zz" * 32, b"00" * 31])
def test_a_file_that_holds_no_key_is_told(tmp_path, content):
    (tmp_path / "root.key").write_bytes(content)
    (tmp_path / "root.key").chmod(0o600)
    with pytest.raises(Unreadable, match="holds no key"):
        identity.read_root(tmp_path / "root.key")


def test_private_keys_never_show():
    key = new_key()
    secret = key._private.private_bytes_raw().hex()
    assert secret not in repr(key) + str(key)
    assert isinstance(key, Key)


@given(st.binary(min_size=1, max_size=300))
def test_a_signature_is_read_in_one_form_only(noise):
    key = new_key()
    token = jws.sign(noise, "card", key)
    assert jws.take_apart(token, "card").payload == noise
    assert jws.holds(jws.take_apart(token, "card"), key.public)
    for other in (token + "=", token + ".", f" {token}", token.replace(".", "..", 1)):
        with pytest.raises(Misread):
            jws.take_apart(other, "card")
    with pytest.raises(NotGenuine, match="was made for a card"):
        jws.take_apart(token, "segment")


@given(st.data())
def test_no_bit_of_a_card_can_change(data):
    root = new_key()
    operating = new_key()
    card = cards.Card(
        name="A", identity=f"identity--{'0' * 36}", root=root.public, counter=1,
        keys=(cards.KeySpan(key=operating.public, since=START, until=START),),
        age="age1" + "q" * 58, issued=START, expires=START,
    )  # fmt: skip
    token = jws.sign(msgspec.json.encode(card), "card", root)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_."))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises((Misread, NotGenuine)):
            cards.read_card(changed)


def issued(one, **more):
    root = identity.read_root(one.root)
    card = msgspec.structs.replace(one.me.card, **more)
    return jws.sign(msgspec.json.encode(card), "card", root)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"name": "\u202eKorea"}, "the name"),
        ({"identity": "identity--x"}, "its identity"),
        ({"keys": ()}, "no operating key"),
        ({"age": "age1nothing"}, "no age recipient"),
        ({"counter": 0}, "no counter"),
        ({"url": "file:///x"}, "its address"),
    ],
)
def test_a_card_that_cannot_be_used_is_refused_though_it_is_signed(seoul, more, told):
    with pytest.raises(Misread, match=told):
        cards.read_card(issued(seoul, **more))


def test_a_card_whose_operating_key_is_the_root_key_is_refused(seoul):
    card = seoul.me.card
    span = msgspec.structs.replace(card.keys[0], key=card.root)
    with pytest.raises(Misread, match="has to stay offline"):
        cards.read_card(issued(seoul, keys=(span,)))


def test_two_cards_of_one_number_are_one_too_many(seoul, hague):
    other = issued(hague, url="https://elsewhere.example")
    with pytest.raises(NotGenuine, match="two cards number 1"):
        partners.add(other, seoul.keeper, seoul.at, seoul.me.card)


def test_a_partner_cannot_become_another_author(seoul, hague):
    other = issued(hague, counter=2, identity="identity--00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotGenuine, match="changes its identity"):
        partners.add(other, seoul.keeper, seoul.at, seoul.me.card)
    assert seoul.partner(hague).card.counter == 1


def test_a_new_node_under_the_name_of_a_partner_is_refused(seoul, hague, tmp_path):
    again = house("Hague", tmp_path / "again")
    with pytest.raises(NotGenuine, match="bears the name or identity"):
        partners.add(again.me.token, seoul.keeper, seoul.at, seoul.me.card)
    again.keeper.close()


def test_our_own_card_is_no_partner(seoul):
    with pytest.raises(WrongUse, match="our own card"):
        partners.add(seoul.me.token, seoul.keeper, seoul.at, seoul.me.card)


def test_an_expired_card_is_not_taken_and_a_partner_with_one_is_not_sent_to(seoul, hague):
    seoul.pass_days(400)
    assert seoul.partner(hague).state == "expired"
    with pytest.raises(NotGenuine, match="expired"):
        partners.add(hague.me.token, seoul.keeper, seoul.at, seoul.me.card)
    with pytest.raises(NotAllowed, match="is expired"):
        from foreshock.exchange import feeds

        feeds.audience("Hague", seoul.keeper, seoul.at)


def test_a_node_whose_keys_have_all_expired_says_what_to_do(seoul):
    with pytest.raises(NotAllowed, match="partners rotate"):
        node.load_node(seoul.home, seoul.at + timedelta(days=181))


def test_only_the_own_root_key_makes_a_new_card(seoul, hague):
    with pytest.raises(WrongUse, match="is not the root key"):
        node.rotate(seoul.home, hague.root, seoul.at, seoul.keeper)


def test_after_a_planned_change_of_keys_the_old_one_holds_for_two_weeks(seoul, hague):
    from exchange_nodes import thing

    hague.publish(seoul, thing(hague))
    old = hague.segments(seoul)[0]
    hague.rotate()
    partners.add(hague.me.token, seoul.keeper, seoul.at, seoul.me.card)
    assert seoul.open_blocks(old).taken[0].kept == 1
    seoul.pass_days(15)
    assert "expired" in seoul.open_blocks(old).problems[0]


def test_what_is_no_card_is_told(seoul):
    for text in ("", "hello", "a.b.c", "e30.e30." + "A" * 86, "\u00e9" * 10, "x" * 100_000):
        with pytest.raises((Misread, NotGenuine)):
            partners.add(text, seoul.keeper, seoul.at, seoul.me.card)
