"""YAML files checked against a schema: each mistake is reported with file, line and allowed values.

Whole numbers are read as int, other numbers as Decimal, and dates as text.
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

# The keys and indices that lead to a part of a file: ("cases", 2, "id").
Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_DEEPEST: Final = 30  # levels; an alias that contains itself would have no end
_PLAIN_NUMBER: Final = "a number written plainly, such as 25000 or 12.5"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: its line (from 1), what is wrong, and what is allowed."""

    line: int
    what: str
    allowed: str


class FileError(Exception):
    """A company file that cannot be used. The text has a line for each problem."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        super().__init__(
            "\n".join(
                f"{path}:{problem.line}: {problem.what}; allowed: {problem.allowed}"
                for problem in self.problems
            )
        )


class StrictModel(BaseModel):
    """The base of every part of a schema: unknown keys are errors, and values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(slots=True)
class Document:
    """A file's content (None if it could not be read), and the line of each of its parts."""

    content: Any
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # For parts that are inserted from elsewhere in the file: where they are written.
    written_at: dict[Location, Location] = field(default_factory=dict)

    def note_insertion(self, at: Location, source: Location, own: Collection[str]) -> None:
        """Record that the part at ``at``, except for its ``own`` keys, is written at ``source``."""
        for known in list(self.lines):
            rest = known[len(source) :]
            if known[: len(source)] == source and (rest[0] not in own if rest else not own):
                self.written_at[(*at, *rest)] = known

    def line(self, at: Location) -> int:
        """Return the line of that part, or of the nearest written part around it."""
        at = self.written_at.get(at, at)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def add_problem(self, at: Location, what: str, allowed: str) -> None:
        """Add a problem of the part at ``at``."""
        self.problems.append(Problem(self.line(at), what, allowed))

    def name(self, at: Location) -> str:
        """Return the name of a part for messages, such as rules.late_low.offer.2.percent."""
        content, steps = self.content, []
        for step in self.written_at.get(at, at):
            content = _child(content, step)
            known = content.get("id") if isinstance(content, Mapping) else None
            steps.append(str(known or (step + 1 if isinstance(step, int) else step)))
        return ".".join(steps) or "the file"


def schema_error(what: str, allowed: str, key: str | None = None) -> PydanticCustomError:
    """Return the error for a validator to raise.

    Args:
        key: of the validated part, if one of its keys is wrong.
    """
    return PydanticCustomError("wrong", "{what}", {"what": what, "allowed": allowed, "key": key})


def _not_empty(value: Any) -> Any:
    if not value:
        raise schema_error("nothing is given", "one or more")
    return value


# Unlike pydantic's min_length, it adds no second error to a value that is already wrong.
NotEmpty: Final = AfterValidator(_not_empty)


def suggest(word: object, known: Sequence[str]) -> str:
    """Return the allowed words, preceded by the one that was probably meant."""
    closest = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return (f"{closest[0]} (probably meant), " if closest else "") + ", ".join(known)


def read_yaml(path: Path) -> Document:
    """Read a file. Its content is None if that fails, and the reason is one of its problems."""
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
        document.add_problem((), "holds no keys", "lines such as key: value")
        document.content = None
    return document


def validate(document: Document, schema: type[Model], context: Any = None) -> Model | None:
    """Return the content as ``schema``; None if it does not fit, with the problems added."""
    if document.content is None:
        return None
    try:
        return schema.model_validate(document.content, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _add_error(document, schema, detail)
        return None


def _build(node: Node, at: Location, document: Document) -> Any:
    document.lines.setdefault(at, node.start_mark.line + 1)
    if len(at) > _DEEPEST:
        raise YAMLError("nested without end")
    if isinstance(node, ScalarNode):
        return _scalar(node, at, document)
    if isinstance(node, SequenceNode):
        return [_build(part, (*at, i), document) for i, part in enumerate(node.value)]
    built: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in built:
            document.problems.append(Problem(line, f"{key} is written twice", "each key once"))
        document.lines[(*at, key)] = line
        built[key] = _build(value_node, (*at, key), document)
    return built


def _scalar(node: ScalarNode, at: Location, document: Document) -> Any:
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
            # In YAML 25.000 is twenty-five, but in pesos it means twenty-five thousand.
            document.add_problem(
                at, f"{text} may mean thousands or decimals", f"{plain.replace('.', '')} or 2.5"
            )
        return Decimal(plain)
    return text


def _descendant(content: Any, at: Location) -> Any:
    for step in at:
        content = _child(content, step)
    return content


def _child(content: Any, step: str | int) -> Any:
    if isinstance(content, Mapping):
        return content.get(step)
    if isinstance(content, Sequence) and isinstance(step, int) and step < len(content):
        return content[step]
    return None


def _add_error(document: Document, schema: type[BaseModel], detail: ErrorDetails) -> None:
    at, context = detail["loc"], detail.get("ctx", {})
    name, value = document.name(at), detail["input"]
    match detail["type"]:
        case "wrong":
            key = context.get("key")
            at = (*at, key) if key else at
            document.add_problem(at, f"{document.name(at)}: {context['what']}", context["allowed"])
        case "missing":
            written = _descendant(document.content, at[:-1]) or ()
            if get_close_matches(str(at[-1]), set(written) - set(_keys(schema, at[:-1]))):
                return  # the key is misspelt, and is reported as unknown
            document.add_problem(at[:-1], f"{document.name(at[:-1])} lacks {at[-1]}", "this key")
        case "extra_forbidden":
            around = document.name(at[:-1])
            allowed = suggest(at[-1], _keys(schema, at[:-1]))
            document.add_problem(at, f"unknown key {at[-1]} in {around}", allowed)
        case "literal_error":
            words = re.findall(r"'([^']*)'", str(context["expected"]))
            document.add_problem(at, f"{name}: unknown value {value}", suggest(value, words))
        case kind if kind.startswith(("decimal", "int", "float")):
            document.add_problem(at, f"{name}: {value!r} is no such number", _PLAIN_NUMBER)
        case _:
            document.add_problem(at, f"{name}: {_short(value)} does not fit", detail["msg"])


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _keys(schema: type[BaseModel], at: Location) -> list[str]:
    """Return the keys of the part of the schema at ``at``."""
    current: Any = schema
    for step in at:
        model = next(iter(_models(current)), None)
        if isinstance(step, str) and model:
            fields = {(info.alias or name): info for name, info in model.model_fields.items()}
            current = fields[step].annotation if step in fields else current
    model = next(iter(_models(current)), None)
    return [i.alias or n for n, i in model.model_fields.items()] if model else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation such as ``dict[str, Part] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
