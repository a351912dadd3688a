"""No template, pattern or statement is made of what comes from outside (S-13, S-18, S-19).

Read from the syntax tree of each module, so that a new one is found. What is made of more than
constants is named here with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.project import PACKAGES, ROOT, name_of, python_files, syntax_of

_RE = frozenset(
    ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
)
_EXECUTES = frozenset(
    ("text", "exec_driver_sql", "literal_column", "executescript", "execute", "executemany", "DDL")
)
_TAKES_TEXT = frozenset(("text", "exec_driver_sql", "literal_column", "DDL"))
_FROM_TEXT = frozenset(("from_string", "compile_expression", "compile_templates", "Template"))
_RUNS = frozenset(("eval", "exec", "compile", "__import__"))
_UNPICKLES = frozenset(("pickle", "marshal", "shelve", "dill"))

# function -> why its pattern, which is more than constants, cannot be a stranger's
PATTERNS = {
    "alerts/query/text/terms.py:pattern_of": "a term's letters, each escaped; stars are atomic",
    "alerts/query/text/terms.py:_raw_pattern": "a term's words, each escaped",
    "storage/rules/combining_marks.py:_compile_excess_marks": "combining marks, and a constant",
    "crawler/text/tolerant_json.py:read_complete_members": "a constant name, escaped",
}
# module -> why what it unpickles is ours
UNPICKLING = {
    "crawler/reading/reader_connection.py": "what a process started by this one says",
    "crawler/reading/reader_pool.py": "only pickles",
    "crawler/reading/reader_process.py": "the task that the process that started this one gives it",
}
# function -> why its statement, which is more than constants, holds no value
STATEMENTS = {"storage/engine/engine.py:_begin_transaction": "0 or 1"}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple((name_of(path), syntax_of(path)) for path in python_files(*PACKAGES))


def calls_in(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Each call with the name of the function that it stands in."""

    def inside(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            here = getattr(child, "name", function) if named else function
            if isinstance(child, ast.Call):
                yield function, child
            yield from inside(child, here)

    yield from inside(tree, "module")


def called(call: ast.Call) -> tuple[str, str]:
    """What is called: `re.compile` as ("re", "compile"), `text` as ("", "text")."""
    if isinstance(call.func, ast.Attribute):
        owner = call.func.value
        return (owner.id if isinstance(owner, ast.Name) else "?", call.func.attr)
    return ("", call.func.id) if isinstance(call.func, ast.Name) else ("?", "?")


def constants_of(tree: ast.Module) -> set[str]:
    """Names that a module gives, at its top, to constants and what is put together of them."""
    known: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            known |= {alias.asname or alias.name for alias in node.names if alias.name.isupper()}
    for node in tree.body:
        if isinstance(node, ast.Assign) and is_constant(node.value, known):
            known |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and node.value and is_constant(node.value, known):
            known |= {node.target.id} if isinstance(node.target, ast.Name) else set()
    return known


def is_constant(node: ast.AST, known: set[str]) -> bool:
    """Whether an expression is made of constants of the program alone."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in known
        case ast.JoinedStr(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            return all(is_constant(value, known) for value in values)
        case ast.IfExp(body=left, orelse=right):
            return is_constant(left, known) and is_constant(right, known)
        case ast.FormattedValue(value=value) | ast.Starred(value=value):
            return is_constant(value, known)
        case ast.BinOp(left=left, right=right):
            return is_constant(left, known) and is_constant(right, known)
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[many]):
            return is_constant(many, known)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="escape"), args=[one]):
            return is_constant(one, known)
        case (
            ast.GeneratorExp(elt=element, generators=[loop])
            | ast.ListComp(elt=element, generators=[loop])
        ):
            names = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
            return is_constant(loop.iter, known) and is_constant(element, known | names)
    return False


def test_every_pattern_is_a_constant_or_escapes_what_it_is_made_of() -> None:
    made = {}
    for name, tree in modules():
        known = constants_of(tree)
        for function, call in calls_in(tree):
            owner, what = called(call)
            if owner != "re" or what not in _RE or function == "module":
                continue  # at the import of a module nothing from outside is there
            if not is_constant(call.args[0], known):
                made[f"{name}:{function}"] = ast.unparse(call.args[0])
    assert set(made) == set(PATTERNS), made


@pytest.mark.parametrize("function", PATTERNS)
def test_what_makes_a_pattern_escapes(function: str) -> None:
    name, _, _ = function.partition(":")
    assert "re.escape(" in (ROOT / name).read_text(encoding="utf-8")


def test_no_statement_is_made_of_values() -> None:
    made = {}
    for name, tree in modules():
        if "/migrations/versions/" in name:
            continue  # these are asked below
        known = constants_of(tree)
        for function, call in calls_in(tree):
            owner, what = called(call)
            if what not in _EXECUTES or not call.args or (what == "text" and owner != ""):
                continue
            statement = call.args[0]
            written = isinstance(statement, ast.JoinedStr | ast.BinOp) or what in _TAKES_TEXT
            if written and not is_constant(statement, known):
                made[f"{name}:{function}"] = ast.unparse(statement)
    assert set(made) == set(STATEMENTS), made


def test_no_migration_puts_a_value_into_a_statement() -> None:
    for path in python_files("storage"):
        if "versions" in path.parts:
            said = path.read_text(encoding="utf-8")
            assert not re.search(r"""(?:execute|text|exec_driver_sql)\(\s*f["']""", said), path


def test_templates_are_files_and_none_is_made_of_text() -> None:
    """No operator and no stranger writes a template: they are the files that we ship."""
    environments, from_text = set(), set()
    for name, tree in modules():
        for function, call in calls_in(tree):
            owner, what = called(call)
            if what == "Environment" and name != "config/settings/environment.py":
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
                assert given["autoescape"] == "True", name
                assert given["loader"] == "FileSystemLoader(Path(__file__).parent / 'templates')"
                environments.add(name)
            if what in _FROM_TEXT and (owner, what) != ("", "Template"):
                from_text.add(f"{name}:{function}")
            if what == "get_template":
                [chosen] = call.args
                assert isinstance(chosen, ast.Constant | ast.Name), name
    assert environments == {
        "alerts/messages/render.py",
        "supplierwatch/desk/render.py",
        "supplierwatch/web/controls.py",
    }
    assert from_text == set()


def test_no_template_switches_escaping_off() -> None:
    for path in [path for room in PACKAGES for path in (ROOT / room).rglob("templates/*.html")]:
        said = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup|\|\s*xmlattr", said), path.name
        # an attribute without quotation marks is left by a blank
        assert not re.search(r"[\s\"'][\w:-]+=\{\{", said), path.name


def test_markup_is_made_in_one_place_of_escaped_text() -> None:
    made = {
        f"{name}:{function}"
        for name, tree in modules()
        for function, call in calls_in(tree)
        if called(call)[1] == "Markup"
    }
    assert made == {"alerts/messages/render.py:diffed"}


FORMATS = {
    ("alerts/text/word_diff.py:format_diff", "marks[piece.what]"),  # of constants above it
    ("alerts/attempts.py:record_failure", "TASKS[attempt.task]"),  # of a dictionary of constants
    (
        "supplierwatch/health/quarantine_mail.py:describe_task",
        "TASKS.get(failed_task.task, f'{failed_task.task}: {{}}')",
    ),
    ("supplierwatch/health/heavy_pages.py:report_heavy_pages", "TEXTS[event['event']]"),  # the same
    # sentences of the demo
    ("supplierwatch/demo/history/routine.py:_compose_report", "'\\n'.join(sentences)"),
    ("supplierwatch/demo/history/routine.py:_compose_report", "title"),
    ("supplierwatch/demo/history/routine.py:_compose_report", "sentences[0]"),
    ("alerts/threads/joining.py:_format_reasons", "_SAID[clue.kind]"),  # of constants
    ("alerts/threads/joining.py:_join_by_identifiers", "_SAID[clue.kind]"),  # the same
    ("alerts/query/syntax/combining.py:_check_placed", "hint"),  # of a dictionary of constants
    (
        "alerts/query/reporting/paraphrase.py:_describe",
        "INFIX[operator].says",
    ),  # of the table of operators
    ("alerts/query/reporting/paraphrase.py:_describe", "FUNCTIONS[function].says"),  # the same
}


def test_format_strings_are_constants() -> None:
    """`{0.__class__}` in a stranger's words is never the string that is formatted."""
    made = set()
    for name, tree in modules():
        known = constants_of(tree)
        for function, call in calls_in(tree):
            if called(call)[1] not in ("format", "format_map", "vformat", "safe_substitute"):
                continue
            assert isinstance(call.func, ast.Attribute)
            if not is_constant(call.func.value, known):
                made.add((f"{name}:{function}", ast.unparse(call.func.value)))
    assert made == FORMATS


def test_nothing_that_is_read_is_run() -> None:
    for name, tree in modules():
        for function, call in calls_in(tree):
            owner, what = called(call)
            assert not (owner == "" and what in _RUNS), f"{name}:{function}"
            assert owner not in _UNPICKLES or name in UNPICKLING, f"{name}:{function}"
            assert "shell" not in {keyword.arg for keyword in call.keywords}, f"{name}:{function}"
            if owner == "os":
                assert what not in ("system", "popen"), f"{name}:{function}"
