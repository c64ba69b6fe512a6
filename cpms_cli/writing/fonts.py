"""Fonts with Thai letters that are installed: reports need one, and say which they found."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FAMILIES = (
    "sarabun",
    "leelaw",
    "tahoma",
    "notosansthai",
    "notoserifthai",
    "thonburi",
    "ayuthaya",
    "loma",
    "garuda",
    "norasi",
    "waree",
    "kinnari",
    "angsana",
    "cordia",
    "browallia",
)
# What office documents name: on every Windows since 8, and of the size of Latin letters. TH Sarabun New, the usual font
# of Thai offices, is a third smaller, so that where it is not installed what stands for it would no longer fit.
OFFICE_FONT = "Leelawadee UI"
_FILES = {".ttf", ".ttc", ".otf"}


def font_folders() -> list[Path]:
    """Where this system keeps fonts, its own first."""
    home = Path.home()
    if sys.platform == "win32":
        own = Path(os.environ.get("LOCALAPPDATA", home)) / "Microsoft" / "Windows" / "Fonts"
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", own]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"]


def thai_fonts() -> list[Path]:
    """Font files with Thai letters, known by their names, in the order of `FAMILIES`."""
    files = [path for folder in font_folders() if folder.is_dir() for path in sorted(folder.rglob("*"))]
    fonts = [path for path in files if path.suffix.lower() in _FILES]
    plain = {path: path.stem.lower().replace("-", "").replace(" ", "") for path in fonts}
    return [path for family in FAMILIES for path in fonts if family in plain[path]]
