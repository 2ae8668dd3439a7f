"""A partner's report comes by TAXII, our warning cites it; it is withdrawn, and we say so."""

import contextlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from taxii_served import prepared, served

from foreshock.archive import open_archive
from foreshock.archive.shelf import open_shelf
from foreshock.desk.cli import main
from foreshock.exchange import stix
from foreshock.exchange.taxii import read_book
from foreshock.exchange.taxii.publish import publish
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Arrival
from foreshock.words.pack import load
from foreshock.words.records import EarlyWarning, Receiver, Report

FOR = Receiver(name="partner", circle="organisation")


def run(*words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code, words
    return out.getvalue()


def offered(home, report, at, **more):
    """The partner puts a report into its collection, as a version of `at`."""
    made = stix.bundle([report], FOR, "Hague desk", load(None))["objects"]
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    bodies = [
        json.dumps(
            {**one, "modified": stamp, **more} if one["type"] == "incident" else one
        ).encode()
        for one in made
        if one["type"] in ("incident", "location", "identity")
    ]
    with open_shelf(home) as shelf:
        done = publish(shelf, read_book(home).collections[0], bodies)
    assert done.kept > 0


def standing(home, item):
    found = json.loads(run("warnings", "--holder", "KR", "--json", "--home", home))["warnings"]
    return next((w for w in found if w["item"] == item), None)


ITEM = "mat.helium"


def test_a_report_of_a_partner_is_cited_by_our_next_round_until_it_is_withdrawn(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    run("round", "--holder", "KR", "--home", ours)
    yesterday = str((now() - timedelta(days=1)).date())
    past = run("warnings", "--holder", "KR", "--as-of", yesterday, "--json", "--home", ours)
    before = standing(ours, ITEM)
    at = datetime.now(UTC) - timedelta(hours=3)
    report = Report(
        clocks=live(at, at.date(), str(at.date())), marking=Marking.GREEN, mission="doha",
        host="QA", items=(ITEM,), form="disruption", status="disrupted", mode="fire",
        impact="The plant stands still.", grade="B2", by="jan",
    ).sealed()  # fmt: skip
    collection, secret = prepared(theirs)
    offered(theirs, report, at)
    (tmp_path / "secret").write_text(secret)
    with served(theirs, house=(collection, secret)) as to:
        pull = ("taxii", "pull", to.url, "--from", "hague", "--user", "partner", "--secret-file",
                tmp_path / "secret", "--home", ours)  # fmt: skip
        run(*pull)
        run("round", "--holder", "KR", "--home", ours)
        warned = standing(ours, ITEM)
        assert warned["p90"] > (before["p90"] if before else 0.0)
        assert warned["marking"] == Marking.GREEN, "as strict as what it rests on"
        (reason,) = [r for r in warned["reasons"] if r["rule"] == "disruption"]
        with open_archive(ours) as archive:
            (arrival,) = archive.known(Arrival)
            assert (arrival.partner, arrival.fate, arrival.way) == ("hague", "came", "taxii")
            assert arrival.event in reason["evidence"]
            kept = archive.get(arrival.of)
            assert kept.clocks.published == at.date()
            assert kept.clocks.known_at >= at + timedelta(hours=2), "known from its arrival on"

        offered(theirs, report, at + timedelta(hours=1), revoked=True)
        run(*pull)
        run("round", "--holder", "KR", "--home", ours)
        with open_archive(ours) as archive:
            newest = [w for w in archive.known(EarlyWarning) if w.item == ITEM and w.holder == "KR"]
        (after,) = newest
        assert not [r for r in after.reasons if r.rule == "disruption"]
        (why,) = [r for r in after.reasons if r.rule == "withdrawn"]
        assert "hague withdrew report-" in why.says
        assert after.p90 < warned["p90"]
        run("round", "--holder", "KR", "--home", ours)
        with open_archive(ours) as archive:
            (again,) = [
                w for w in archive.known(EarlyWarning) if w.item == ITEM and w.holder == "KR"
            ]
        assert again.id == after.id, "said once"
    same = run("warnings", "--holder", "KR", "--as-of", yesterday, "--json", "--home", ours)
    assert json.loads(same)["warnings"] == json.loads(past)["warnings"]
