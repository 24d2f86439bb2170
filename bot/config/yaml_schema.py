"""Reading a YAML file against a schema, so that every mistake names file, line and what is allowed.

Scalars are taken as they are written: whole numbers as int, others as Decimal, dates as text.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_DEEPEST: Final = 30
_PLAIN_NUMBER: Final = "a number written plainly, such as 25000 or 12.5"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where it is (lines count from 1), what is wrong, what is allowed."""

    line: int
    what: str
    allowed: str


class FileError(Exception):
    """A file of the company that cannot be used; its text has a line for each problem."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        super().__init__(
            "\n".join(f"{path}:{p.line}: {p.what}; allowed: {p.allowed}" for p in self.problems)
        )


class Strict(BaseModel):
    """The base of every part of a schema: nothing unknown, and nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(slots=True)
class Document:
    """A file's content, None where it could not be read, and the line of each part of it."""

    content: Any
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # Parts put in from elsewhere in the file, and where they were written.
    written_at: dict[Place, Place] = field(default_factory=dict)

    def insert(self, place: Place, source: Place, own: Collection[str]) -> None:
        """Note that the part at `place` was written at `source`, all but its `own` keys."""
        for known in list(self.lines):
            rest = known[len(source) :]
            if known[: len(source)] == source and (rest[0] not in own if rest else not own):
                self.written_at[(*place, *rest)] = known

    def line(self, place: Place) -> int:
        """The line of that part, or of the nearest part around it that was written."""
        place = self.written_at.get(place, place)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def blame(self, place: Place, what: str, allowed: str) -> None:
        """Note a problem with one part."""
        self.problems.append(Problem(self.line(place), what, allowed))

    def name(self, place: Place) -> str:
        """The part as people say it, such as rules.late_low.offer.2.percent."""
        content, words = self.content, []
        for step in self.written_at.get(place, place):
            content = _inside(content, step)
            known = content.get("id") if isinstance(content, Mapping) else None
            words.append(str(known or (step + 1 if isinstance(step, int) else step)))
        return ".".join(words) or "the file"


def wrong(what: str, allowed: str, key: str | None = None) -> PydanticCustomError:
    """The error a validator raises; `key` is the part of the validated one that is wrong."""
    return PydanticCustomError("wrong", "{what}", {"what": what, "allowed": allowed, "key": key})


def _not_empty(given: Any) -> Any:
    if not given:
        raise wrong("nothing is given", "one or more")
    return given


# Unlike pydantic's own minimum, silent where what was given is wrong in itself.
NotEmpty: Final = AfterValidator(_not_empty)


def closest(word: object, known: Sequence[str]) -> str:
    """The allowed words, the one that was probably meant first."""
    near = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return (f"{near[0]} (probably meant), " if near else "") + ", ".join(known)


def read(path: Path) -> Document:
    """Read a file; what is no YAML at all is noted as a problem of the document."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text in UTF-8"
        return Document(None, problems=[Problem(1, f"cannot be read: {reason}", "a YAML file")])
    document = Document({})
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        content = _build(node, (), document) if node else None
        document.content = {} if content is None else content
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = f"is not YAML: {getattr(error, 'problem', None) or error}"
        document.problems.append(
            Problem(mark.line + 1 if mark else 1, what, "YAML with two spaces for each level")
        )
        document.content = None
    if document.content is not None and not isinstance(document.content, dict):
        document.blame((), "holds no keys", "lines such as key: value")
        document.content = None
    return document


def check(document: Document, schema: type[Model], context: Any = None) -> Model | None:
    """The content as the schema has it; None where it does not fit, the problems being noted."""
    if document.content is None:
        return None
    try:
        return schema.model_validate(document.content, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(document, schema, detail)
        return None


def _build(node: Node, place: Place, document: Document) -> Any:
    document.lines.setdefault(place, node.start_mark.line + 1)
    if len(place) > _DEEPEST:
        raise YAMLError("nested without end")
    if isinstance(node, ScalarNode):
        return _scalar(node, place, document)
    if isinstance(node, SequenceNode):
        return [_build(part, (*place, i), document) for i, part in enumerate(node.value)]
    built: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in built:
            document.problems.append(Problem(line, f"{key} is written twice", "each key once"))
        document.lines[(*place, key)] = line
        built[key] = _build(value_node, (*place, key), document)
    return built


def _scalar(node: ScalarNode, place: Place, document: Document) -> Any:
    tag, text = str(node.tag).rsplit(":", maxsplit=1)[-1], str(node.value)
    if tag == "null":
        return None
    if tag == "bool":
        return text.casefold() == "true"
    plain = text.replace("_", "")
    if tag == "int" and re.fullmatch(r"[-+]?\d+", plain):
        return int(plain)
    if tag == "float" and re.fullmatch(r"[-+]?\d+\.\d*", plain):
        if re.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}", plain):
            # In YAML 25.000 is twenty-five, which nobody who writes pesos means.
            document.blame(
                place, f"{text} may mean thousands or decimals", f"{plain.replace('.', '')} or 2.5"
            )
        return Decimal(plain)
    return text


def _inside_all(content: Any, place: Place) -> Any:
    for step in place:
        content = _inside(content, step)
    return content


def _inside(content: Any, step: str | int) -> Any:
    if isinstance(content, Mapping):
        return content.get(step)
    if isinstance(content, Sequence) and isinstance(step, int) and step < len(content):
        return content[step]
    return None


def _note(document: Document, schema: type[BaseModel], detail: ErrorDetails) -> None:
    place, context = detail["loc"], detail.get("ctx", {})
    name, value = document.name(place), detail["input"]
    match detail["type"]:
        case "wrong":
            key = context.get("key")
            place = (*place, key) if key else place
            document.blame(place, f"{document.name(place)}: {context['what']}", context["allowed"])
        case "missing":
            written = _inside_all(document.content, place[:-1]) or ()
            if get_close_matches(str(place[-1]), set(written) - set(_keys(schema, place[:-1]))):
                return  # the key is there, misspelt, and is told as unknown
            document.blame(place[:-1], f"{document.name(place[:-1])} lacks {place[-1]}", "this key")
        case "extra_forbidden":
            around = document.name(place[:-1])
            allowed = closest(place[-1], _keys(schema, place[:-1]))
            document.blame(place, f"unknown key {place[-1]} in {around}", allowed)
        case "literal_error":
            words = re.findall(r"'([^']*)'", str(context["expected"]))
            document.blame(place, f"{name}: unknown value {value}", closest(value, words))
        case kind if kind.startswith(("decimal", "int", "float")):
            document.blame(place, f"{name}: {value!r} is no such number", _PLAIN_NUMBER)
        case _:
            document.blame(place, f"{name}: {_short(value)} does not fit", detail["msg"])


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _keys(schema: type[BaseModel], place: Place) -> list[str]:
    """The keys that the part of the schema at `place` knows."""
    current: Any = schema
    for step in place:
        model = next(iter(_models(current)), None)
        if isinstance(step, str) and model:
            fields = {(info.alias or name): info for name, info in model.model_fields.items()}
            current = fields[step].annotation if step in fields else current
    model = next(iter(_models(current)), None)
    return [i.alias or n for n, i in model.model_fields.items()] if model else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within an annotation such as `dict[str, Part] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
