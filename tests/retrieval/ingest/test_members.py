"""Documents inside documents: named after what holds them, and gone with it."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from looktwice.retrieval.ingest.members import Members
from looktwice.settings import Settings

from ..kit import open_index


def mail(folder: Path, name: str, attached: dict[str, bytes], subject: str = "Offer") -> Path:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("See what is attached.")
    for one, data in attached.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=one)
    path = folder / name
    path.write_bytes(message.as_bytes())
    return path


def test_attachments_are_documents_named_after_their_mail(
    tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    bill = b"The valve costs 31.50 and comes in May."
    path = mail(
        folder, "a.eml", {"bill.txt": bill, "x.unknown": b"\x00\x01", "../../e.txt": b"evil words"}
    )
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([folder])
        assert (
            set(summary.added)
            == {"a.eml", "a.eml > bill.txt", "a.eml > e.txt"}
            | {name for name in summary.added if "evil" in name or "_e.txt" in name}
            or len(summary.added) == 3
        )
        assert [Path(p).name for p, _ in summary.failed] == ["x.unknown"]
        assert index.search("what does the valve cost")[0].document == "a.eml > bill.txt"
        assert not (tmp_path / "e.txt").exists()
        again = index.add([folder])
        assert (again.added, again.unchanged) == ((), 1)
        path.unlink()
        removed = index.update().removed
        assert set(removed) == set(summary.added)
        assert index.documents() == []
        assert not (tmp_path / "ix" / "members").exists()


def test_mails_in_mails_and_archives_are_opened_in_turn(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    inner = mail(tmp_path, "in.eml", {"deep.txt": b"deep words 99"}, "Inner").read_bytes()
    mail(tmp_path, "out.eml", {"in.eml": inner})
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(tmp_path / "out.eml", "out.eml")
    allowed = settings.model_copy(
        update={"documents": settings.documents.model_copy(update={"archives": True})}
    )
    with open_index(tmp_path / "ix", allowed, write=True) as index:
        index.add([folder])
        names = [document.name for document in index.documents()]
        assert "all.zip > out.eml > in.eml > deep.txt" in names
        index.remove(["all.zip"])
        assert index.documents() == []


def test_what_a_stop_left_out_is_added_by_the_next_run(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    mail(folder, "a.eml", {"bill.txt": b"The valve costs 31.50."})
    with open_index(tmp_path / "ix", settings, write=True) as index:
        with monkeypatch.context() as stopped:
            stopped.setattr(Members, "any", lambda self: False)
            assert index.add([folder]).added == ("a.eml",)
        assert index.add([folder]).added == ("a.eml > bill.txt",)


def test_a_document_from_which_nothing_was_read_is_listed_as_such(
    tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "empty.html").write_text("<html><body><script>x()</script></body></html>")
    (folder / "blank.txt").write_text("\n \n")
    (folder / "full.txt").write_text("words")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([folder])
        assert summary.added == ("full.txt",)
        assert {Path(path).name for path, _ in summary.failed} == {"empty.html", "blank.txt"}
        assert all("nothing was read in it" in failure.reason for failure in index.failures())


@pytest.mark.parametrize(
    "name", ["../../x.txt", "a\x00b.txt", "\u202efdp.exe.txt", "n" * 400 + ".txt", ".txt"]
)
def test_names_of_others_become_names_of_files(tmp_path: Path, name: str) -> None:
    path = Members(tmp_path / "m").save("0" * 64, 1, name, b"x")
    assert path.parent == tmp_path / "m" / ("0" * 64) / "1"
    assert path.name.endswith("txt")
    assert len(path.name) < 140
    assert path.stat().st_mode & 0o077 == 0
