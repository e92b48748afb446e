"""Files that go along with announcements, as they lie in the data folder."""

from pathlib import Path

from bot.store.attachments import AttachedFiles

LETTER = b"%PDF-1.7 the letter"


def test_a_file_that_a_power_cut_left_in_pieces_is_written_again(tmp_path: Path) -> None:
    files = AttachedFiles(tmp_path / "attachments")
    kept = files.keep("brief.pdf", LETTER)
    files.path(kept.name).write_bytes(LETTER[:5])
    assert files.keep("brief.pdf", LETTER) == kept
    assert files.read(kept.name) == LETTER


def test_the_same_content_is_kept_once_under_whatever_name_it_comes(tmp_path: Path) -> None:
    files = AttachedFiles(tmp_path)
    first, second = files.keep("brief.pdf", LETTER), files.keep("kopie.pdf", LETTER)
    assert first.name == second.name
    assert [path.name for path in tmp_path.iterdir()] == [first.name]
