"""Finds every regular expression of the five packages, and strings that cost each of them most.

The strings are pumped from the parse tree of an expression: what stands before a repeat, then the
body of the repeat many times, then something that does not match.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._compiler as compiler  # type: ignore[import-not-found]
import re._constants as constants  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("config", "storage", "crawler", "alerts", "supplierwatch")
_NOT_IMPORTED = ("__main__", ".migrations.env")  # run something when they are imported
METHODS = ("search", "match", "fullmatch", "sub", "subn", "finditer", "findall", "split")
_HANDED_ON = "handed on"
_SCREENED = 8_000  # characters of the first measurement
_FLOOR = 0.0015  # seconds of processor time for that; below it no quadratic pattern stays
# exponential ones take twice as long for each character or two: small steps keep that to a second
_SMALL = (20, 22, 24, 26, 28, 150, 3_000)
_SMALL_LIMIT = 0.03  # seconds for any of these
_LONG_ENOUGH = 0.1  # seconds of processor time after which a measurement is repeated no more
_MAX_RATIO = 9.0  # of 4 times the characters: linear is 4, quadratic 16
_MAX_EXAMPLES = 40
_CANDIDATES = " \u3000\n\ta1_.,:;-/<>\"'|[]{}()=&%@\u00e2\u00e9\u03a9\u0663\u2013!"
_GENERIC = (
    " ", "\u3000", "\n", "\t", "<", ">", "1", "1,", "\u0663", '"', "\\", "[", "{", "(", "a", "a ",
    "a.", ". ", ".", "-", "_", "a-", "\r\n", " \n", "/", "&", "=", "a=", "|", "| ", "\u2028",
)  # fmt: skip
_ENDS = ("", "\x00!")


@dataclass(slots=True)
class Found:
    """A regular expression, where it stands, and the methods by which the code uses it."""

    where: str
    pattern: re.Pattern[Any]
    methods: set[str] = field(default_factory=set)


def modules() -> list[ModuleType]:
    """Every module of the five packages, imported."""
    found = []
    for name in PACKAGES:
        package = importlib.import_module(name)
        found.append(package)
        names = [info.name for info in pkgutil.walk_packages(package.__path__, f"{name}.")]
        found += [importlib.import_module(one) for one in names if not one.endswith(_NOT_IMPORTED)]
    return found


def collect_patterns(searched: list[ModuleType]) -> tuple[list[Found], list[str]]:
    """All expressions of modules, and the calls whose expression is not known before they run.

    Those in globals, in classes and in containers of these are taken as they are; those written
    in a function by their syntax tree. Where no use by name is seen, all methods count.
    """
    found: dict[tuple[str, int], Found] = {}
    unknown: list[str] = []
    uses = _uses(searched)
    for module in searched:
        for name, pattern in _held(vars(module), set()):
            one = found.setdefault(
                (str(pattern.pattern), pattern.flags), Found(f"{module.__name__}.{name}", pattern)
            )
            one.methods |= uses.get((module.__name__, name), set())
    for module in searched:
        for call in _calls(_tree(module)):
            method = call.func.attr  # type: ignore[attr-defined]
            where = f"{module.__name__}:{call.lineno}"
            try:
                pattern = _evaluate(call, module)
            except NameError:
                unknown.append(f"{module.__name__}: {ast.unparse(call.args[0])}")
                continue
            key = (str(pattern.pattern), pattern.flags)
            one = found.setdefault(key, Found(where, pattern))
            if method in METHODS:
                one.methods.add(method)
    for one in found.values():
        if not one.methods or _HANDED_ON in one.methods:
            one.methods = (one.methods - {_HANDED_ON, "split"}) or {"search", "fullmatch"}
    return list(found.values()), unknown


def _held(values: Mapping[str, Any], seen: set[int]) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in list(values.items()):
        yield from ((name, pattern) for pattern in _patterns_in(value, seen))


def _patterns_in(value: Any, seen: set[int]) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
        return
    if id(value) in seen:
        return
    if isinstance(value, (tuple, list, set, frozenset)):
        seen.add(id(value))
        for one in value:
            yield from _patterns_in(one, seen)
    elif isinstance(value, dict):
        seen.add(id(value))
        for pair in value.items():
            for one in pair:
                yield from _patterns_in(one, seen)
    elif isinstance(value, type) and value.__module__.split(".")[0] in PACKAGES:
        seen.add(id(value))
        for _, pattern in _held(vars(value), seen):
            yield pattern
    elif type(value).__module__.split(".")[0] in PACKAGES and not isinstance(value, ModuleType):
        seen.add(id(value))
        held = getattr(value, "__dict__", None)
        slots = [getattr(value, name, None) for name in getattr(type(value), "__slots__", ())]
        for one in [*(held.values() if held else ()), *slots]:
            yield from _patterns_in(one, seen)


@cache
def _tree(module: ModuleType) -> ast.Module:
    if module.__file__ is None:
        return ast.Module([], [])
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


def _uses(searched: list[ModuleType]) -> dict[tuple[str, str], set[str]]:
    """By which methods each module uses a name as an expression.

    A name that is handed on or looped over may be used in any way: all methods count.
    """
    uses: dict[tuple[str, str], set[str]] = {}
    for module in searched:
        direct = set()
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                uses.setdefault((module.__name__, name), set()).add(node.attr)
                direct.add(id(owner))
            elif (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Load)
                and id(node) not in direct
            ):
                uses.setdefault((module.__name__, node.id), set()).update(
                    (_HANDED_ON, *_methods_of_locals(module))
                )
    return uses


@cache
def _methods_of_locals(module: ModuleType) -> set[str]:
    """By which methods a module uses what it was handed."""
    return {
        node.attr
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Attribute)
        and node.attr in METHODS
        and isinstance(node.value, ast.Name)
        and not hasattr(module, node.value.id)
    }


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in (*METHODS, "compile")
            and node.args
        ):
            yield node


def _evaluate(call: ast.Call, module: ModuleType) -> re.Pattern[Any]:
    made = eval(  # our own source
        compile(ast.Expression(call.args[0]), str(module.__file__), "eval"), dict(vars(module))
    )
    flags = 0
    given = [word.value for word in call.keywords if word.arg == "flags"]
    if call.func.attr in ("compile", "search", "match", "fullmatch", "findall", "finditer"):  # type: ignore[attr-defined]
        at = 1 if call.func.attr == "compile" else 2  # type: ignore[attr-defined]
        given += call.args[at : at + 1]
    for one in given:
        flags |= int(eval(compile(ast.Expression(one), "", "eval"), dict(vars(module))))
    return made if isinstance(made, re.Pattern) else re.compile(made, flags)


class Pumps:
    """Strings for one expression; each is (before, body, after), the body to be repeated."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self._state = parser.parse(pattern.pattern, pattern.flags).state
        self._flags = pattern.flags
        self._tree = parser.parse(pattern.pattern, pattern.flags)
        self._is_bytes = isinstance(pattern.pattern, bytes)
        self._letters = [c for c in dict.fromkeys(_literals(self._tree)) if ord(c) < 0x3000]
        self._made: dict[tuple[str, str, str], None] = {}
        self._walk(self._tree, "")
        whole = self._examples(self._tree)
        for one in whole[:4]:
            for cut in sorted({len(one), len(one) - 1, len(one) // 2, 1} - {0, -1}):
                self._add("", one[:cut], "")
        some = self._letters[:4]
        for one in some:
            for other in some:
                self._add("", one + other if one != other else one, "")
        # what an alternative at the start or the end of the text does not take
        first = "a" if "^" in str(pattern.pattern) else ""
        for body in _GENERIC:
            self._add(first, body, first)

    def strings(self) -> list[tuple[str, str, str]]:
        """All of them, each once."""
        return list(self._made)

    def _add(self, before: str, body: str, after: str) -> None:
        if body and len(body) < 300:
            self._made[before, body, after] = None

    def _walk(self, tree: Any, before: str) -> None:
        for code, value in tree:
            if code in _REPEATS:
                _least, most, inner = value
                self._walk(inner, before)
                if most > 40:
                    for body in self._examples(inner)[:5]:
                        self._add(before, body, "")
                        if before:
                            self._add("", before[-100:] + body, "")
                            self._add("", body + before[-100:], "")
            for inner in _inner(code, value):
                self._walk(inner, before)
            before += self._example(code, value)

    def _example(self, code: Any, value: Any) -> str:
        return next(iter(self._node(code, value)), "")

    def _examples(self, tree: Any) -> list[str]:
        made = [""]
        for code, value in tree:
            options = self._node(code, value)[:5] or [""]
            made = [one + option for option in options for one in made][:_MAX_EXAMPLES]
        return list(dict.fromkeys(made))

    def _node(self, code: Any, value: Any) -> list[str]:
        if code is constants.LITERAL:
            return [chr(value)]
        if code in (constants.IN, constants.NOT_LITERAL, constants.ANY):
            return self._matching(code, value)
        if code in _REPEATS:
            least, most, inner = value
            body = self._examples(inner)
            return [one * max(least, min(1, most)) for one in body] + ([""] if not least else [])
        if code is constants.BRANCH:
            return [one for branch in value[1] for one in self._examples(branch)[:2]]
        if code is constants.SUBPATTERN:
            return self._examples(value[3])
        if code is constants.ATOMIC_GROUP:
            return self._examples(value)
        return [""]

    def _matching(self, code: Any, value: Any) -> list[str]:
        tree = parser.SubPattern(self._state, [(code, value)])
        compiled = compiler.compile(tree, self._flags & ~re.DEBUG)
        wanted: Any = dict.fromkeys([*_CANDIDATES[:9], *self._letters, *_CANDIDATES])
        if self._is_bytes:
            return [c for c in wanted if ord(c) < 128 and compiled.match(c.encode())][:5]
        return [c for c in wanted if compiled.match(c)][:5]


_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)


def _inner(code: Any, value: Any) -> Iterator[Any]:
    if code is constants.BRANCH:
        yield from value[1]
    elif code is constants.SUBPATTERN:
        yield value[3]
    elif code is constants.ATOMIC_GROUP:
        yield value
    elif code in (constants.ASSERT, constants.ASSERT_NOT):
        yield value[1]
    elif code is constants.GROUPREF_EXISTS:
        yield from (part for part in value[1:] if part is not None)


def _literals(tree: Any) -> Iterator[str]:
    for code, value in tree:
        if code is constants.LITERAL:
            yield chr(value)
        elif code is constants.IN:
            for kind, what in value:
                if kind is constants.LITERAL:
                    yield chr(what)
        elif code in _REPEATS:
            yield from _literals(value[2])
        for inner in _inner(code, value):
            yield from _literals(inner)


def slowness(pattern: re.Pattern[Any], methods: set[str]) -> str | None:
    """What makes an expression take more than linear time; None where nothing was found."""
    is_bytes = isinstance(pattern.pattern, bytes)
    for before, body, after in Pumps(pattern).strings():
        for end in _ENDS:
            text = partial(_pump, before, body, after + end, is_bytes=is_bytes)
            for method in sorted(methods):
                if reason := _judge(partial(_cost, _runner(pattern, method), text)):
                    return f"{method} on {before!r} + {body!r} * n + {end!r}: {reason}"
    return None


def _pump(before: str, body: str, after: str, size: int, *, is_bytes: bool) -> Any:
    text = before + body * max(1, size // len(body)) + after
    return text.encode("utf-8", "replace") if is_bytes else text


def _cost(run: Callable[[Any], None], text: Callable[[int], Any], size: int, times: int) -> float:
    return _least_time(run, text(size), times)


def _judge(cost: Callable[[int, int], float]) -> str | None:
    for size in _SMALL:
        if cost(size, 1) > _SMALL_LIMIT and (least := cost(size, 3)) > _SMALL_LIMIT:
            return f"{least:.3f} s for {size} characters"
    screened = cost(_SCREENED, 1)
    if screened < _FLOOR or screened < 2.5 * cost(_SCREENED // 2, 1):
        return None
    # sizes that are long enough to measure, and no longer
    size = 2_500 if screened > _LONG_ENOUGH else 10_000
    small, middle = cost(size, 5), cost(2 * size, 5)
    if middle < 2.6 * small:
        return None
    large = cost(4 * size, 5)
    if large < _MAX_RATIO * small:
        return None
    return (
        f"{small:.4f} s, {middle:.4f} s, {large:.4f} s for {size} characters, 2 and 4 times as many"
    )


def _least_time(run: Callable[[Any], None], text: Any, times: int) -> float:
    least, begun = float("inf"), time.thread_time()
    for _ in range(times):
        before = time.thread_time()
        run(text)
        now = time.thread_time()
        least = min(least, now - before)
        if now - begun > _LONG_ENOUGH:
            break
    return least


def _runner(pattern: re.Pattern[Any], method: str) -> Callable[[Any], None]:
    nothing: Any = b"" if isinstance(pattern.pattern, bytes) else ""
    if method in ("sub", "subn"):
        return lambda text: void(pattern.sub(nothing, text))
    if method == "finditer":
        return lambda text: void(sum(1 for _ in pattern.finditer(text)))
    bound = getattr(pattern, method)
    return lambda text: void(bound(text))


def void(_: object) -> None:
    """Take a value and do nothing with it."""
