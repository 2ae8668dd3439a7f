import pytest
from mission_house import PACK, archive_with_missions

from foreshock import gate
from foreshock.errors import NotAllowed
from foreshock.exchange import submissions as subs
from foreshock.exchange.forms import WrongForm
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Aggregate, Deed, Disclosure, Submission
from foreshock.words.people import Person

CELL = subs.Cell(item="min.ga", figure="use", period="2026-Q3")
DESK = Person(clocks=live(now()), name="mina", roles=("analyst",), desk="minerals")


@pytest.fixture
def archive(tmp_path):
    with archive_with_missions(tmp_path / "home") as opened:
        yield opened


def tell(archive, company, value, period="2026-Q3", item="gallium", group="", desk="minerals"):
    person = Person(
        clocks=live(now()), name=f"of-{company}", roles=("company",), company=company,
        desk=desk, group=group,
    )  # fmt: skip
    told = {"item": item, "figure": "use", "period": period, "value": str(value)}
    return subs.submit(archive, PACK, person, told)


def three(archive):
    for company, value in (("acme", 500), ("bolt", 400), ("coil", 345)):
        tell(archive, company, value)


def make(archive, cell=CELL, **more):
    return subs.aggregate(archive, PACK, DESK, cell, **more)


def test_a_submission_is_red_passes_no_gate_but_that_of_a_named_person_and_leaves_no_text_in_deeds(
    archive,
):
    kept = tell(archive, "acme", 512345)
    assert kept.marking is Marking.RED
    for circle in ("public", "community", "organisation", "own"):
        assert not gate.allows(kept, gate.Receiver(name="x", circle=circle))
    told = [text for d in archive.history(Deed) for text in (*d.about, d.did)]
    assert not any("512345" in text for text in told)


def test_the_newest_figure_of_a_company_stands_and_the_one_before_is_kept(archive):
    first, second = tell(archive, "acme", 500), tell(archive, "acme", 510)
    assert second.supersedes == first.id
    assert archive.known(Submission) == [second]
    assert tell(archive, "acme", 510).id == second.id


def test_only_the_desk_it_was_told_to_and_the_company_itself_see_it(archive):
    tell(archive, "acme", 500)
    assert len(subs.submissions(archive, desk="minerals")) == 1
    assert len(subs.submissions(archive, company="acme")) == 1
    assert subs.submissions(archive, desk="chips") == []
    assert subs.submissions(archive, company="bolt") == []
    assert subs.submissions(archive) == []


def test_three_make_an_aggregate_that_names_none_and_is_kept_with_what_it_hides(archive):
    three(archive)
    made = make(archive)
    assert (made.value, made.companies, made.how) == (1240.0, 3, "sum")  # 1245 to three digits
    assert gate.allows(made, gate.Receiver(name="x", circle="organisation"))
    text = str(made)
    assert not any(name in text for name in ("acme", "bolt", "coil"))
    (hides,) = archive.history(Disclosure)
    assert hides.marking is Marking.RED
    assert len(hides.made_of) == 3
    assert make(archive).id == made.id


def test_two_are_withheld_and_nothing_is_kept(archive):
    tell(archive, "acme", 500)
    tell(archive, "bolt", 400)
    with pytest.raises(NotAllowed, match="withheld"):
        make(archive)
    assert archive.history(Aggregate) == []
    assert archive.history(Disclosure) == []


def test_a_fourth_or_a_correction_after_it_left_is_withheld_until_three_have_changed(archive):
    three(archive)
    make(archive)
    tell(archive, "dyne", 300)
    with pytest.raises(NotAllowed, match="fewer than 3"):
        make(archive)
    tell(archive, "edge", 310)
    with pytest.raises(NotAllowed):
        make(archive)
    tell(archive, "flux", 320)
    assert make(archive).companies == 6
    tell(archive, "acme", 501)
    with pytest.raises(NotAllowed):
        make(archive)


def test_a_month_of_the_quarter_or_a_wider_item_is_not_told_beside_it(archive):
    from foreshock.words.pack import Pack
    from foreshock.words.reference import Item

    three(archive)
    make(archive)
    for company, value in (("acme", 100), ("bolt", 100), ("coil", 100)):
        tell(archive, company, value, period="2026-08")
        tell(archive, company, value, period="2026-01")
    with pytest.raises(NotAllowed, match="overlaps"):
        make(archive, subs.Cell(item="min.ga", figure="use", period="2026-08"))
    assert make(archive, subs.Cell(item="min.ga", figure="use", period="2026-01"))
    wide = Pack(
        items=(Item(id="min", name="minerals", kind="generic"), Item(id="min.ga", name="gallium",
               kind="mineral", parent="min")),
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="overlaps"):
        subs.aggregate(archive, wide, DESK, subs.Cell(item="min", figure="use", period="2026"))


def test_what_another_desk_told_of_the_same_companies_counts_too(archive):
    from mission_house import Mission
    from mission_house import missions as houses

    chips = Mission(clocks=live(now()), name="chips", title="", host="KR", kind="desk", by="t")
    houses.add_mission(archive, PACK, chips)
    three(archive)
    make(archive)
    for company, value in (("acme", 500), ("bolt", 400), ("coil", 345), ("dyne", 300)):
        tell(archive, company, value, desk="chips")
    other = Person(clocks=live(now()), name="j", roles=("analyst",), desk="chips")
    with pytest.raises(NotAllowed, match="fewer than 3"):
        subs.aggregate(archive, PACK, other, CELL)


def test_companies_of_one_group_are_one(archive):
    tell(archive, "acme", 500, group="holding")
    tell(archive, "bolt", 400, group="holding")
    tell(archive, "coil", 300)
    with pytest.raises(NotAllowed):
        make(archive)


def test_after_an_erasure_nothing_more_is_told_on_it(archive):
    three(archive)
    make(archive)
    archive.erase(archive.history(Disclosure)[0].made_of[0], "told by mistake")
    for company, value in (("dyne", 300), ("edge", 300), ("flux", 300)):
        tell(archive, company, value)
    with pytest.raises(NotAllowed, match="no longer whole"):
        make(archive)


@pytest.mark.parametrize(
    "wrong",
    [{"value": "-1"}, {"value": "1e400"}, {"value": "nan"}, {"period": "2999"}, {"figure": "x"},
     {"item": "nothing"}, {"value": "\u0665"}],
)  # fmt: skip
def test_a_figure_that_cannot_be_is_refused_and_not_kept(archive, wrong):
    person = Person(
        clocks=live(now()), name="x", roles=("company",), company="acme", desk="minerals"
    )
    told = {"item": "gallium", "figure": "use", "period": "2026-Q3", "value": "1", **wrong}
    with pytest.raises(WrongForm):
        subs.submit(archive, PACK, person, told)
    assert archive.history(Submission) == []


def test_who_speaks_for_no_company_submits_nothing_and_who_has_no_desk_makes_nothing(archive):
    with pytest.raises(NotAllowed):
        subs.submit(archive, PACK, DESK, {})
    with pytest.raises(NotAllowed):
        subs.aggregate(
            archive, PACK, Person(clocks=live(now()), name="x", roles=("analyst",)), CELL
        )
    three(archive)
    with pytest.raises(NotAllowed):
        make(archive, marking=Marking.RED)
