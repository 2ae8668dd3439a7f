"""The audit log names what was done, never what was said, and shows when it was changed."""

import pytest
from exchange_nodes import named, thing

from foreshock.exchange import corrections, receipts
from foreshock.exchange.audit import verify


def test_the_log_is_whole_and_names_what_was_done(seoul, hague):
    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    seoul.open(hague.parcel(seoul))
    found = verify(seoul.keeper, seoul.id)
    assert found.sound
    assert found.witnesses >= 2
    assert {"key", "trust", "send", "receipt"} <= {line.what for line in seoul.keeper.audit()}


def test_the_log_holds_ids_and_never_texts(seoul, hague):
    body = thing(seoul, name="nine days of gallium", description="a plant in Gumi")
    seoul.publish(hague, body, why="The plant told us.")
    hague.open(seoul.parcel(hague))
    receipts.say(named(body), "disputed", "analyst", hague.me, hague.keeper, hague.at, "Not so.")
    corrections.withdraw(named(body), "Misread.", seoul.me, seoul.keeper, seoul.at)
    for one in (seoul, hague):
        text = "\n".join(f"{line.about} {line.says}" for line in one.keeper.audit())
        for secret in ("nine days", "Gumi", "plant told", "Not so", "Misread"):
            assert secret not in text


def unlocked(one):
    """The file as somebody may open it who is at the machine, with the triggers dropped."""
    import sqlite3

    one.keeper.close()
    raw = sqlite3.connect(one.home / "feeds.sqlite")
    for name in ("audit_stays", "audit_keeps"):
        raw.execute(f"DROP TRIGGER {name}")
    return raw


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ("UPDATE audit SET says = 'nothing' WHERE n = 2", "line 2 is not what was written"),
        ("DELETE FROM audit WHERE n = 3", "lines 3 to 3 are missing"),
        ("DELETE FROM audit WHERE n > 3", "the log ends with 3"),
    ],
)
def test_a_log_that_was_changed_or_cut_off_shows(seoul, hague, spoilt, told):
    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    seoul.open(hague.parcel(seoul))
    with unlocked(seoul) as raw:
        raw.execute(spoilt)
    raw.close()
    assert any(told in problem for problem in verify(seoul.keeper, seoul.id).problems)


def test_a_head_that_was_printed_proves_what_stood_in_the_log(seoul):
    number, chain = seoul.keeper.audit_head()
    assert verify(seoul.keeper, seoul.id, [(number, chain)]).sound
    assert not verify(seoul.keeper, seoul.id, [(number, "0" * 64)]).sound
    assert not verify(seoul.keeper, seoul.id, [(number + 9, chain)]).sound


@pytest.mark.parametrize("table", ["audit", "card", "trust", "piece", "segment", "receipt"])
def test_no_row_can_be_dropped_from_the_books(seoul, hague, table):
    import sqlite3

    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    seoul.open(hague.parcel(seoul))
    with (
        seoul.keeper.writing() as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(f"DELETE FROM {table}")
