"""Follows docs/plugins/tutorial.md as its reader would, and compares what it shows with what comes.

The page says what to do by two signs and nothing else:

- a line that is only a file's name, bold and in backticks, stands before a fenced block: the block
  is the whole file, which is written;
- a block fenced as ``console`` holds commands, each behind ``$``, and below each what it answers,
  where ``…`` stands for anything. The commands go to one bash, in order, and must succeed.

``python -m tools.tutorial`` follows the page in an empty folder and tells how it went; with
``--record`` it writes that down as docs/plugins/first-run.md.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "plugins" / "tutorial.md"
RECORD = ROOT / "docs" / "plugins" / "first-run.md"
PORT = "8000"
_STEP = re.compile(
    r"^## (?P<heading>[^\n]+)$"
    r"|^\*\*`(?P<file>[\w./-]+)`\*\*\n\n```\w*\n(?P<text>.*?)^```$"
    r"|^```console\n(?P<console>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_END = "--- end of command"
_SECONDS = re.compile(r"\bin \d+\.\d+s( \(\d+:\d+:\d+\))?")
_HEAD = """\
# A first run

What a new author saw who followed [the tutorial](tutorial.md) in a new folder. It is recorded:
`python -m tools.tutorial --record` follows the page anew and keeps what came, and a test compares
the two. Times are left out, and `~` stands for the folder in which it was done.
"""


class Mismatch(Exception):
    """The page shows something else than what came, or a command failed."""


@dataclass(frozen=True)
class Step:
    """Something to do: a heading to note, a file to write, or a command with what it answers."""

    heading: str = ""
    file: str = ""
    text: str = ""
    command: str = ""
    shown: str = ""


def steps(page: str) -> Iterator[Step]:
    """Everything that a page lets its reader do, in order."""
    for found in _STEP.finditer(page):
        if found["heading"]:
            yield Step(heading=found["heading"])
        elif found["file"]:
            yield Step(file=found["file"], text=found["text"])
        else:
            for entry in re.split(r"^\$ ", found["console"], flags=re.MULTILINE)[1:]:
                command, _, shown = entry.partition("\n")
                yield Step(command=command, shown=shown)


class Reader:
    """Somebody at a terminal, in a folder with nothing but a set-up Banyan beside it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._port = str(_free_port())
        _install(home / "banyan" / ".venv")
        own = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
        own |= {"NO_COLOR": "1", "COLUMNS": "80", "PIP_NO_INDEX": "1"}
        own |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=home,
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, command: str) -> str:
        """What a command answers, without what differs from machine to machine.

        Raises:
            Mismatch: it failed.
        """
        assert self._bash.stdin
        assert self._bash.stdout
        typed = command.replace(PORT, self._port)
        self._bash.stdin.write(f"{{ {typed}\n}} </dev/null; code=$?; echo; echo '{_END}' $code\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(_END):
                break
            lines.append(line.rstrip())
        answer = "\n".join(lines[:-1] if lines and not lines[-1] else lines).strip("\n")
        answer = answer.replace(str(self.home), "~").replace(self._port, PORT)
        answer = _SECONDS.sub("in …s", answer)
        if not line.startswith(f"{_END} 0"):
            raise Mismatch(f"$ {command}\n{answer}\n\nThe command failed: {line.strip()}")
        return answer

    def write(self, file: str, text: str) -> None:
        """Write a file where bash stands."""
        path = Path(self.run("pwd").replace("~", str(self.home), 1)) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def leave(self) -> None:
        """End bash and whatever it left running."""
        self._bash.communicate("kill $(jobs -p) 2>/dev/null; wait; exit\n", timeout=60)


def follow(page: str, home: Path) -> str:
    """Do all that a page says; returns what was seen, as Markdown.

    Raises:
        Mismatch: at the first command that fails, or answers something else than the page shows.
    """
    reader, seen = Reader(home), [_HEAD]
    try:
        for step in steps(page):
            if step.heading:
                seen.append(f"## {step.heading}\n")
            elif step.file:
                reader.write(step.file, step.text)
                seen.append(f"`{step.file}` is written, {len(step.text.splitlines())} lines.\n")
            else:
                answer = reader.run(step.command)
                _compare(step, answer)
                seen.append(f"```console\n$ {step.command}\n{answer}".rstrip() + "\n```\n")
    finally:
        reader.leave()
    return "\n".join(seen).replace("```\n\n```console\n", "")


def _compare(step: Step, answer: str) -> None:
    shown = step.shown.strip("\n")
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    if not re.fullmatch(pattern, answer, re.DOTALL):
        raise Mismatch(f"$ {step.command}\n\nThe page shows:\n{shown}\n\nWhat came:\n{answer}")


def _install(folder: Path) -> None:
    """A virtual environment that stands for Banyan's own: it sees what this one has installed."""
    venv.create(folder, symlinks=True, with_pip=False)
    major, minor = sys.version_info[:2]
    site = folder / "lib" / f"python{major}.{minor}" / "site-packages"
    packages = [path for path in sys.path if path.endswith("site-packages")]
    lines = [f"import site; site.addsitedir({path!r})" for path in packages]
    (site / "banyan.pth").write_text("\n".join([*lines, str(ROOT)]) + "\n", encoding="utf-8")
    command = folder / "bin" / "banyan"
    command.write_text(f"#!{folder}/bin/python\nfrom core.cli import main\n\nmain()\n")
    command.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str]) -> int:
    """Follow the page; 1 when it does not hold."""
    with tempfile.TemporaryDirectory() as home:
        try:
            seen = follow(PAGE.read_text(encoding="utf-8"), Path(home).resolve())
        except Mismatch as error:
            print(error)
            return 1
    if "--record" in arguments:
        RECORD.write_text(seen, encoding="utf-8")
    else:
        print(seen)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
