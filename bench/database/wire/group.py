"""A group: what a client sends before it waits for the server, and what of it the server has answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.database.wire.frames import affected, parameters_of, texts

UNNAMED = ""


@dataclass
class Prepared:
    """What a session has prepared: statements and portals by their names."""

    parses: dict[str, bytes] = field(default_factory=dict)
    """The Parse frame of each statement."""
    portals: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """The statement and the Bind frame of each portal."""

    def text(self, statement: str) -> str:
        """Return the text of a statement; '' for one that SQL prepared."""
        return texts(self.parses[statement][5:], 2)[0][1] if statement in self.parses else ""


@dataclass(frozen=True)
class Sole:
    """The only statement of a group, as EXPLAIN needs it."""

    text: str
    types: bytes
    parameters: bytes


class Group:
    """A Group is the frames up to a Sync, or a single Query or function call."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.frames: list[bytes] = []
        self.extended = False
        self.copies = False
        """Whether the client sends rows."""
        self.suspended = False
        """Whether a portal was left in the middle of its result."""
        self.failed = False
        self.begun = False
        """Whether a part of it was sent already."""
        self.needs_unnamed = False
        """Whether it uses the unnamed statement of an earlier group, which the wire has replaced since."""
        self._texts: list[str] = []
        """Of each execution."""
        self._rows: list[int] = []
        """Of those that have ended."""
        self._parsed: set[str] = set()
        self._bound: list[tuple[str, bytes]] = []

    def add(self, frame: bytes) -> None:
        """Add a frame of the client."""
        self.frames.append(frame)
        prepared, body = self._prepared, frame[5:]
        match frame[:1]:
            case b"Q":
                self._texts.append(body.rstrip(b"\0").decode(errors="replace"))
            case b"F":
                self._texts.append("(function call)")
            case b"P":
                self.extended = True
                ((name, _), _) = texts(body, 2)
                prepared.parses[name] = frame
                self._parsed.add(name)
            case b"B":
                self.extended = True
                ((portal, name), _) = texts(body, 2)
                prepared.portals[portal] = name, frame
                self._bound.append((name, frame))
                if name == UNNAMED and UNNAMED not in self._parsed:
                    self.needs_unnamed = True
            case b"E":
                self.extended = True
                ((portal,), _) = texts(body, 1)
                name, _ = prepared.portals.get(portal, (UNNAMED, b""))
                self._texts.append(prepared.text(name))
            case b"C" if body[:1] == b"S":
                ((name,), _) = texts(body[1:], 1)
                prepared.parses.pop(name, None)

    @property
    def whole(self) -> bool:
        """Whether the server answers it with ReadyForQuery."""
        return bool(self.frames) and self.frames[-1][:1] in {b"Q", b"S", b"F"}

    def answered(self, frame: bytes) -> None:
        """Note a frame of the server."""
        match frame[:1]:
            case b"C":
                if self.extended or not self._rows:
                    self._rows.append(affected(frame))
                else:
                    self._rows[0] += affected(frame)  # of several statements in one Query
            case b"I" | b"V":
                self._rows.append(0)
            case b"s":
                self.suspended = True
                self._rows.append(0)
            case b"E":
                if self.extended or not self._rows:
                    self._rows.append(0)
                self.failed = True
            case b"G":
                self.copies = True

    @property
    def executed(self) -> tuple[tuple[str, int], ...]:
        """Return the text and the rows of each statement that was executed, one that failed included."""
        return tuple((text, rows) for text, rows in zip(self._texts, self._rows, strict=False) if text)

    @property
    def sole(self) -> Sole | None:
        """Return the only statement; None where there are none or several, or it is under way."""
        if self.begun or len(self._texts) != 1 or not self._texts[0]:
            return None
        if not self.extended:
            return Sole(self._texts[0], b"\0\0", b"\0\0\0\0")
        if len(self._bound) != 1:
            return None
        name, bind = self._bound[0]
        parse = self._prepared.parses.get(name)
        return None if parse is None else Sole(self._texts[0], texts(parse[5:], 2)[1], parameters_of(bind))
