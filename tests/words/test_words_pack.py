import shutil
from datetime import date

import pytest

from foreshock.errors import PackError
from foreshock.words import pack
from foreshock.words.vocab import INSTRUMENTS, NEXT_STEPS, TYPES


@pytest.fixture(scope="module")
def shipped():
    return pack.load()


def test_the_shipped_pack_has_nothing_that_cannot_be_true(shipped):
    assert pack.check(shipped) == []


def test_every_fact_has_a_source_and_says_whether_it_was_read(shipped):
    facts = (*shipped.provisions, *shipped.imports, *shipped.stocks, *shipped.steps)
    assert facts
    assert all(f.publisher and f.source_date and f.checked for f in facts)


def test_no_step_of_a_measure_is_known_before_somebody_published_it(shipped):
    """A page may bear the date of the evening before; a later page may tell of an earlier word."""
    for row in (*shipped.steps, *shipped.licence_outcomes, *shipped.case_facts):
        assert (row.published - row.source_date).days <= 1, row


def test_an_item_knows_its_ancestors_and_its_family(shipped):
    assert shipped.ancestors("ree.dy")[0] == "ree.dy"
    assert "ree" in shipped.ancestors("ree.dy")
    assert "ree.dy" in shipped.family("ree")


def test_things_that_stand_for_anything_have_no_figures_from_which_a_warning_could_come(shipped):
    """Soybeans or steel in the same measure are "other": read, told, and never warned of."""
    anything = {i.id for i in shipped.items if i.kind == "generic"}
    assert anything == {"dualuse", "goods", "other"}
    figures = (*shipped.provisions, *shipped.imports, *shipped.production, *shipped.stocks)
    assert not [row for row in figures if row.item in anything]


def test_a_name_stands_at_one_item_alone_unless_no_narrower_one_can_tell(shipped):
    """A name at a wider item as well as at a narrower one would hide the narrower one."""
    wanted = {"germanium dioxide", "antimony trioxide", "dysprosium oxide", "terbium oxide",
              "yttrium oxide", "氧化镝", "二氧化锗", "金属锗"}  # fmt: skip
    for name in wanted:
        bearers = [i.id for i in shipped.items if name in (i.name, *i.names_en, *i.names_zh)]
        assert len(bearers) == 1, (name, bearers)


def test_there_are_at_least_fifteen_texts_of_2021_to_2026(shipped):
    dated = [p for p in shipped.documents() if "2021" <= p.name[:4] <= "2026"]
    assert len(dated) >= 15


def test_a_pack_of_ones_own_overrides_and_adds(tmp_path, shipped):
    (tmp_path / "holders.csv").write_text(
        "id,kind,name,members,names,note\nKR,country,Our Korea,,,\nACME,company,Acme,,,\n", "utf-8"
    )
    mine = pack.load(tmp_path)
    assert mine.holder["KR"].name == "Our Korea"
    assert mine.holder["ACME"].kind == "company"
    assert set(shipped.holder) < set(mine.holder)


def test_every_problem_of_a_pack_is_named_at_once_with_file_and_line(tmp_path):
    (tmp_path / "imports.csv").write_text(
        "holder,item,origin,share,year,basis,source_url,publisher,source_date,checked,note\n"
        "KR,min.unobtainium,CN,0.5,2023,imports,,Somebody,2023-01-01,secondary,\n"
        "KR,min.ga,CN,130,2023,imports,,Somebody,2023-01-01,secondary,\n"
        "KR,min.ga,CN,many,2023,imports,,Somebody,2023-01-01,secondary,\n",
        "utf-8",
    )
    (tmp_path / "holders.csv").write_bytes("id,kind,name\nXX,country,Öland\n".encode("cp1252"))
    (tmp_path / "stocks.csv").write_text("item,colour\n", "utf-8")
    with pytest.raises(PackError) as error:
        pack.load(tmp_path)
    text = str(error.value)
    assert "imports.csv:4" in text
    assert "holders.csv: byte" in text
    assert "colour" in text


def test_ids_and_shares_are_checked_across_tables(tmp_path):
    (tmp_path / "imports.csv").write_text(
        "holder,item,origin,share,year,basis,source_url,publisher,source_date,checked,note\n"
        "KR,min.unobtainium,CN,0.5,2023,imports,,Somebody,2023-01-01,secondary,\n"
        "KR,min.ga,CN,130,2023,imports,,Somebody,2023-01-02,secondary,\n",
        "utf-8",
    )
    with pytest.raises(PackError) as error:
        pack.load(tmp_path)
    assert "imports.csv:2: item 'min.unobtainium' is no item of the pack" in error.value.problems
    assert any("imports.csv:3: share 130.0" in p for p in error.value.problems)


def test_days_of_stock_count_from_the_day_on_which_they_were_told(shipped):
    (neon,) = [n for n in shipped.needs if (n.input, n.output) == ("mat.neon", "sme.duv")]
    assert neon.known(date(2022, 3, 1)), "the relation is older than the figure"
    assert neon.stock(date(2022, 3, 1)) is None
    assert neon.stock(date(2022, 3, 14)) == (60, 75, 90)


def test_lead_times_come_newest_first_and_only_when_known(shipped):
    before = shipped.waits("sme", date(2021, 12, 31))
    after = shipped.waits("sme", date(2022, 12, 31))
    assert [w.period for w in before] == ["2021-07", "2020"]
    assert [w.period for w in after] == sorted((w.period for w in after), reverse=True)
    assert set(before) < set(after)
    assert shipped.waits("min.ga", date(2026, 1, 1)) == ()


def test_the_usual_lead_time_of_an_item_is_told_by_somebody(shipped):
    for item in shipped.items:
        if item.lead_time_days is not None:
            told = [w for w in shipped.lead_times if (w.item, w.kind) == (item.id, "usual")]
            assert any(w.days_low <= item.lead_time_days <= w.days_high for w in told), item.id


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(PackError, match="is no folder"):
        pack.load(tmp_path / "nowhere")


def test_a_shipped_file_that_is_missing_is_said(tmp_path, monkeypatch):
    copy = tmp_path / "pack"
    shutil.copytree(pack.SHIPPED, copy, ignore=shutil.ignore_patterns("documents"))
    (copy / "levels.csv").unlink()
    monkeypatch.setattr(pack, "SHIPPED", copy)
    with pytest.raises(PackError, match=r"levels\.csv: is missing"):
        pack.load()


def test_the_life_of_a_measure_names_only_steps_that_exist():
    assert all(steps <= set(NEXT_STEPS) for steps in NEXT_STEPS.values())


def test_the_vocabulary_is_that_of_the_standard():
    assert (len(TYPES), len(INSTRUMENTS)) == (16, 53)
