"""The pack's own cases replayed from their facts: written as texts, taken in, looked at by day."""

from datetime import timedelta

import pytest

from foreshock import rounds
from foreshock.archive import open_archive
from foreshock.desk.cli import main
from foreshock.desk.cli_pack import as_text
from foreshock.sources.formats import text


def written(case, folder):
    with pytest.raises(SystemExit) as done:
        main(["pack", "case", case, "--out", str(folder)])
    assert not done.value.code
    return sorted(folder.glob("*.txt"))


def test_every_fact_of_every_case_is_a_text_with_its_own_date(pack):
    for case in pack.cases:
        facts = sorted((f for f in pack.case_facts if f.case == case.id), key=lambda f: f.published)
        drafts = [text.read(as_text(fact).encode(), case.id).drafts[0] for fact in facts]
        assert [d.published for d in drafts] == [f.published for f in facts], case.id
        assert [d.text.strip() for d in drafts] == [f.text for f in facts], case.id
        assert [d.publisher for d in drafts] == [f.publisher for f in facts], case.id


def test_rare_earths_for_japan_in_2010_are_warned_of_from_their_facts_alone(pack, tmp_path):
    facts = tmp_path / "facts"
    paths = written("2010-rare-earths-japan", facts)
    first, last = (
        min(f.published for f in pack.case_facts if f.case == "2010-rare-earths-japan"),
        max(f.published for f in pack.case_facts if f.case == "2010-rare-earths-japan"),
    )
    with open_archive(tmp_path / "home") as archive:
        rounds.prepare(archive, pack)
        found = rounds.run(archive, pack, rounds.Ask(as_of=last, holders=("JP",), folders=(facts,)))
        before = rounds.look(
            archive, pack, rounds.Ask(as_of=first - timedelta(days=1), holders=("JP",))
        )
    assert len(paths) >= 3
    assert not [w for w in before.warnings if w.item.startswith("ree")]
    assert any(w.item.startswith("ree") and w.level >= 1 for w in found.warnings)
