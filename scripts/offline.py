"""A folder for a USB stick, from which cpms is installed where there is no network: `python run.py offline FOLDER`.

It holds the locked wheels for another system and its Python, with their hashes, an install script, the sample files
and the documents as pages. Run by `run.py` inside the project's environment, on a machine with a network.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class System:
    """A system to install on: the names of its wheels, what its Python says of itself, and its install script."""

    platforms: tuple[str, ...]
    markers: dict[str, str]
    script: str
    text: str


_UNIX = """#!/bin/sh
# Installs cpms from this folder, with no network. Needs Python {pythons}. Another place: {script} /path/to/place
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place=${{1:-"$HOME/cpms"}}
python3 -m venv "$place"
"$place/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$here/requirements.txt"
echo "cpms: $place/bin/cpms"
echo "Try it / ลองใช้:  $place/bin/cpms demo"
"""
_WINDOWS = """@echo off
rem Installs cpms from this folder, with no network. Needs Python {pythons}. Another place: {script} D:\\place
setlocal
set "PLACE=%~1"
if "%PLACE%"=="" set "PLACE=%LOCALAPPDATA%\\cpms"
py -3 -m venv "%PLACE%" || exit /b 1
"%PLACE%\\Scripts\\python.exe" -m pip install --disable-pip-version-check --require-hashes -r "%~dp0requirements.txt" || exit /b 1
echo cpms: "%PLACE%\\Scripts\\cpms.exe"
echo Try it: "%PLACE%\\Scripts\\cpms.exe" demo
if "%~1"=="" pause
"""  # noqa: E501
_MAC = tuple(f"macosx_{major}_0_{chip}" for chip in ("arm64", "x86_64") for major in (11, 12, 13, 14))
_LINUX = ("manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in (17, 24, 27, 28, 31, 34)))
SYSTEMS = {
    "windows": System(
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
        "install.bat",
        _WINDOWS,
    ),
    "macos": System(
        _MAC, {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"}, "install.command", _UNIX
    ),
    "linux": System(
        _LINUX, {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}, "install.sh", _UNIX
    ),
}
_WINDOWS_LINES = {".bat"}
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 16px/1.6 Sarabun, "Leelawadee UI", Thonburi, "Noto Sans Thai", sans-serif; max-width: 48rem;
  margin: 2rem auto; padding: 0 1rem }}
pre {{ background: #f2f2f2; padding: .8rem; overflow-x: auto }} code {{ font-family: Consolas, Menlo, monospace }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #999; padding: .2rem .5rem; text-align: left }}
img {{ max-width: 100% }}
</style></head><body>
{body}
</body></html>
"""


def requirements(text: str, system: System, python: str) -> Iterator[str]:
    """The locked requirements, with their hashes, that a system with this Python needs; no markers are left."""
    environment = {
        **system.markers,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for entry in re.split(r"\n(?=\S)", text.strip()):
        head, _, hashes = entry.partition("\\\n")
        name, _, marker = head.partition(";")
        if not marker.strip() or Marker(marker.strip()).evaluate(environment):
            yield f"{name.strip()} \\\n{hashes}"


def download(folder: Path, system: System, python: str) -> list[str]:
    """Put the wheels for one system and Python into the folder; the requirements they meet."""
    needed = list(requirements((ROOT / "requirements" / "run.txt").read_text("utf-8"), system, python))
    lock = folder / f"needed-{python}.txt"
    lock.write_text("\n".join(needed) + "\n", "utf-8")
    platforms = [word for name in system.platforms for word in ("--platform", name)]
    _pip(
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--require-hashes",
        "--python-version",
        python,
        "--implementation",
        "cp",
        *platforms,
        "--dest",
        folder / "wheels",
        "-r",
        lock,
    )
    lock.unlink()
    return needed


def _pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _own_wheel(folder: Path) -> str:
    wheels = folder / "wheels"
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, ROOT)
    wheel = next(wheels.glob("cpms_cli-*.whl"))
    version = wheel.name.split("-")[1]
    return f"cpms-cli=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def _lock(per_python: dict[str, list[str]], own: str) -> str:
    """One requirements file for every Python: what differs between them is said by a marker."""
    lines = [
        "# What install scripts install, from the folder wheels and nowhere else.",
        "--no-index",
        "--find-links ./wheels",
    ]
    for entry in dict.fromkeys(entry for needed in per_python.values() for entry in needed):
        pythons = [python for python, needed in per_python.items() if entry in needed]
        name, _, hashes = entry.partition(" \\\n")
        test = " or ".join(f'python_version == "{python}"' for python in pythons)
        lines.append(entry if len(pythons) == len(per_python) else f"{name} ; {test} \\\n{hashes}")
    return "\n".join([*lines, own]) + "\n"


def write_pages(folder: Path) -> None:
    """Write every document of the project as a page of its own, with the pictures that pages show."""
    render = MarkdownIt("commonmark").enable("table").render
    shutil.copytree(ROOT / "docs" / "pictures", folder / "docs" / "pictures", dirs_exist_ok=True)
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        text = path.read_text("utf-8")
        body = re.sub(r'href="([^":]+)\.md([#"])', r'href="\1.html\2', render(text))
        title = text.partition("\n")[0].lstrip("# ")
        page = folder / path.relative_to(ROOT).with_suffix(".html")
        page.parent.mkdir(parents=True, exist_ok=True)
        language = "th" if path.stem.endswith(".th") else "en"
        page.write_text(_PAGE.format(language=language, title=title, body=body), "utf-8")


def build(folder: Path, name: str, pythons: list[str]) -> None:
    """Build the folder for one system and some versions of Python; ends where the folder has something in it."""
    system = SYSTEMS[name]
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder.name} is not empty: choose a new folder")
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    per_python = {python: download(folder, system, python) for python in pythons}
    (folder / "requirements.txt").write_text(_lock(per_python, _own_wheel(folder)), "utf-8")
    script = folder / system.script
    ends = "\r\n" if script.suffix in _WINDOWS_LINES else "\n"
    script.write_text(system.text.format(pythons=", ".join(pythons), script=script.name), "utf-8", newline=ends)
    script.chmod(0o755)
    shutil.copytree(ROOT / "sample_data", folder / "sample_data", dirs_exist_ok=True)
    write_pages(folder)
    print(f"{folder}: {len(list((folder / 'wheels').iterdir()))} wheels; install with {script.name}")


def main() -> None:
    """Read the command line and build the folder."""
    own_system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    parser = argparse.ArgumentParser(prog="run.py offline", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to build it, as a USB stick")
    parser.add_argument(
        "--for", dest="system", choices=sorted(SYSTEMS), default=own_system, help="the system to install on"
    )
    parser.add_argument("--python", action="append", help="its version of Python, as 3.12; may be repeated")
    given = parser.parse_args()
    build(given.folder.resolve(), given.system, given.python or [f"{sys.version_info[0]}.{sys.version_info[1]}"])


if __name__ == "__main__":
    main()
