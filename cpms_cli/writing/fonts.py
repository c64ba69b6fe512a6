"""Fonts with the letters of a language that are installed: reports need one, and say which they found."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from cpms_cli.survey.language import Language
from cpms_cli.survey.speech.languages import traits_of

_FILES = {".ttf", ".ttc", ".otf"}


def shipped_fonts() -> Path:
    """Return the folder of the font that is installed with the package, so that no machine lacks its letters."""
    return Path(str(files("fontpkg_noto_sans_thai"))) / "files"


def font_folders() -> list[Path]:
    """Where fonts are: this system's own, the user's, and the one that is installed with the package."""
    return [*_system_folders(), shipped_fonts()]


def _system_folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        own = Path(os.environ.get("LOCALAPPDATA", home)) / "Microsoft" / "Windows" / "Fonts"
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", own]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"]


def fonts_of(language: Language) -> list[Path]:
    """Font files with the letters of a language, known by their names, the best first."""
    every = [path for folder in font_folders() if folder.is_dir() for path in sorted(folder.rglob("*"))]
    fonts = [path for path in every if path.suffix.lower() in _FILES]
    plain = {path: path.stem.lower().replace("-", "").replace(" ", "") for path in fonts}
    return [path for family in traits_of(language).fonts.files for path in fonts if family in plain[path]]


def families_of(language: Language, installed: Iterable[str]) -> list[str]:
    """Those of the installed font families that have a language's letters, best first.

    >>> families_of("th", ["DejaVu Sans", "Loma", "Leelawadee UI"])
    ['Leelawadee UI', 'Loma']
    """
    plain = {name: re.sub(r"[^a-z]", "", name.lower()) for name in dict.fromkeys(installed)}
    return [name for family in traits_of(language).fonts.files for name in plain if family in plain[name]]
