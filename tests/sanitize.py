"""Builds the core with sanitizers beside the usual build, and runs tests with it: ``sanitize.py KINDS TEST...``.

KINDS is ``address,undefined`` or ``thread``. What a sanitizer finds ends the run at once, with a report on stderr.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What the sanitizers are told. Python itself keeps memory until its end, which is no leak; NumPy and Arrow are not
# built for the thread sanitizer, so locks inside them cannot be seen.
OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:ignore_noninstrumented_modules=1:"
    f"suppressions={ROOT}/tests/tsan.txt",
}
LIBRARIES = {"address": "libasan.so", "undefined": "libubsan.so", "thread": "libtsan.so"}
# Runs the tests against the package in the folder that PYTHONPATH names, also beside an editable install.
RUN = """
import os, sys
sys.meta_path[:] = [own for own in sys.meta_path if "ScikitBuild" not in type(own).__name__]
class Without:  # Arrow cannot be loaded beside the thread sanitizer; kernels and states do without
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)
if "thread" in os.environ["GNOMON_SANITIZED"]:
    sys.meta_path.insert(0, Without())
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def main() -> int:
    """Builds, and runs the tests."""
    kinds, *tests = sys.argv[1:]
    folder = ROOT / "build" / f"sanitize-{kinds.replace(',', '-')}"
    package = folder / "package"
    build(kinds, folder / "core", package)
    compiler = os.environ.get("CXX", "c++")
    preloaded = []
    for kind in kinds.split(","):
        found = subprocess.run(
            [compiler, f"-print-file-name={LIBRARIES[kind]}"], capture_output=True, text=True, check=True
        )
        preloaded.append(found.stdout.strip())
    environment = os.environ | OPTIONS | {
        "LD_PRELOAD": " ".join(preloaded),
        "PYTHONPATH": str(package),
        "GNOMON_SANITIZED": kinds,
        "PYTHONMALLOC": "malloc",  # so that memory of Python's own is seen, too
        "HYPOTHESIS_PROFILE": "short",
    }  # fmt: skip
    command = [sys.executable, "-c", RUN, "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", *tests]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def build(kinds: str, folder: Path, package: Path) -> None:
    """Builds the core with the sanitizers into a copy of the package."""
    nanobind = subprocess.run(
        [sys.executable, "-m", "nanobind", "--cmake_dir"], capture_output=True, text=True, check=True
    ).stdout.strip()
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(ROOT / "src" / "gnomon", package / "gnomon")
    shutil.copytree(ROOT / "examples" / "predictions", package / "gnomon" / "demo")
    configured = ["-DCMAKE_BUILD_TYPE=Release", f"-DPython_EXECUTABLE={sys.executable}", f"-Dnanobind_DIR={nanobind}"]
    subprocess.run(
        ["cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", *configured, f"-DGNOMON_SANITIZE={kinds}"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    subprocess.run(["cmake", "--build", str(folder)], check=True, stdout=subprocess.DEVNULL)
    symbol = {"address": b"__asan_", "undefined": b"__ubsan_", "thread": b"__tsan_"}
    library = (folder / "libgnomon_core.a").read_bytes()
    missed = [kind for kind in kinds.split(",") if symbol[kind] not in library]
    if missed:
        sys.exit(f"the core was built without the sanitizers {', '.join(missed)}")
    core = f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"
    shutil.copy2(folder / core, package / "gnomon" / "kernels" / core)


if __name__ == "__main__":
    sys.exit(main())
