"""The files of a commit arrive as committed, and neither the clone nor anything outside of the folder changes."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.revisions.archive import extract, unpack
from bench.revisions.repository import Repository
from tests.revisions.clones import CODE, besides_objects, commit, files, make, missing, partial_clone
from tests.support.command import content
from tests.support.repository import git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make(tmp_path / "clone")


def unpacked(clone: Path, *paths: str, revision: str = "HEAD") -> tuple[dict[str, str], tuple[str, ...]]:
    """The files of ``paths`` at ``revision``, and the warnings."""
    repository = Repository.containing(clone)
    folder = clone.parent / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    warnings = unpack(repository, repository.commit(revision), paths, folder)
    return files(folder), warnings


def code(*names: str) -> dict[str, str]:
    return {name: text for name, text in CODE.items() if name.startswith(names)}


def test_only_the_named_paths_arrive_with_their_modes(clone: Path) -> None:
    (clone / "pkg" / "run.sh").write_text("#!/bin/sh\n")
    (clone / "pkg" / "run.sh").chmod(0o700)
    commit(clone, {}, "executable")
    assert unpacked(clone, "pkg", "single.py", "pkg/sub")[0] == {**code("pkg", "single"), "pkg/run.sh": "#!/bin/sh\n"}
    modes = {path.name: path.stat().st_mode & 0o777 for path in (clone.parent / "unpacked" / "pkg").glob("*.*")}
    assert modes == {"__init__.py": 0o644, "task.py": 0o644, "run.sh": 0o755}


def test_the_root_is_the_whole_commit(clone: Path) -> None:
    assert unpacked(clone, "") == (dict(sorted(CODE.items())), ())
    assert unpacked(clone, ".", "pkg") == (dict(sorted(CODE.items())), ())


def test_the_clone_does_not_change_and_no_hook_runs(clone: Path) -> None:
    """Index, working tree, branches, settings and objects are the same to the byte, with changes in all of them."""
    for name in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change"):
        hook = clone / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {clone.parent}/hooked\n")
        hook.chmod(0o755)
    (clone / "single.py").write_text("staged\n")
    git(clone, "-c", "core.hooksPath=/dev/null", "add", "single.py")
    (clone / "pkg" / "task.py").write_text("changed\n")
    before = content(clone)
    assert unpacked(clone, "pkg", "single.py")[0] == code("pkg", "single")
    assert content(clone) == before
    assert not (clone.parent / "hooked").exists()


def test_a_partial_clone_fetches_the_named_paths_at_once_and_nothing_else_changes(clone: Path, tmp_path: Path) -> None:
    partial = partial_clone(clone, tmp_path / "partial")
    before, lacking = besides_objects(partial), missing(partial)
    assert lacking == len(set(CODE.values()))
    packs = len(list((partial / ".git" / "objects" / "pack").glob("*.pack")))
    assert unpacked(partial, "pkg")[0] == code("pkg")
    assert besides_objects(partial) == before
    assert missing(partial) == lacking - len(code("pkg"))
    assert len(list((partial / ".git" / "objects" / "pack").glob("*.pack"))) == packs + 1


def test_a_partial_clone_whose_remote_is_gone_has_a_remedy(clone: Path, tmp_path: Path) -> None:
    partial = partial_clone(clone, tmp_path / "partial")
    clone.rename(tmp_path / "moved")
    with pytest.raises(InputError) as caught:
        unpacked(partial, "pkg")
    assert "\n" not in str(caught.value)
    assert "it is a partial clone, which fetches files when they are read: check that `git fetch`" in str(caught.value)


def test_what_is_marked_export_ignore_is_left_out_with_a_warning(clone: Path) -> None:
    commit(clone, {"pkg/.gitattributes": "sub export-ignore\n"}, "attributes")
    found, warnings = unpacked(clone, "pkg")
    assert "pkg/sub/more.py" not in found
    assert [one.partition(": ")[2] for one in warnings] == [
        "1 file is left out because .gitattributes marks them export-ignore: pkg/sub/more.py"
    ]


def test_files_of_git_lfs_stay_pointers_with_a_warning_and_no_filter_runs(clone: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    commit(clone, {"pkg/model.bin": pointer}, "pointer")
    commit(clone, {"pkg/.gitattributes": "*.bin filter=lfs\n"}, "attributes")
    for setting in ("smudge", "process"):
        git(clone, "config", f"filter.lfs.{setting}", f"touch {clone.parent}/filtered; cat")
    git(clone, "config", "filter.lfs.required", "true")
    found, warnings = unpacked(clone, "pkg")
    assert found["pkg/model.bin"] == pointer
    assert "1 file is pointers of git-lfs, whose content is not there: pkg/model.bin" in warnings[0]
    assert not (clone.parent / "filtered").exists()


def test_a_submodule_stays_empty_with_a_warning(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD").strip()
    git(clone, "update-index", "--add", "--cacheinfo", f"160000,{head},pkg/module")
    git(clone, "commit", "--quiet", "-m", "submodule")
    found, warnings = unpacked(clone, "pkg")
    assert found == code("pkg")
    assert (clone.parent / "unpacked" / "pkg" / "module").is_dir()
    assert warnings[0].endswith("1 submodule left empty: pkg/module")
    with pytest.raises(InputError, match="pkg/module is a submodule in revision"):
        unpacked(clone, "pkg/module")


def test_links_within_the_clone_arrive_and_those_that_lead_out_do_not(clone: Path) -> None:
    for name, target in (
        ("inside", "task.py"),
        ("beside", "../single.py"),
        ("out", "../../x"),
        ("root", "/etc/passwd"),
    ):
        (clone / "pkg" / name).symlink_to(target)
    commit(clone, {}, "links")
    found, warnings = unpacked(clone, "pkg")
    assert {name: found[f"pkg/{name}"] for name in ("inside", "beside")} == {
        "inside": "task.py",
        "beside": "../single.py",
    }
    assert not {"pkg/out", "pkg/root"} & set(found)
    assert "2 files are symbolic links that lead out of the clone, and are left out: pkg/out, pkg/root" in warnings[0]


def test_files_with_odd_names_arrive(clone: Path) -> None:
    names = [b"two words.txt", b"line\nbreak.txt", b"\xff.txt", b"-dash.txt", b"'quoted\".txt", b":(top)magic.txt"]
    names += [b"l" * 200 + b".txt"]
    for name in names:
        Path(os.fsdecode(os.fsencode(clone / "pkg") + b"/" + name)).write_bytes(name)
    commit(clone, {}, "odd")
    found, warnings = unpacked(clone, "pkg")
    assert {os.fsencode(name) for name in found if name.endswith(".txt")} == {b"pkg/" + name for name in names}
    assert warnings == ()


@pytest.mark.parametrize("name", ["../escaped", "..", "a/../../escaped"])
def test_a_crafted_tree_cannot_write_outside_of_the_folder(clone: Path, name: str) -> None:
    """Git makes no such tree by its usual commands; here the object is written by hand."""
    blob = bytes.fromhex(git(clone, "rev-parse", "HEAD:single.py").strip())
    raw = clone.parent / "tree"
    raw.write_bytes(b"100644 " + name.encode() + b"\0" + blob)
    tree = git(clone, "hash-object", "-t", "tree", "-w", "--literally", str(raw)).strip()
    crafted = git(clone, "commit-tree", tree, "-m", "crafted").strip()
    with pytest.raises(InputError, match="invalid path"):
        unpacked(clone, "", revision=crafted)
    assert sorted(path.name for path in clone.parent.iterdir()) == ["clone", "tree", "unpacked"]


@pytest.mark.parametrize("name", ["../escaped", "a/../../escaped", "/escaped"])
def test_an_archive_with_a_path_outside_is_refused(tmp_path: Path, name: str) -> None:
    """Should a git write one after all."""
    with pytest.raises(InputError, match="which lies outside of it; do not use that clone"):
        extract(archive(tmp_path, tarfile.TarInfo(name)), tmp_path / "folder")
    assert not (tmp_path / "escaped").exists()


def test_nothing_is_written_through_a_link_of_the_archive(tmp_path: Path) -> None:
    link, file = tarfile.TarInfo("way"), tarfile.TarInfo("way/escaped")
    link.type, link.linkname = tarfile.SYMTYPE, ".."
    _, _, outside = extract(archive(tmp_path, link, file), tmp_path / "folder")
    assert outside == ["way"]
    assert (tmp_path / "folder" / "way" / "escaped").is_file()
    assert not (tmp_path / "escaped").exists()


def test_an_archive_with_a_device_is_refused(tmp_path: Path) -> None:
    device = tarfile.TarInfo("null")
    device.type = tarfile.CHRTYPE
    with pytest.raises(InputError, match="null is neither a file nor a folder nor a link; the clone is damaged"):
        extract(archive(tmp_path, device), tmp_path / "folder")


def archive(folder: Path, *members: tarfile.TarInfo) -> tarfile.TarFile:
    """An archive of ``members`` without content, ready to be read."""
    with tarfile.open(folder / "archive.tar", "w") as tar:
        for member in members:
            tar.addfile(member)
    (folder / "folder").mkdir()
    return tarfile.open(folder / "archive.tar")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere", "has no nowhere; name a revision that has it"),
        ("../outside", "the path '../outside' is not inside of the clone"),
        ("/etc", "the path '/etc' is not inside of the clone"),
    ],
)
def test_a_path_that_is_not_there_is_an_input_error(clone: Path, path: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        unpacked(clone, path)
    assert message in str(caught.value)
