"""`foreshock detect --stream`: one line out for each line in, whatever comes in."""

import io
import json
import os
import random
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from foreshock.desk.streaming import TOLD_MOST, score_lines


def run(text):
    """Scores, and what was said, for the lines of a text or of bytes."""
    lines = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    scores, said = [], []
    score_lines(lines, scores.append, said.append)
    return [float(score) for score in scores], said


def rows(n, change=None):
    rng = random.Random(0)
    values = [10 + rng.gauss(0, 1) for _ in range(n)]
    if change is not None:
        values[change] += 30
    start = datetime(2024, 1, 1)
    return [f"{start + timedelta(hours=h)},{v:.3f}" for h, v in enumerate(values)]


HEADER = json.dumps({"name": "test", "probation": 100, "start": "2024-01-01 00:00:00"})


def test_each_row_gets_a_score_and_a_jump_a_high_one():
    scores, said = run("\n".join([HEADER, *rows(300, 250)]) + "\n")
    assert len(scores) == 300
    assert said == []
    assert all(score == 0 for score in scores[:100])
    assert max(range(300), key=scores.__getitem__) == 250
    assert scores[250] > 0.5


def test_bad_lines_score_0_are_told_and_disturb_nothing():
    good = rows(300, 250)
    bad = list(good)
    noise = {
        120: "",
        130: "soon,5",
        140: "no comma",
        150: f"{good[149][:19]},six",
        160: '"\x00",,,',
    }
    for place in sorted(noise, reverse=True):
        bad.insert(place, noise[place])
    scores, said = run("\n".join([HEADER, *bad]) + "\n")
    assert len(scores) == len(bad)
    assert len(said) == len(noise)
    kept = [score for line, score in zip(bad, scores, strict=True) if line not in noise.values()]
    assert kept == run("\n".join([HEADER, *good]) + "\n")[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2024-01-03 00:00:00,nan", "nan"),
        ("2024-01-03 00:00:00,inf", "inf"),
        ("2024-01-03 00:00:00,1e300", "finite"),
        ("2024-01-03 00:00:00,", "no figure"),
        ("2024-01-03 00:00:00,W", "no figure"),
        ("2024-01-03 00:00:00,1.234,5", "in one way"),
        ("2024-01-01 05:00:00,9", "backward"),
        ("2024-01-01 09:00:00,9", "repeated"),
        ("x" * 30_000, "longer than"),
    ],
)
def test_what_is_odd_about_a_row_is_told_with_its_line(row, said):
    scores, told = run("\n".join([HEADER, *rows(10), row, *rows(20)[12:]]) + "\n")
    assert len(scores) == 19
    assert scores[10] == 0
    assert any(said in sentence and "line 12" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("first", "out", "said"),
    [
        ("{broken", 5, "expected a header"),
        ("", 5, "expected a header"),
        ("[1]", 5, "expected a header"),
        ("timestamp,value", 5, ""),
        ("2023-12-31 23:00:00,4", 6, "no JSON header but a row"),
        ('{"probation": -5}', 5, "expected a number of rows"),
        ('{"probation": "many", "start": "soon"}', 5, "expected a timestamp"),
        ("\ufeff{}", 5, ""),
    ],
)
def test_a_first_line_of_any_kind_is_taken(first, out, said):
    scores, told = run("\n".join([first, *rows(5)]) + "\n")
    assert len(scores) == out
    assert (any(said in sentence for sentence in told)) if said else told == []


def test_an_empty_stream_is_told():
    assert run("") == ([], ["stdin is empty, so there was nothing to score."])


def test_a_flood_of_bad_lines_is_counted_not_told_one_by_one():
    scores, said = run(HEADER + "\n" + "rubbish\n" * 500)
    assert len(scores) == 500
    assert len(said) == TOLD_MOST + 2
    assert "500 lines in all" in said[-1]


def test_random_bytes_get_one_line_out_for_one_line_in():
    rng = random.Random(1)
    body = b"\n".join(
        bytes(rng.choice([c for c in range(256) if c != 10]) for _ in range(30)) for _ in range(200)
    )
    assert len(run(HEADER.encode() + b"\n" + body + b"\n")[0]) == 200


def test_a_score_is_written_before_the_next_row_is_read(tmp_path):
    command = [sys.executable, "-m", "foreshock", "detect", "--stream"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "FORESHOCK_HOME": str(tmp_path)},
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(HEADER + "\n")
        for row in rows(30):
            process.stdin.write(row + "\n")
            process.stdin.flush()
            assert 0 <= float(process.stdout.readline()) <= 1
        process.stdin.close()
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_stream_and_file_together_are_refused(call, tmp_path):
    ended = call("detect", tmp_path / "a.csv", "--stream")
    assert ended.code == 2
    assert "no file beside it" in ended.err
    assert "there is no series to score" in call("detect").err


def test_rows_of_the_future_are_told_and_scored():
    scores, said = run(f"{HEADER}\n2024-01-01 01:00:00,5\n2091-01-01 00:00:00,5\n")
    assert len(scores) == 2
    assert len(said) == 1 and "2091-01-01 00:00:00 is of the future" in said[0]


def test_a_stream_that_never_varies_is_told_at_its_end():
    rows = "".join(f"2024-01-{n:02d},0\n" for n in range(1, 20))
    scores, said = run(f"{HEADER}\n{rows}")
    assert set(scores) == {0.0}
    assert said == [
        "test: every figure was 0: nothing could be unusual, and nothing is known of a usual."
    ]
