"""Data that is not code: packs, names, titles, moments, messages. Plain text a person can edit."""

from pathlib import Path

ROOT = Path(__file__).parent


def read(path: str) -> str:
    """The text of a data file, `path` relative to this folder. Raises FileNotFoundError."""
    return (ROOT / path).read_text("utf-8")


def listing(folder: str) -> list[str]:
    """Paths of the `.txt` files of a folder, in order of name."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).glob("*.txt"))


def header(path: str) -> dict[str, str]:
    """The header values alone, without looking at the sections. Raises FileNotFoundError."""
    return sections(read(path).partition("\n[")[0])[0]


def sections(text: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Header values and sections of a data file: `key: value` lines, then `[section]` titles with one entry a line.

    Blank lines and lines that begin with "# " are left out.
    """
    header: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("# "):
            continue
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        elif current is not None:
            current.append(line)
        else:
            key, _, value = line.partition(":")
            header[key.strip()] = value.strip()
    return header, {name: tuple(lines) for name, lines in found.items()}
