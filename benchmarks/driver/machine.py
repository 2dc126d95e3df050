# SPDX-License-Identifier: MIT
"""What the figures were measured on and with."""
import os
import pathlib
import platform
import subprocess


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def caches():
    """Of the first processor: "L1 32K, L2 1024K, L3 32768K"."""
    found = []
    for index in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        read = lambda name, index=index: (index / name).read_text().strip()
        if read("type") != "Instruction":
            found.append(f"L{read('level')} {read('size')}")
    return ", ".join(found)


def compiler(folder):
    """The one that built the programs in `folder`, which is a part of a build folder."""
    for above in (folder, *folder.parents):
        if (above / "CMakeCache.txt").is_file():
            for line in (above / "CMakeCache.txt").read_text().splitlines():
                if line.startswith("CMAKE_C_COMPILER:"):
                    return line.split("=", 1)[1]
    return "cc"


def describe(folder, available, others=()):
    """Pairs of a name and a text; `available` are the programs, `others` the peers beside them."""
    versions = {}
    for program in available:
        for version in program.versions.values():
            versions.setdefault(version.split("+")[0], program.spec.name)
    blas = next((version for version, name in versions.items() if name == "products"), None)
    ours = next((version for version, name in versions.items()
                 if name in ("kernels", "cuda_kernels")), "unknown")
    gpu = next((program.versions["limit:copy"] for program in available
                if "limit:copy" in program.versions), None)
    peers = [version for version in versions if version not in (blas, ours, gpu)]
    peers += others
    found = [("processor", f"{processor()}, {len(os.sched_getaffinity(0))} processors used"),
            ("caches", caches()),
            ("system", f"{platform.system()} {platform.machine()}, "
                       f"{' '.join(platform.libc_ver())}"),
            ("compiler", first_line(compiler(folder), "--version")),
            ("Python", platform.python_version()),
            ("Tigrillo, its kernels", ours), ("BLAS, its core type", blas),
            ("GPU, and what its driver is for", gpu), ("peers", ", ".join(peers))]
    return [(name, value) for name, value in found if value is not None]
