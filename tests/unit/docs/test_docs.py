"""The documents say what is there: links, routes, settings, make targets; and both languages say the same."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from chatsim import data, keys, packs
from chatsim_ai.current import KEY_SETTINGS
from chatsim_ai.settings import AiSettings

from local.template import read as read_template

ROOT = Path(__file__).parents[3]
PAIRS = [("README.md", "README.es.md"), ("docs/how-it-works.md", "docs/how-it-works.es.md"),
         ("docs/overlay.md", "docs/overlay.es.md"), ("docs/deploy.md", "docs/deploy.es.md")]  # fmt: skip
READMES, GUIDES = PAIRS[0], PAIRS[3]
DOCS = [*(path for pair in PAIRS for path in pair), "docs/decisions.md", "docs/trust.md", "SECURITY.md", "CHANGELOG.md"]

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
# Places of one machine or one network, which mean nothing to whoever reads this elsewhere.
ELSEWHERE = re.compile(r"(?<![\w.])/(work|tmp|root|home|Users|opt|mnt|usr|var|etc)/|~/|[a-z]:\\|file://", re.IGNORECASE)
SUFFIXES = {"py", "ts", "tsx"}
DEFINES = r"^\s*(export |async )*(def|class|function\*?|const) NAME\b|^NAME\b.* ="
ADDRESSES = re.compile(r"https?://([^/\s)`'\"]+)")
# Where a deployment's owner goes, and an example of what they get.
OWNERS = {"console.aws.amazon.com", "dashboard.clerk.com", "console.groq.com", "cloud.cerebras.ai"}
OWNERS_SITE = "d111111abcdef8.cloudfront.net"


@cache
def text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def prose(path: str) -> str:
    return FENCE.sub("", text(path))


def headings(path: str) -> list[tuple[int, str]]:
    return [(len(marks), title) for marks, title in HEADING.findall(prose(path))]


def slug(title: str) -> str:
    """What a heading is called in a link."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def rows(path: str, first: re.Pattern[str]) -> dict[str, list[str]]:
    """The table rows whose first cell is wholly `first`, by its group: the other cells."""
    cells = [line.strip("|").split("|") for line in prose(path).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in cells]
    found = [(match[1], row[1:]) for row in cells if (match := first.fullmatch(row[0]))]
    assert found, f"{path} has no table for {first.pattern}"
    assert len(found) == len(dict(found)), f"{path} has a row twice"
    return dict(found)


# ── What the template says ──


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` is `("Ref", "X")`."""


Loader.add_multi_constructor("!", lambda loader, tag, node: (tag, node.value))


@cache
def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text("template.yaml"), Loader)
    return found


def functions() -> list[dict[str, Any]]:
    return [part for part in template()["Resources"].values() if part["Type"] == "AWS::Serverless::Function"]


def template_routes() -> set[str]:
    doors = read_template(ROOT / "template.yaml").functions
    urls = {f"GET {door.url_path}" for door in doors if door.url_path}
    return urls | {f"{method} {route}" for door in doors for method, route in door.routes}


def issuer_routes() -> set[str]:
    found = re.findall(r'Route\("([^"]+)", \w+, methods=\["(\w+)"\]\)', text("local/issuer.py"))
    return {f"{method} {path}" for path, method in found}


def variables() -> dict[str, Any]:
    """Environment variables of the doors with their values."""
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = [door["Properties"].get("Environment", {}).get("Variables", {}) for door in functions()]
    return {name: value for part in (shared, *own) for name, value in part.items()}


def folders() -> set[str]:
    """The repository's own folders: none that is hidden, ignored by git, or empty."""
    ignored = set(text(".gitignore").replace("/", "").split())
    entries = [entry for entry in ROOT.iterdir() if not entry.name.startswith((".", "_"))]
    return {entry.name for entry in entries if entry.is_dir() and entry.name not in ignored and any(entry.iterdir())}


# ── Links ──


@pytest.mark.parametrize("path", DOCS)
def test_every_link_leads_somewhere(path):
    folder = (ROOT / path).parent
    links = [target for _, target in LINK.findall(prose(path))]
    assert links or path == "CHANGELOG.md"
    lost = [to for to in links if "://" not in to and not (folder / to.partition("#")[0]).resolve().exists()]
    assert not lost


@pytest.mark.parametrize("path", DOCS)
def test_every_link_into_a_page_names_a_heading(path):
    links = [target.partition("#") for _, target in LINK.findall(prose(path)) if "#" in target]
    pages = [(str((ROOT / path).parent.joinpath(page).resolve().relative_to(ROOT)) if page else path, anchor)
             for page, _, anchor in links]  # fmt: skip
    assert not [(page, anchor) for page, anchor in pages if anchor not in {slug(title) for _, title in headings(page)}]


@pytest.mark.parametrize("path", DOCS)
def test_every_link_with_a_name_of_the_code_finds_it_there(path):
    """[`name`](file), or [`module.name`](file): the file defines that name."""
    lost = []
    for label, target in LINK.findall(prose(path)):
        name = re.fullmatch(r"`(?:[\w.]+\.)?(\w+)`", label)
        if name and name[1] not in SUFFIXES and Path(target).suffix.lstrip(".") in SUFFIXES:
            source = ((ROOT / path).parent / target).read_text("utf-8")
            if not re.search(DEFINES.replace("NAME", name[1]), source, re.MULTILINE):
                lost.append((label, target))
    assert not lost


@pytest.mark.parametrize("path", DOCS)
def test_every_path_in_the_text_is_there(path):
    """`folder/file` as code: from the root, `<…>` standing for any name. Routes begin with a slash: not meant."""
    tops = {entry.name for entry in ROOT.iterdir()}
    paths = [code for code in CODE.findall(prose(path)) if "/" in code and code.partition("/")[0] in tops - {".data"}]
    assert not [code for code in paths if not list(ROOT.glob(re.sub(r"<[^>]*>", "*", code)))]


@pytest.mark.parametrize("path", DOCS)
def test_nothing_names_one_machine_or_network(path):
    assert not ELSEWHERE.search(text(path))
    allowed = {*OWNERS, OWNERS_SITE} if path in GUIDES else {"localhost:8000"}
    assert set(ADDRESSES.findall(text(path))) <= allowed


# ── What stands in both READMEs stands in the code, and the other way round ──


@pytest.mark.parametrize("path", READMES)
def test_the_routes(path):
    listed = rows(path, re.compile(r"`([A-Z]+ [/$]\S+)`")).keys()
    assert listed == template_routes() | issuer_routes()
    assert len(issuer_routes()) == 3


@pytest.mark.parametrize("path", READMES)
def test_no_route_is_mentioned_that_is_not_there(path):
    mentioned = {code for code in CODE.findall(prose(path)) if re.match(r"(GET|POST|PUT|DELETE|ANY) ", code)}
    assert mentioned <= template_routes() | issuer_routes()


@pytest.mark.parametrize("path", READMES)
def test_the_pages(path):
    (line,) = [line for line in prose(path).splitlines() if "`/dashboard`" in line]
    built = {file.stem for file in (ROOT / "frontend").glob("*.html")} - {"404"}
    wanted = {"/" if name == "index" else f"/{name}" for name in built}
    assert {code for code in CODE.findall(line) if code.startswith("/")} == wanted | {"/config.json"}


def default(parameter: str, path: str) -> str:
    return str(template()["Parameters"][parameter]["Default"]) or ("vacío" if ".es" in path else "empty")


@pytest.mark.parametrize("path", READMES)
def test_the_parameters_with_their_variables_and_defaults(path):
    listed = rows(path, re.compile(r"`([A-Z][a-z]\w+)`"))
    assert listed.keys() == {value[1] for value in variables().values() if value[0] == "Ref"} - {"Table"}
    for name, (variable, said, _) in listed.items():
        assert variables()[variable.strip("`")] == ("Ref", name)
        assert said.strip("`") == default(name, path), name


@pytest.mark.parametrize("path", GUIDES)
def test_the_parameters_of_a_deployment_alone(path):
    listed = rows(path, re.compile(r"`([A-Z][a-z]\w+)`"))
    assert listed.keys() == template()["Parameters"].keys() - {value[1] for value in variables().values()}
    for name, (said, _) in listed.items():
        assert said.strip("`") == default(name, path), name


@pytest.mark.parametrize("path", READMES)
def test_the_environment_variables(path):
    listed = {row[0] for row in rows(path, re.compile(r"`([A-Z][a-z]\w+)`")).values()}
    cells = [line.strip("|").split("|") for line in prose(path).splitlines() if line.startswith("| — |")]
    listed |= {row[1].strip() for row in cells}
    assert {name.strip("`") for name in listed} == variables().keys()


@pytest.mark.parametrize("path", READMES)
def test_the_settings_of_the_ai(path):
    settings = AiSettings.from_env({})
    models = {f"{name.upper()}_MODEL": account.model for name, account in settings.accounts.items()}
    addresses = {name.replace("_MODEL", "_BASE_URL"): "la suya" if ".es" in path else "its own" for name in models}
    times = {"AI_DEADLINE_S": f"{settings.deadline_s:g}", "AI_FIRST_TOKEN_S": f"{settings.first_token_s:g}"}
    keys = dict.fromkeys(KEY_SETTINGS, "vacío" if ".es" in path else "empty")
    listed = rows(path, re.compile(r"`([A-Z]+_[A-Z_]+)`"))
    assert {name: default.strip("`") for name, (default, _) in listed.items()} == keys | models | addresses | times


@pytest.mark.parametrize("path", READMES)
def test_the_make_targets(path):
    listed = rows(path, re.compile(r"`make ([a-z-]+)`")).keys()
    assert listed == set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("path", READMES)
def test_the_folders(path):
    targets = {target for _, target in LINK.findall(prose(path))}
    assert folders() <= {target.partition("/")[0] for target in targets}
    layers = {str(folder.relative_to(ROOT)) for folder in (ROOT / "layers").glob("*/chatsim*") if folder.is_dir()}
    assert {target for target in targets if re.fullmatch(r"layers/\w+/\w+", target)} == layers


@pytest.mark.parametrize("path", READMES)
def test_the_two_commands_come_first(path):
    first = FENCE.search(text(path))
    assert first
    assert re.findall(r"^make (\w+)", first[0], re.MULTILINE) == ["dev", "test"]
    assert text(path)[: first.start()].count("\n\n") == 2  # a title and one sentence
    assert "http://localhost:8000" in first[0]


@pytest.mark.parametrize("path", READMES)
def test_it_says_that_nothing_is_posted(path):
    assert "Twitch" in prose(path).partition("\n## ")[0]


@pytest.mark.parametrize("path", PAIRS[1])
def test_every_end_of_a_stream_is_listed(path):
    farewells = set(re.findall(r'Farewell\(\s*"(\w+)"', text("layers/core/chatsim/stream.py")))
    assert rows(path, re.compile(r"`([a-z]+)`")).keys() == farewells | {"end"}
    loop = "".join(text(f"layers/streaming/chatsim_streaming/{name}.py") for name in ("runtime", "endings"))
    assert set(re.findall(r"`.*?(Runtime\.[A-Z]\w+)`", prose(path))) == set(re.findall(r"\bRuntime\.[A-Z]\w+", loop))


def test_the_example_of_a_pack_has_the_form_of_one():
    (example,) = [block for block in FENCE.findall(text(READMES[0])) if block.startswith("```text")]
    header, phrases = data.sections("\n".join(example.splitlines()[1:-1]))
    assert header.keys() == {"name", "aliases", "genre", "short"}
    assert tuple(phrases) == packs.GAME_CATEGORIES
    assert (data.ROOT / "packs" / "es" / "genres" / f"{header['genre']}.txt").exists()


@pytest.mark.parametrize("path", READMES)
def test_what_a_pack_needs_is_what_its_test_asks_for(path):
    asked = re.findall(
        r'^(?:MINIMUM = \{"games": \(|MAX_LENGTH = )([\d, ]+)', text("tests/unit/core/test_catalogue.py"), re.MULTILINE
    )
    assert len(asked) == 2
    (paragraph,) = [part for part in prose(path).split("\n\n") if "test_catalogue.py](" in part]
    assert re.findall(r"\b\d{2,}\b", paragraph) == re.findall(r"\d+", " ".join(asked))


@pytest.mark.parametrize("path", READMES)
def test_every_genre_is_named(path):
    named = {code.strip("[]") for code in CODE.findall(prose(path)) if re.fullmatch(r"\[[a-z]+\]", code)}
    assert named == {Path(file).stem for file in data.listing("packs/es/genres")}


@pytest.mark.parametrize("path", PAIRS[2])
def test_the_options_of_the_overlay_that_are_saved_with_the_key(path):
    """frontend/tests/look.test.ts holds all of them to what the page knows."""
    listed = rows(path, re.compile(r"`([a-z]+)`"))
    assert list(keys.LOOK) == [
        name for name, (*_, what) in listed.items() if "link" not in what and "enlace" not in what
    ]
    for name, rule in keys.LOOK.items():
        values = listed[name][0]
        if isinstance(rule, range):
            assert values == f"{rule[0]}-{rule[-1]}", name
        elif isinstance(rule, tuple):
            assert values == ", ".join(f"`{word}`" for word in rule), name
        else:
            assert (values == "`1`, `0`") == (rule is bool), name


# ── Both languages ──


@pytest.mark.parametrize("pair", PAIRS)
def test_both_languages_have_the_same_shape(pair):
    english, spanish = pair
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(spanish)]
    assert FENCE.findall(text(english)) == FENCE.findall(text(spanish))
    linked = [sorted({to.partition("#")[0] for _, to in LINK.findall(prose(path)) if ".md" not in to}) for path in pair]
    assert linked[0] == linked[1]
    tables = [sum(line.startswith("|") for line in prose(path).splitlines()) for path in pair]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("path", DOCS)
def test_headings_step_down_one_level_at_a_time(path):
    levels = [level for level, _ in headings(path)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
