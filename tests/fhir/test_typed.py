"""JSON as a type: the same as msgspec's own, and safe where several threads meet a type for the first time."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

import natars_fhir
from natars_fhir.fhir import typed


class Inner(Struct):
    value: str = ""


class Outer(Struct):
    inner: list[Inner] = []


def test_what_is_decoded_is_what_msgspec_decodes() -> None:
    raw = b'{"inner":[{"value":"x"},{}],"more":1}'
    assert typed.decode(raw, Outer) == msgspec.json.decode(raw, type=Outer)
    assert typed.decode(raw.decode(), Outer) == typed.decode(msgspec.Raw(raw), Outer)
    assert typed.decode(b'{"a":"b"}', dict[str, str]) == {"a": "b"}
    assert typed.convert({"inner": [{"value": "x"}]}, Outer) == Outer([Inner("x")])


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"inner":1}', b'{"inner":[{"value":1}]}', b'{"inner":[{"value":"\xff"}]}']
)
def test_a_fault_is_the_same_fault(raw: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)) as ours:
        typed.decode(raw, Outer)
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)) as theirs:
        msgspec.json.decode(raw, type=Outer)
    assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))


def test_nobody_in_the_package_makes_types_ready_while_others_may() -> None:
    """But for the second look, whose types the first one made ready."""
    found = [
        f"{path.name}:{call.lineno}"
        for path in Path(natars_fhir.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _lazy(ast.unparse(call.func), call)
    ]
    assert {one.partition(":")[0] for one in found} == {"typed.py", "second_look.py"}, (
        found
    )  # of those there it was told


def _lazy(name: str, call: ast.Call) -> bool:
    typed_decode = name.endswith("json.decode") and any(one.arg == "type" for one in call.keywords)
    return typed_decode or name == "msgspec.convert"


_MANY = """
import sys
from threading import Barrier, Thread
import msgspec
from natars_fhir.fhir import typed
sys.setswitchinterval(1e-6)
for number in range(300):
    inner = msgspec.defstruct("Inner", [("a", str, ""), ("b", "int | None", None)])
    more = [(f"x{at}", "str | None", None) for at in range(20)]
    outer = msgspec.defstruct("Outer", [("inner", list[inner], []), *more])
    ready = Barrier(4)
    def meet():
        ready.wait()
        assert typed.decode(b'{"inner":[{"a":"x","b":1}]}', outer).inner[0].b == 1
    threads = [Thread(target=meet) for _ in range(4)]
    for one in threads: one.start()
    for one in threads: one.join()
print("all")
"""


def test_threads_that_meet_a_type_at_once_all_get_it() -> None:
    """In a process of its own: what this is about is a process that ends."""
    ran = subprocess.run([sys.executable, "-c", _MANY], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert (ran.returncode, ran.stdout) == (0, "all\n"), ran.stderr
