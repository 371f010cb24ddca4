"""What a trusted stage takes of pictures that may be anyone's: plain PNGs, made anew, and nothing else."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bench.errors import InputError
from bench.gate.comment import comment_pictures
from bench.gate.comment_pictures import (
    LIST_FILE,
    LONGEST_TEXT,
    MOST_PICTURES,
    picture_lines,
    read_comment_pictures,
    write_comment_pictures,
)
from bench.gate.picture_check import LARGEST_SIDE, MOST_BYTES, checked_picture
from tests.support import variants
from tests.support.builders import production_results
from tests.support.hostile import TEXTS
from tests.support.rendered_markdown import tokens

pytestmark = pytest.mark.slow


def png(width: int = 40, height: int = 30, mode: str = "RGB", info: PngImagePlugin.PngInfo | None = None) -> bytes:
    target = BytesIO()
    Image.new(mode, (width, height), "red").save(target, format="PNG", pnginfo=info)
    return target.getvalue()


def with_header(width: int, height: int) -> bytes:
    """A PNG that claims to be of that size, with a right checksum."""
    body = b"IHDR" + struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    return png()[:8] + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + png()[33:]


def chunk_after_header(kind: bytes, body: bytes) -> bytes:
    whole = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return png()[:33] + whole + png()[33:]


def archive(folder: Path, files: dict[str, bytes], listed: object = None) -> Path:
    path = folder / "pictures.zip"
    names = [name for name in files if name != LIST_FILE]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
        if LIST_FILE not in files:
            whole = [{"file": name, "text": "a picture"} for name in names] if listed is None else listed
            target.writestr(LIST_FILE, json.dumps(whole))
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_comment_pictures(path)
    message = str(caught.value)
    assert message.count("\n") == 0
    assert message.endswith("; let the run make it again")
    return message


def test_what_the_first_stage_leaves_is_what_the_second_takes(tmp_path: Path) -> None:
    written = write_comment_pictures(tmp_path / "left", comment_pictures(production_results())[:2])
    path = archive(tmp_path, {one.name: one.read_bytes() for one in written})
    found = read_comment_pictures(path)
    assert len(found) == len(written) - 1 == 2
    assert "99.2 MB at 108,420 rows" in found[0].text
    for one, file in zip(found, written, strict=False):
        with Image.open(BytesIO(one.png)) as made, Image.open(file) as drawn:
            assert made.size == drawn.size
            assert made.tobytes() == drawn.convert("RGB").tobytes()


def test_rows_that_differ_leave_no_pictures() -> None:
    """As the comment has no chart then, there is nothing that they could take the place of."""
    assert comment_pictures(variants.mismatch()) == ()


def test_nothing_but_pixels_is_carried_along() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "a secret message")
    info.add_itxt("XML:com.adobe.xmp", "<x/>", zip=True)
    made = checked_picture(png(info=info) + b"<script>trailing</script>")
    assert b"secret" not in made
    assert b"script" not in made
    kinds = [made[at + 4 : at + 8] for at in chunk_places(made)]
    assert kinds[0] == b"IHDR"
    assert set(kinds[1:]) == {b"IDAT", b"IEND"}


def chunk_places(content: bytes) -> list[int]:
    places, at = [], 8
    while at < len(content):
        places.append(at)
        at += 12 + int.from_bytes(content[at : at + 4])
    return places


def test_a_transparent_picture_becomes_white() -> None:
    target = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(target, format="PNG")
    with Image.open(BytesIO(checked_picture(target.getvalue()))) as made:
        assert (made.mode, made.getpixel((3, 3))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is no PNG; SVG and other kinds are not accepted"),
        (b"GIF89a" + b"\0" * 100, "it is no PNG"),
        (b"", "it is no PNG"),
        (png()[:20], "it is no PNG"),
        (with_header(100_000, 100_000), "100,000 × 100,000 pixels"),
        (with_header(LARGEST_SIDE + 1, 30), "each side has 16 to 4,096"),
        (with_header(2**31, 1), "pixels"),
        (with_header(0, 30), "pixels"),
        (png(4, 4), "4 × 4 pixels"),
        (png()[:60], "it cannot be decoded"),
        (with_header(400, 400), "it cannot be decoded"),
        (png()[:33] + b"\xff" * 500, "it cannot be decoded"),
        (chunk_after_header(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 5_000_000)), "it cannot be decoded"),
        (chunk_after_header(b"acTL", struct.pack(">II", 2, 0)), "it is not one picture"),
        (png() + b"\0" * MOST_BYTES, f"the most are {MOST_BYTES:,}"),
    ],
    ids=[
        "svg",
        "gif",
        "empty",
        "cut header",
        "bomb",
        "wide",
        "huge",
        "no width",
        "tiny",
        "cut",
        "short of data",
        "garbage",
        "text bomb",
        "animated",
        "large",
    ],
)
def test_a_picture_that_is_not_plain_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        checked_picture(content)
    assert "1.png" in refused(archive(tmp_path, {"1.png": content}))


@pytest.mark.parametrize(
    "name",
    ["../1.png", "/etc/1.png", "a/1.png", "C:\\1.png", "1.PNG", "1.svg", "", ".png", "x" * 200 + ".png", "1.png\n"],
)
def test_a_name_that_is_not_ours_is_refused(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path, {name or "1.png": png()}, [{"file": name, "text": ""}])
    assert "a picture is called" in refused(path)
    assert [one.name for one in tmp_path.iterdir()] == ["pictures.zip"]


def test_a_file_that_grows_when_it_is_unpacked_is_read_no_further_than_allowed(tmp_path: Path) -> None:
    bomb = png() + b"\0" * 60_000_000
    path = archive(tmp_path, {"1.png": bomb})
    assert path.stat().st_size < 1_000_000
    assert "1.png has more than 2,000,000 bytes" in refused(path)


def test_a_size_that_the_archive_lies_about_is_not_believed(tmp_path: Path) -> None:
    path = archive(tmp_path, {"1.png": png() + b"\0" * 5_000_000})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", len(png()) + 5_000_000), struct.pack("<I", 100)))
    refused(path)


@pytest.mark.parametrize(
    ("files", "listed", "message"),
    [
        ({"1.png": png()}, [{"file": "2.png", "text": ""}], "it has 0 files 2.png"),
        ({"1.png": png()}, {"file": "1.png"}, "Expected `array`"),
        ({"1.png": png()}, [{"file": "1.png", "text": "", "x": 1}], "unknown field"),
        ({"1.png": png()}, [{"file": "1.png", "text": ""}] * (MOST_PICTURES + 1), "9 pictures; the most are 8"),
        ({"1.png": png(), LIST_FILE: b"{"}, None, "not JSON"),
        ({"1.png": png(), LIST_FILE: b"[" * 100_000}, None, "nested too deeply"),
        ({f"{n}.png": png() for n in range(100)}, [], "it has 101 entries"),
    ],
)
def test_a_list_that_is_not_ours_is_refused(
    tmp_path: Path, files: dict[str, bytes], listed: object, message: str
) -> None:
    assert message in refused(archive(tmp_path, files, listed))


def test_a_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"1.png": png()})
    with zipfile.ZipFile(path, "a") as target, pytest.warns(UserWarning, match="Duplicate name"):
        target.writestr("1.png", png(50, 50))
    assert "it has 2 files 1.png" in refused(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x05\x06" + b"\0" * 30])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pictures.zip").write_bytes(content)
    refused(tmp_path / "pictures.zip")


def test_an_encrypted_or_differently_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("1.png", png())
        target.writestr(LIST_FILE, json.dumps([{"file": "1.png", "text": ""}]), zipfile.ZIP_DEFLATED)
    assert "compressed in another way" in refused(path)
    content = archive(tmp_path, {"1.png": png()}).read_bytes()
    at = content.index(b"PK\x01\x02")
    path.write_bytes(content[: at + 8] + b"\x01" + content[at + 9 :])
    refused(path)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_from_outside_is_nothing_but_words(tmp_path: Path, text: str) -> None:
    listed = [{"file": "1.png", "text": text[:10_000].encode(errors="replace").decode()}]
    (one,) = read_comment_pictures(archive(tmp_path, {"1.png": png()}, listed))
    assert len(one.text) <= LONGEST_TEXT
    address = "https://github.com/owner/name/blob/0123/1.png?raw=true"
    line = picture_lines([address], [one.text])
    images = [token for token in tokens(line) if token.type == "image"]
    assert [token.attrs["src"] for token in images] == [address]
    assert "\n" not in line
    assert not [token for token in tokens(line) if token.type in ("link_open", "html_block", "html_inline")]
